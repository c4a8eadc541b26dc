"""Who runs trials: scheduling, dispatching, and one module for each engine."""
