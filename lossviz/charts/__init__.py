"""Charts: records in, figure out."""
