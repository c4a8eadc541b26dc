"""The link between the formula field and the charts."""
