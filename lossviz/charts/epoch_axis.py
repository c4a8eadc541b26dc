"""The horizontal axis of everything that is drawn over the epochs of a training."""

import plotly.graph_objects as go

from lossviz.experiments.settings import Settings

EPOCHS_TITLE = "epochs done"
_MAX_NUMBERED_EPOCHS = 12  # with more, plotly chooses which to number


def format_epoch_axis(figure: go.Figure, settings: Settings) -> None:
    """Let the horizontal axis span both phases of the training, and mark where the second begins.

    Side effects: changes the figure.
    """
    epochs = settings.epochs
    figure.update_xaxes(
        range=[0, epochs * 1.03],
        tickmode="linear" if epochs <= _MAX_NUMBERED_EPOCHS else "auto",
        dtick=1,
    )
    if not (settings.frozen_epochs and settings.unfrozen_epochs):
        return
    figure.add_vline(x=settings.frozen_epochs, line={"width": 1, "dash": "dot", "color": "gray"})
    for text, anchor in (("last layer learns ", "right"), (" all layers learn", "left")):
        figure.add_annotation(
            x=settings.frozen_epochs,
            y=1,
            yref="paper",
            text=text,
            xanchor=anchor,
            yanchor="top",
            showarrow=False,
            font={"size": 12},
        )
