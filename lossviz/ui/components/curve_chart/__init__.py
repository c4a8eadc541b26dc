"""The chart of penalty curves, with its cursor and its table of values."""
