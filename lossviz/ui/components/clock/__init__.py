"""Running a fragment again from time to time, as long as somebody sees the page."""
