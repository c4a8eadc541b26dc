"""A comparison's figure for a paper: learning curves, differences and caption, as SVG or PDF.

The same comparison gives the same bytes, whenever and wherever it is drawn with one matplotlib.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from lossviz import __version__
from lossviz.charts.comparison_figure.content import FigureContent
from lossviz.charts.comparison_figure.differences import Differences
from lossviz.charts.comparison_figure.paper_panels import (
    difference_title,
    draw_differences,
    draw_learning_curves,
    line_style,
)
from lossviz.charts.comparison_figure.paper_text import (
    FONT,
    Place,
    flow,
    printable,
    wrapped,
)
from lossviz.charts.loss_style import LossStyle
from lossviz.extras import require_extra

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class Column(StrEnum):
    """How wide a figure is: a column of a two-column page, or both."""

    SINGLE = "single"
    DOUBLE = "double"


class PaperFormat(StrEnum):
    """As what a figure is written."""

    SVG = "svg"
    PDF = "pdf"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Measures:
    """The sizes of a figure, in inches; of letters in points."""

    width: float
    text_pt: float
    curves_width: float
    curves_height: float
    differences_width: float
    side_by_side: bool


_MEASURES: Final[Mapping[Column, _Measures]] = MappingProxyType(
    {
        Column.SINGLE: _Measures(
            width=3.3,
            text_pt=6.5,
            curves_width=2.78,
            curves_height=1.75,
            differences_width=3.12,
            side_by_side=False,
        ),
        Column.DOUBLE: _Measures(
            width=7.0,
            text_pt=7.5,
            curves_width=3.55,
            curves_height=2.3,
            differences_width=2.6,
            side_by_side=True,
        ),
    }
)
_MARGIN: Final = 0.08
_LEFT: Final = 0.44  # of the vertical axis: its title and numbers
_NUMBERS: Final = 0.22  # below a horizontal axis; its title follows
_LETTER: Final = 0.2  # above a panel, where its letter stands
_HANDLE: Final = 0.36  # of a line in the legend, with the gap behind it
_GAP: Final = 0.14
_LINE: Final = 1.32  # of the size of its letters
_ROW_LINES: Final = 2.9  # of text, that a row of the differences is high
_BETWEEN: Final = 0.5  # lines, from paragraph to paragraph
_STYLE: Final = MappingProxyType(
    {
        "font.family": [FONT],
        "text.parse_math": False,  # a name may hold dollar signs
        "axes.unicode_minus": True,
        "pdf.fonttype": 42,  # TrueType, whole letters of which are embedded
        "svg.fonttype": "path",  # letters as outlines, so that no font is needed to read it
        "svg.hashsalt": "lossviz",
        "lines.scale_dashes": True,
    }
)


def paper_figure(
    content: FigureContent, *, format: PaperFormat, column: Column = Column.DOUBLE
) -> bytes:
    """Draw a comparison's figure, with its caption under it.

    Args:
        content: What it shows.
        format: As what it is written; letters are embedded, or drawn as outlines.
        column: How wide.

    Returns:
        The file.

    Raises:
        MissingExtra: matplotlib is not installed.

    Side effects: imports matplotlib, which keeps 40 MB until the process ends.
    """
    require_extra("figures", needed_by="a figure for a paper")
    from matplotlib import rc_context

    with rc_context(dict(_STYLE)):
        figure = _draw(content, _MEASURES[column])
        file = BytesIO()
        figure.savefig(file, format=str(format), metadata=_metadata(format, content))
    return file.getvalue()


def _metadata(format: PaperFormat, content: FigureContent) -> dict[str, str | None]:
    """What the file says of itself; no date, so that the same figure is the same file."""
    title, said = printable(content.title), printable(str(content.caption))
    if format is PaperFormat.SVG:
        return {
            "Title": title,
            "Description": said,
            "Creator": f"lossviz {__version__}",
            "Date": None,
        }
    return {
        "Title": title,
        "Subject": said,
        "Creator": f"lossviz {__version__}",
        "CreationDate": None,
    }


def _draw(content: FigureContent, sizes: _Measures) -> Figure:
    """The whole figure, laid out from the top in inches."""
    from matplotlib.figure import Figure

    lines, compared = content.lines, content.differences
    line_in = sizes.text_pt * _LINE / 72
    inner = sizes.width - 2 * _MARGIN
    legend = flow(
        [printable(loss.label) for loss in lines],
        sizes.text_pt,
        within_in=inner,
        handle_in=_HANDLE,
        gap_in=_GAP,
    )
    paragraphs = [
        wrapped(printable(text), sizes.text_pt, within_in=inner)
        for text in content.caption.paragraphs
    ]
    boxes = _boxes(sizes, compared, line_in)
    top = _MARGIN + (legend[-1].row + 1) * line_in
    foot = sum(map(len, paragraphs)) + _BETWEEN * (len(paragraphs) + 1)
    height = top + boxes.height + foot * line_in + _MARGIN
    page = _Page(Figure(figsize=(sizes.width, height)), sizes.width, height)
    _draw_legend(page, legend, [loss.style for loss in lines], sizes.text_pt, line_in)
    curves = page.axes(boxes.curves, below=top)
    draw_learning_curves(curves, lines, content.settings, sizes.text_pt)
    if compared and boxes.differences:
        box = boxes.differences
        page.letter("(a)", _MARGIN, top + boxes.curves.top, sizes.text_pt)
        page.letter("(b)", box.left, top + box.top, sizes.text_pt)
        size_in = (box.width, box.height)
        axes = page.axes(box, below=top)
        draw_differences(axes, compared, sizes.text_pt, size_in=size_in)
    _draw_caption(page, paragraphs, top + boxes.height, sizes.text_pt, line_in)
    return page.figure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Box:
    """A panel, in inches from the left and from the end of the legend."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxes:
    curves: _Box
    differences: _Box | None
    height: float


def _boxes(sizes: _Measures, compared: Differences | None, line_in: float) -> _Boxes:
    """Where the panels stand: side by side, or one below the other."""
    below_curves = _NUMBERS + line_in
    if compared is None:
        wide = sizes.width - _LEFT - 2 * _MARGIN
        alone = _Box(left=_LEFT, top=_MARGIN, width=wide, height=sizes.curves_height)
        return _Boxes(curves=alone, differences=None, height=_MARGIN + alone.height + below_curves)
    title = difference_title(compared, sizes.text_pt, sizes.differences_width)
    below_differences = _NUMBERS + len(title) * line_in
    rows = len(compared.rows) * _ROW_LINES * line_in
    curves_height = sizes.curves_height
    if sizes.side_by_side:
        rows = curves_height = max(curves_height, rows)
        top, left = _LETTER, sizes.width - _MARGIN - sizes.differences_width
    else:
        top, left = _LETTER + curves_height + below_curves + _LETTER, _MARGIN
    return _Boxes(
        curves=_Box(left=_LEFT, top=_LETTER, width=sizes.curves_width, height=curves_height),
        differences=_Box(left=left, top=top, width=sizes.differences_width, height=rows),
        height=top + rows + below_differences,
    )


@dataclass(frozen=True, slots=True)
class _Page:
    """A figure that is laid out in inches from its top left corner."""

    figure: Figure
    width: float
    height: float

    def x(self, inches: float) -> float:
        return inches / self.width

    def y(self, inches: float) -> float:
        return 1 - inches / self.height

    def axes(self, box: _Box, *, below: float) -> Axes:
        bottom = self.y(below + box.top + box.height)
        size = (box.width / self.width, box.height / self.height)
        return self.figure.add_axes((self.x(box.left), bottom, *size))

    def letter(self, letter: str, left: float, top: float, size_pt: float) -> None:
        self.text(self.x(left), top - 0.05, letter, size_pt, va="bottom", weight="bold")

    def text(self, x: float, top: float, text: str, size_pt: float, **how: Any) -> None:
        self.figure.text(x, self.y(top), text, size=size_pt, ha="left", **how)


def _draw_legend(
    page: _Page,
    places: Sequence[Place],
    styles: Sequence[LossStyle],
    size_pt: float,
    line_in: float,
) -> None:
    from matplotlib.lines import Line2D

    for place, style in zip(places, styles, strict=True):
        left, middle = _MARGIN + place.x_in, _MARGIN + (place.row + 0.5) * line_in
        ends = [page.x(left), page.x(left + _HANDLE - 0.06)]
        page.figure.add_artist(Line2D(ends, [page.y(middle)] * 2, **line_style(style, width=1.4)))
        x = page.x(left + _HANDLE)
        page.text(x, middle, place.text, size_pt, va="center")


def _draw_caption(
    page: _Page, paragraphs: Sequence[Sequence[str]], top: float, size_pt: float, line_in: float
) -> None:
    x = page.x(_MARGIN)
    for paragraph in paragraphs:
        top += _BETWEEN * line_in
        for line in paragraph:
            page.text(x, top, line, size_pt, va="top")
            top += line_in
