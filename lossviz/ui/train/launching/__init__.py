"""The form that launches a comparison, and the named experiments."""
