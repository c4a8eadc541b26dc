"""Losses: one formula each, and what follows from it."""
