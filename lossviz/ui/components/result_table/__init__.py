"""The table of a comparison's results: a row a loss, which opens to its seeds."""
