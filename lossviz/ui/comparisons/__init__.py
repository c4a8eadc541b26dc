"""The page of all comparisons: found again, annotated, joined, deleted and brought back."""
