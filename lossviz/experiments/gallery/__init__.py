"""Comparisons that were trained when lossviz was made, and ship with it."""
