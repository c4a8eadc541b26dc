"""The page where networks learn in the browser."""
