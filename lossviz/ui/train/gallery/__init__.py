"""The gallery: recorded comparisons, which can be seen where nothing has been trained yet."""
