"""Three classes: maps of losses over all predictions, and their race to the truth."""
