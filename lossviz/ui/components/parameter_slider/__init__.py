"""A slider whose every movement reaches the charts."""
