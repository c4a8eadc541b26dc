"""The mark of a loss beside its name, as the charts draw its curve."""

from lossviz.charts.loss_style import LossStyle

# line, gap, …
_DASHES = {
    "solid": (9,),
    "dash": (9, 6),
    "dot": (3, 3),
    "dashdot": (9, 4, 3, 4),
    "longdash": (13, 6),
    "longdashdot": (13, 4, 3, 4),
}


def dash_array(style: LossStyle) -> str:
    """The dash as SVG's ``stroke-dasharray``; empty for a solid line."""
    return "" if style.dash == "solid" else " ".join(map(str, _DASHES[style.dash]))


def legend_key(style: LossStyle) -> str:
    """A short line as the chart draws it, as HTML."""
    stops, at = [], 0.0
    for i, length in enumerate(_DASHES[style.dash]):
        stops.append(f"{style.color if i % 2 == 0 else 'transparent'} {at}px {at + length}px")
        at += length
    return (
        '<span aria-hidden="true"'
        ' style="display:inline-block;width:38px;height:3px;margin-right:.6rem;vertical-align:middle;background:repeating-linear-gradient(to'
        f' right,{",".join(stops)})"></span>'
    )
