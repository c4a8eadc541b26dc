"""One file for each version of the schema, each naming the one before it."""
