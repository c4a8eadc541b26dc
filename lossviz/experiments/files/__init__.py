"""Comparisons as files: written, read and imported, and as tables and reports for people."""
