"""What the chart of curves says of itself: what it assumes, and what it cannot show."""

from collections.abc import Sequence

from lossviz.charts.curves import Gap, logarithm_gaps
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import Loss
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.number_text import plain
from lossviz.ui.state.chart_settings import ChartSettings

_MAX_NAMED = 3  # losses that a caption names


def chart_captions(losses: Sequence[Loss], settings: ChartSettings) -> list[str]:
    """All that there is to say under the chart, as Markdown: what the views are first."""
    views = [f"**{VIEWS[view].name}.** {VIEWS[view].description}" for view in settings.views]
    assumption = class_count_caption(losses, settings.classes)
    return [*views, *([assumption] if assumption else []), *logarithm_captions(losses, settings)]


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
    >>> steep = ChartSettings(views=("slope",), logs=("y",))
    >>> print(*logarithm_captions([LOSSES["label_smoothing"]], steep))
    A logarithmic axis shows positive values only: the steepness of label smoothing has none for p \
from 0.903 on.
    """
    if "y" not in settings.logs:
        return []
    captions = []
    for name in settings.views:
        view, scale = VIEWS[name], SCALES[settings.scale]
        gaps = logarithm_gaps(
            losses, view, scale=scale, logs=settings.logs, classes=settings.classes
        )
        noun = (view.log_axis or name).split()[0]
        by_place: dict[str, list[Loss]] = {}
        for gap in gaps:
            by_place.setdefault(_place(gap, scale.symbol), []).append(gap.loss)
        clauses = [
            f"the {noun} of {_names(found, begins=False)} has none{place}"
            for place, found in by_place.items()
        ]
        if clauses:
            captions.append(f"A logarithmic axis shows positive values only: {'; '.join(clauses)}.")
    return captions


def _place(gap: Gap, symbol: str) -> str:
    """Where a gap is, at the end of a sentence; empty where it is everywhere."""
    low, high = ("" if end is None else plain(end) for end in (gap.low, gap.high))
    if low and high:
        return f" for {symbol} from {low} to {high}"
    if low:
        return f" for {symbol} from {low} on"
    return f" for {symbol} up to {high}" if high else ""


def _names(losses: Sequence[Loss], *, begins: bool = True) -> str:
    """Their names in a sentence, which they may begin; their number where they are too many."""
    if len(losses) > _MAX_NAMED:
        return f"{len(losses)} of these losses"
    *names, last = [escape_markdown(loss.title) for loss in losses]
    named = f"{', '.join(names)} and {last}" if names else last
    return named[0].upper() + named[1:] if begins and losses[0].name else named
