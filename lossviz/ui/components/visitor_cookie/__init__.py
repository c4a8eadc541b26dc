"""Keeping the visitor's token in a cookie of their browser."""
