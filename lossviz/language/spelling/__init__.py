"""Formulas as people write them, rewritten into the one spelling of the language."""
