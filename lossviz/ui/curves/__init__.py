"""The parts of the penalty curves page."""
