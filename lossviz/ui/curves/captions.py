"""What the chart of curves says of itself: what it assumes, and what it cannot show."""

from collections.abc import Sequence

from lossviz.charts.curves import without_logarithm
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import Loss
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.chart_settings import ChartSettings

_MAX_NAMED = 3  # losses that a caption names


def chart_captions(losses: Sequence[Loss], settings: ChartSettings) -> list[str]:
    """All that there is to say under the chart, as Markdown."""
    assumption = class_count_caption(losses, settings.classes)
    return [*([assumption] if assumption else []), *logarithm_captions(losses, settings)]


def class_count_caption(losses: Sequence[Loss], classes: int) -> str:
    """What the curves of losses that depend on more than p assume, as Markdown; empty where there
    is none.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> class_count_caption([LOSSES["cosine"], LOSSES["brier"]], 37).partition(": ")[0]
    'Cosine and Brier score depend on more than p'
    """
    concerned = [loss for loss in losses if loss.formula.depends_on_class_count]
    if not concerned:
        return ""
    depend = "depend" if len(concerned) > 1 else "depends"
    return (
        f"{_names(concerned)} {depend} on more than p: drawn for {classes} classes, the others"
        " sharing 1 − p evenly."
    )


def logarithm_captions(losses: Sequence[Loss], settings: ChartSettings) -> list[str]:
    """What a logarithmic axis cannot show, as Markdown.

    >>> from lossviz.losses.catalogue import LOSSES
    >>> print(*logarithm_captions([LOSSES["dot_product"]], ChartSettings(logs=("y",))))
    A logarithmic axis shows positive values only: the penalty of dot product has none.
    """
    if "y" not in settings.logs:
        return []
    captions = []
    for view in settings.views:
        not_drawn = without_logarithm(
            losses,
            VIEWS[view],
            scale=SCALES[settings.scale],
            logs=settings.logs,
            classes=settings.classes,
        )
        if not_drawn:
            names = _names(not_drawn)
            if not_drawn[0].key is not None:
                names = names[0].lower() + names[1:]
            captions.append(
                f"A logarithmic axis shows positive values only: the {view} of {names} has none."
            )
    return captions


def _names(losses: Sequence[Loss]) -> str:
    """Their names in a sentence that begins with them; their number where they are too many."""
    if len(losses) > _MAX_NAMED:
        return f"{len(losses)} of these losses"
    *names, last = [escape_markdown(loss.name or loss.text) for loss in losses]
    named = f"{', '.join(names)} and {last}" if names else last
    return named[0].upper() + named[1:] if losses[0].name else named
