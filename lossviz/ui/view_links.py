"""Links that open a page as it is seen, or as a lesson is to show it.

Pure: whoever calls says where the page is, and what its address says.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Final
from urllib.parse import urlencode, urlsplit

from lossviz.ui.state.hideable import read_parts
from lossviz.ui.state.page_state import PARAMETERS
from lossviz.ui.state.url_state import Query

FRAME_HEIGHT: Final = 700  # pixels of an embedded page


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonView:
    """How a lesson shows a page.

    Attributes:
        hidden: The names of the parts that are hidden.
        seed: The only one that is shown of a comparison; None for all.
        embedded: Whether the page stands within another one.
    """

    hidden: tuple[str, ...] = ()
    seed: int | None = None
    embedded: bool = False


def view_link(url: str, query: Query) -> str:
    """A page's address with a query.

    Args:
        url: Of the page, with or without a query.
        query: What it is to say.

    >>> view_link("https://loss.viz/train?comparison=a", {"comparison": ["b"], "seed": ["2"]})
    'https://loss.viz/train?comparison=b&seed=2'
    """
    text = urlencode(query, doseq=True, safe=",:")
    return urlsplit(url)._replace(query=text, fragment="").geturl()


def lesson_query(query: Query, view: LessonView) -> Query:
    """The query that shows a page as a lesson does.

    Args:
        query: What shows it as it is; the losses that it hides stay hidden.
        view: How it is to be shown.

    >>> lesson_query({"hide": ["title", "inverse"]}, LessonView(hidden=("menu",), seed=2))
    {'hide': ['menu', 'inverse'], 'seed': ['2']}
    """
    losses = read_parts(query.get("hide", ()))[1]
    hide = [",".join(view.hidden), *losses] if view.hidden else losses
    query = {name: texts for name, texts in query.items() if name not in ("hide", "seed")}
    if hide:
        query["hide"] = hide
    if view.seed is not None:
        query["seed"] = [str(view.seed)]
    if view.embedded:
        query["embed"] = ["true"]
    return query


def frame_snippet(link: str, *, title: str) -> str:
    """The HTML that shows a view within another page.

    >>> frame_snippet("https://loss.viz/?a=1&b=2", title="Curves")[:62]
    '<iframe src="https://loss.viz/?a=1&amp;b=2" title="Curves" wid'
    """
    return (
        f'<iframe src="{escape(link)}" title="{escape(title)}" width="100%"'
        f' height="{FRAME_HEIGHT}" style="border: 0" allow="clipboard-write"'
        ' loading="lazy"></iframe>'
    )


def own_query(query: Query) -> Query:
    """What an address says that belongs to one page only.

    >>> own_query({"loss": ["brier"], "comparison": ["a"]})
    {'comparison': ['a']}
    """
    return {name: texts for name, texts in query.items() if name not in PARAMETERS}
