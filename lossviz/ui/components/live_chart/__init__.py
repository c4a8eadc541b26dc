"""A plotly chart that takes new data without losing zoom."""
