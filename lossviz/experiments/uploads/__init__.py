"""Images that visitors upload: what is taken out of a zip, where it lies, and whose it is."""
