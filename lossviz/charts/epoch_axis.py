"""The horizontal axis of everything that is drawn over the epochs of a training."""

import plotly.graph_objects as go

from lossviz.experiments.settings import Settings

EPOCHS_TITLE = "epochs done"
_LEAST_NAMED_SHARE = 0.15  # of the axis: the name of a shorter phase would be cut off
_MAX_NUMBERED_EPOCHS = 12  # with more, plotly chooses which to number


def format_epoch_axis(figure: go.Figure, settings: Settings, *, unit: float = 1.0) -> None:
    """Let the horizontal axis span both phases of the training, and mark where the second begins.

    Args:
        figure: Whose axis.
        settings: Of the training.
        unit: What an epoch is on the axis, such as its images.

    Side effects: changes the figure.
    """
    epochs = settings.epochs
    is_numbered = unit == 1.0 and epochs <= _MAX_NUMBERED_EPOCHS
    figure.update_xaxes(
        range=[0, epochs * unit * 1.03], tickmode="linear" if is_numbered else "auto", dtick=1
    )
    if not (settings.frozen_epochs and settings.unfrozen_epochs):
        return
    figure.add_vline(
        x=settings.frozen_epochs * unit, line={"width": 1, "dash": "dot", "color": "gray"}
    )
    sides = (
        ("frozen: last layer only ", "right", settings.frozen_epochs),
        (" unfrozen: all layers", "left", settings.unfrozen_epochs),
    )
    for text, anchor, lasting in sides:
        if lasting / epochs >= _LEAST_NAMED_SHARE:
            figure.add_annotation(
                x=settings.frozen_epochs * unit,
                y=1,
                yref="paper",
                text=text,
                xanchor=anchor,
                yanchor="top",
                showarrow=False,
                font={"size": 12},
            )
