"""The race of the losses: a chart that fetches what is new, and replays a comparison."""
