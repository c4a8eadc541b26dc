"""The parts of the geometry page."""
