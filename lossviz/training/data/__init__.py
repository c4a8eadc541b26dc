"""Images and their classes: recipes' data, downloads, the image cache, loaders."""
