"""The bench: all comparisons as rows of one table, found again, annotated and joined."""
