"""The verdict on a comparison, a row for each loss, and one trial in detail."""
