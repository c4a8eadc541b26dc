"""Three classes: maps of losses over all predictions, and their paths to the truth."""
