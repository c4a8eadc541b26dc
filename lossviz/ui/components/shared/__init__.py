"""What several components share: scripts, styles, and the Python of the geometry drawings."""
