"""Percent signs at the numbers of a vertical axis."""

import plotly.graph_objects as go


def write_percent(figure: go.Figure) -> None:
    """Put a percent sign behind each number of the vertical axis, whose values are in percent.

    Side effects: changes the figure.
    """
    figure.update_yaxes(ticksuffix="%")
    if figure.layout.yaxis.ticktext:  # numbers of our own, which plotly leaves as they are
        figure.update_yaxes(ticktext=[f"{text}%" for text in figure.layout.yaxis.ticktext])
