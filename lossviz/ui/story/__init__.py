"""The article as a story: seven steps, each of which asks the reader to do something."""
