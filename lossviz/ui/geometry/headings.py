"""Title and lead of the geometry page, which change with what it shows."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from lossviz.ui.frame import Heading
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.selection import read_selection

# by the plane's modes, the simplex's steps, and for many classes
HEADINGS: Final[Mapping[str, Heading]] = MappingProxyType(
    {
        "segment": Heading(
            title="A prediction is an arrow",
            lead=(
                "Drag its head, and see how closely it points to the target: by angle, cosine and"
                " dot product."
            ),
        ),
        "free": Heading(
            title="Direction and length",
            lead=(
                "Drag the arrow anywhere: the cosine depends only on its direction, the dot product"
                " on its length too."
            ),
        ),
        "logits": Heading(
            title="From logits to the arrow",
            lead=(
                "A network gives each class a number, its logit; softmax turns them into"
                " probabilities. Drag the point."
            ),
        ),
        "point": Heading(
            title="A point is a prediction",
            lead=(
                "Every prediction over three classes is a point in a triangle. Drag it: each corner"
                " is a class at 100%."
            ),
        ),
        "map": Heading(
            title="A loss is a map",
            lead=(
                "Colour shows the expected loss: its average over how often each class is the right"
                " answer. Drag the truth."
            ),
        ),
        "flow": Heading(
            title="Every loss has its path",
            lead=(
                "Training moves the prediction down a loss's slope, its flow. Press ▶, and watch"
                " all losses."
            ),
        ),
        "all": Heading(
            title="Truth, maps and paths",
            lead="Drag truth and prediction: maps, best answers and paths follow.",
        ),
        "classes": Heading(
            title="One class among many",
            lead=(
                "Drag the bar of the right class, and see probability, angle and the pull on each"
                " logit change."
            ),
        ),
    }
)


def current_heading() -> Heading:
    """Of what the page shows."""
    return heading_of(read_selection().geometry)


def heading_of(geometry: GeometryState) -> Heading:
    """Of a state of the page.

    >>> heading_of(GeometryState(part="simplex", step="map")).title
    'A loss is a map'
    """
    return HEADINGS[
        {"plane": geometry.mode, "simplex": geometry.step}.get(geometry.part, "classes")
    ]
