"""A comparison's figure as one HTML file, which opens offline, light or dark as the system is.

Its only scripts are plotly's own and the two calls that plotly writes: the page's policy names
their hashes, so that nothing else runs, and nothing is fetched.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Sequence
from importlib import resources
from string import Template
from typing import Final

import plotly.graph_objects as go
from plotly.io import to_html
from plotly.offline import get_plotlyjs

from lossviz.charts.comparison_figure.content import figure_content
from lossviz.charts.comparison_figure.interactive import (
    differences_figure,
    learning_curves_figure,
)
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.number_text import error_digits
from lossviz.statistics.loss_verdict import WORDS

_OPTIONS: Final = {
    "responsive": True,
    "displaylogo": False,
    "showSendToCloud": False,
    "modeBarButtonsToRemove": ["select2d", "lasso2d", "autoScale2d"],
}
_SCRIPT: Final = re.compile(r"<script[^>]*>(.*?)</script>", re.DOTALL)


def web_page(snapshot: ComparisonSnapshot) -> str:
    """The file's text: charts, verdicts, numbers and caption of a comparison as it stands."""
    judgement, content = snapshot.judgement, figure_content(snapshot)
    compared = content.differences
    curves = learning_curves_figure(content.lines, content.settings, images=judgement.images)
    title = "Learning curves"
    charts = [_chart(curves, "curves", f"(a) {title}" if compared else title)]
    if compared:
        title = f"(b) Differences to {compared.baseline} after the last epoch"
        charts.append(_chart(differences_figure(compared), "differences", title))
    library = f"<script>{get_plotlyjs()}</script>"
    scripts = _SCRIPT.findall("".join((library, *charts)))
    files = resources.files(__package__)
    return Template(files.joinpath("page.html").read_text("utf-8")).substitute(
        policy=_policy(scripts),
        style=files.joinpath("page.css").read_text("utf-8"),
        library=library,
        title=_escaped(content.title),
        verdict=_escaped(content.caption.verdict),
        charts="\n".join(charts),
        sentences=_sentences(judgement),
        table=_table(judgement),
        caption="\n".join(f"<p>{_escaped(text)}</p>" for text in content.caption.paragraphs),
    )


def _escaped(text: str) -> str:
    return html.escape(text)


def _chart(figure: go.Figure, name: str, title: str) -> str:
    drawn: str = to_html(
        figure, config=_OPTIONS, include_plotlyjs=False, full_html=False, div_id=name
    )
    return f"<figure><h2>{_escaped(title)}</h2>{drawn}</figure>"


def _policy(scripts: Sequence[str]) -> str:
    """A policy by which these scripts run and no others, and nothing is fetched."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    allowed = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline';"
        " img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def _sentences(judgement: Judgement) -> str:
    """The verdict on each loss at length; empty where there is none."""
    verdicts = [loss.verdict for loss in judgement.losses if loss.verdict]
    texts = [f"{one.sentence} {one.sentence_new_images}".strip() for one in verdicts]
    items = "\n".join(f"<li>{_escaped(text)}</li>" for text in texts if text)
    return f"<h2>The verdict on each loss</h2>\n<ul>\n{items}\n</ul>" if items else ""


def _table(judgement: Judgement) -> str:
    """The numbers of the charts, for those who read rather than look."""
    rows = "\n".join(_row(loss, judgement.images) for loss in judgement.losses)
    head = "".join(
        f'<th scope="col">{name}</th>'
        for name in ("Loss", "Seeds", "Error rate", "Difference", "Interval", "Verdict")
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(loss: LossJudgement, images: int | None) -> str:
    digits = error_digits(images)
    error = "–" if loss.mean is None else f"{100 * loss.mean:.{digits}f}"
    if loss.deviation is not None:
        error += f" ± {100 * loss.deviation:.{digits}f}"
    verdict = loss.verdict
    factor, unit = (images, "images") if images else (100, "points")
    difference = interval = "–"
    if verdict and verdict.difference is not None:
        difference = f"{factor * verdict.difference:+.1f} {unit}"
    if verdict and verdict.interval:
        low, high = verdict.interval
        interval = f"{factor * low:+.1f} to {factor * high:+.1f}"
    word = WORDS[verdict.word] if verdict else "baseline"
    cells = (
        f"{len(loss.finished)} of {len(loss.seeds)}",
        f"{error}%" if loss.mean is not None else error,
        difference,
        interval,
        word,
    )
    columns = "".join(f"<td>{_escaped(cell).replace('-', '−')}</td>" for cell in cells)
    return f'<tr><th scope="row">{_escaped(loss.label)}</th>{columns}</tr>'
