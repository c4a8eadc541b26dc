"""Charts: records in, plotly figure out."""
