"""What a page remembers of a visitor's choices, and how its address says it."""
