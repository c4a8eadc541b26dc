"""What every page has: its configuration, the menu and a title."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.app_folder import app_folder
from lossviz.deployment import read_deployment
from lossviz.errors import InvalidInput
from lossviz.experiments.uploads.limits import LIMITS, MB
from lossviz.ui import train_link
from lossviz.ui._compat import bound_incoming_files, keep_shared_caches
from lossviz.ui.embedding import draw_embedded_frame
from lossviz.ui.fragments import fragment
from lossviz.ui.glossary.page_words import begin_words
from lossviz.ui.login import draw_login
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.comparisons_query import PAGE as COMPARISONS_PAGE
from lossviz.ui.state.comparisons_query import comparisons_query
from lossviz.ui.state.selection import selection_query
from lossviz.ui.state.session import sync_from_url
from lossviz.ui.state.view import is_embedded, is_shown
from lossviz.ui.static_files import MODULES, PLOTLY_URL, module_url, publish
from lossviz.ui.story.source import ARTICLE_URL
from lossviz.ui.styles import load_styles
from lossviz.ui.text import draw_text
from lossviz.ui.visitor import keep_visitor

MENU: Final = "menu"  # the part of every page that names the visitor's losses
# a Material symbol or an emoji would be fetched from elsewhere
_ICON = Path(__file__).with_name("icon.svg")


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands at a page's top.

    Attributes:
        title: In the browser's tab too.
        lead: One sentence under it.
    """

    title: str
    lead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page of the app.

    Attributes:
        name: In the menu.
        title: At its top, and in the browser's tab.
        lead: One sentence under the title.
        icon: A Material symbol.
        has_charts: Whether it draws charts with plotly.
    """

    name: str
    title: str
    lead: str
    icon: str
    has_charts: bool = True


PAGES = MappingProxyType(
    {
        "app.py": Page(
            name="lossviz",
            title="How much does a mistake count?",
            lead=(
                "In training, that is up to the **loss**. See how losses weigh mistakes, shape one"
                " of your own, and test it on real training runs."
            ),
            icon=":material/show_chart:",
        ),
        "pages/story.py": Page(
            name="Story",
            title="The article in seven steps",
            lead=(
                f"[Dien-Hoa Truong's article]({ARTICLE_URL}) on losses, retold: each step asks you"
                " to do something."
            ),
            icon=":material/auto_stories:",
        ),
        "pages/lessons.py": Page(
            name="Lessons",
            title="Lessons",
            lead="Each asks you to guess before it shows what was computed or measured.",
            icon=":material/school:",
        ),
        "pages/penalty_curves.py": Page(
            name="Penalty curves",
            title="Penalty curves",
            lead="What an answer costs, and how much weight its example gets in training.",
            icon=":material/stacked_line_chart:",
        ),
        "pages/geometry.py": Page(
            name="Geometry",
            title="A prediction is an arrow",
            lead=(
                "A good one points where the target points. Turn it, and watch angle, cosine, dot"
                " product and projection."
            ),
            icon=":material/north_east:",
            has_charts=False,
        ),
        "pages/playground.py": Page(
            name="Playground",
            title="Playground",
            lead=(
                "Small networks learn in front of you, each with another loss: the same points, the"
                " same initial weights, the same batches."
            ),
            icon=":material/toys:",
            has_charts=False,
        ),
        "pages/train.py": Page(
            name="Train",
            title="Train and compare",
            lead=(
                "Train the same network with different losses, under the same conditions, and see"
                " which makes fewer errors and whether that is more than chance."
            ),
            icon=":material/model_training:",
        ),
        "pages/comparisons.py": Page(
            name="Comparisons",
            title="All comparisons",
            lead=(
                "Everything that was trained here or brought from elsewhere: find it again, note"
                " what it showed, and join several in one chart."
            ),
            icon=":material/table_rows:",
        ),
        "pages/glossary.py": Page(
            name="Glossary",
            title="Glossary",
            lead="What the words on these pages mean; each is underlined where it first stands.",
            icon=":material/menu_book:",
            has_charts=False,
        ),
    }
)

DEPLOYER_PATH: Final = "pages/deployer.py"
UNLISTED: Final = MappingProxyType(  # pages that the menu does not show to visitors
    {
        DEPLOYER_PATH: Page(
            name="Deployer",
            title="For the deployer",
            lead="How this app is doing.",
            icon=":material/monitor_heart:",
            has_charts=False,
        )
    }
)

# As soon as a page begins: plotly.js is 4.8 MB, and takes the browser longer than all else that a
# page with charts needs.
_PRELOAD_PLOTLY = f"""<script>
import(new URL("{module_url("shared/plotly.js")}", document.baseURI))
  .then(({{ loadPlotly }}) => loadPlotly("{PLOTLY_URL}"));
</script>"""


def begin_page(path: str, heading: Callable[[], Heading] | None = None) -> None:
    """Draw the frame of the page at ``path``; before all else that a page draws, as each can be
    opened cold by its own address.

    Args:
        path: Of the page's script, from the app's folder; a key of ``PAGES``, or ``DEPLOYER_PATH``.
        heading: Gives title and lead where they change with what the page shows; by default they
            are those of ``PAGES``.

    Side effects: draws; writes plotly.js to ``static/`` once a process.
    """
    page = (PAGES | UNLISTED)[path]
    sync_from_url(path)
    top = heading() if heading else Heading(title=page.title, lead=page.lead)
    st.set_page_config(
        page_title=f"{top.title} · lossviz",
        page_icon=str(_ICON),
        layout="wide",
        initial_sidebar_state="collapsed",
    )
    _require_deployment()
    _prepare_process(MODULES)
    load_styles()
    begin_words(path)
    if page.has_charts:
        with st.container(key="fetch"):
            st.html(_PRELOAD_PLOTLY, unsafe_allow_javascript=True)
    fragment(_draw_menu, key=MENU)(path)
    if is_shown("title"):
        with st.container(key="head"):
            st.title(top.title, anchor=False)
            draw_text(top.lead)
    if is_embedded():
        draw_embedded_frame()
    keep_visitor()


def _draw_menu(path: str) -> None:
    """Links that take the visitor's losses along."""
    if not is_shown("menu"):
        return
    query = selection_query()
    with st.container(horizontal=True, key="menu", gap="small"):
        for target, page in PAGES.items():
            if target == train_link.PATH:
                train_link.train_link(page.name, page.icon, is_current=target == path)
                continue
            label = f"**{page.name}**" if target == path else page.name
            more = comparisons_query() if target == COMPARISONS_PAGE else {}
            st.page_link(target, label=label, icon=page.icon, query_params=query | more)
        if unlisted := UNLISTED.get(path):
            st.page_link(path, label=f"**{unlisted.name}**", icon=unlisted.icon)
        draw_login()


def _require_deployment() -> None:
    """End the page with what is wrong where the environment describes no deployment."""
    try:
        read_deployment()
    except InvalidInput as error:
        st.error(escape_markdown(f"This app cannot start: {error}"), icon=":material/error:")
        st.stop()


@st.cache_resource(show_spinner=False)
def _prepare_process(modules: str) -> None:
    """Once a process, and again when its scripts have changed: put what the browser fetches where
    Streamlit serves it, keep visitors of a public app from clearing what all share, from filling
    its memory with files and from seeing traces, and the garbage collector from looking at what
    stays.
    """
    publish(app_folder() / "static")
    if read_deployment().public:
        keep_shared_caches()
        bound_incoming_files(of_session=LIMITS.zip_mb * MB, of_all=LIMITS.incoming_mb * MB)
        st.set_option("client.showErrorDetails", "none")  # an error's trace is for the log
    gc.collect()
    gc.freeze()
