"""The panels of a comparison: what lies behind its results."""
