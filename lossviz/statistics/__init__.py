"""Which differences between losses are real, and how sure that is."""
