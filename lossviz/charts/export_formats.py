"""As what a comparison can be exported: one table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.errors import MissingExtra
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.report import write_report
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.files.table_file import evaluations_csv, trials_csv


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportFormat:
    """One kind of file. What draws it is imported when it is written: plotly and matplotlib take a
    second and 40 MB.

    Attributes:
        key: As the command line names it.
        ending: How such files end; empty for the key.
        label: What it is, for people.
        mime: Its media type.
        write: Makes the file of a snapshot.
        is_figure: Whether it is drawn, which the pages offer in more than one size.
    """

    key: str
    label: str
    mime: str
    write: Callable[[ComparisonSnapshot], bytes]
    is_figure: bool = False
    ending: str = ""

    @property
    def suffix(self) -> str:
        """How the name of a file ends, with a dot."""
        return f".{self.ending or self.key}"


def _json(snapshot: ComparisonSnapshot) -> bytes:
    return write_document(snapshot).encode()


def _report(snapshot: ComparisonSnapshot) -> bytes:
    try:
        figure = _svg(snapshot)
    except MissingExtra:  # a report without it says all the same
        figure = b""
    return write_report(snapshot, figure=figure).encode()


def _html(snapshot: ComparisonSnapshot) -> bytes:
    from lossviz.charts.comparison_figure.web_page import web_page

    return web_page(snapshot).encode()


def _svg(snapshot: ComparisonSnapshot) -> bytes:
    return _for_a_paper(snapshot, "svg")


def _pdf(snapshot: ComparisonSnapshot) -> bytes:
    return _for_a_paper(snapshot, "pdf")


def _for_a_paper(snapshot: ComparisonSnapshot, format: str) -> bytes:
    from lossviz.charts.comparison_figure.content import figure_content
    from lossviz.charts.comparison_figure.paper import PaperFormat, paper_figure

    return paper_figure(figure_content(snapshot), format=PaperFormat(format))


_ENTRIES: Final = (
    ExportFormat(
        key="json",
        label="JSON, to import",
        mime="application/json",
        write=_json,
    ),
    ExportFormat(
        key="csv",
        label="CSV, a row a trial",
        mime="text/csv",
        write=lambda snapshot: trials_csv(snapshot).encode(),
    ),
    ExportFormat(
        key="evaluations",
        label="CSV, learning curves",
        mime="text/csv",
        write=lambda snapshot: evaluations_csv(snapshot).encode(),
        ending="csv",
    ),
    ExportFormat(key="md", label="Markdown report", mime="text/markdown", write=_report),
    ExportFormat(key="html", label="HTML figure", mime="text/html", write=_html, is_figure=True),
    ExportFormat(key="svg", label="SVG figure", mime="image/svg+xml", write=_svg, is_figure=True),
    ExportFormat(key="pdf", label="PDF figure", mime="application/pdf", write=_pdf, is_figure=True),
)
EXPORT_FORMATS: Final[Mapping[str, ExportFormat]] = MappingProxyType(
    {format.key: format for format in _ENTRIES}
)
