"""What every page has: its configuration, the menu and a title."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import streamlit as st

from lossviz.app_folder import app_folder
from lossviz.ui.state.selection import selection_query
from lossviz.ui.state.session import sync_from_url
from lossviz.ui.static_files import MODULES, PLOTLY_URL, module_url, publish
from lossviz.ui.styles import load_styles

# a Material symbol or an emoji would be fetched from elsewhere
_ICON = Path(__file__).with_name("icon.svg")


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
            title="A loss is a formula",
            lead="Drag it, look at it, then prove it on a real training.",
            icon=":material/show_chart:",
        ),
        "pages/penalty_curves.py": Page(
            name="Penalty curves",
            title="Penalty curves",
            lead="What a loss makes the network pay for, and what it makes the network listen to.",
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
        "pages/train.py": Page(
            name="Train",
            title="Prove it on a real training",
            lead=(
                "The same data, the same start and the same batches for every loss: only the loss"
                " differs."
            ),
            icon=":material/model_training:",
        ),
    }
)

# As soon as a page begins: plotly.js is 4.8 MB, and takes the browser longer than all else that a
# page with charts needs.
_PRELOAD_PLOTLY = f"""<script>
import(new URL("{module_url("shared/plotly.js")}", document.baseURI))
  .then(({{ loadPlotly }}) => loadPlotly("{PLOTLY_URL}"));
</script>"""


def begin_page(path: str) -> None:
    """Draw the frame of the page at ``path``; the first statement of every page, as each can be
    opened cold by its own address.

    Side effects: draws; writes plotly.js to ``static/`` once a process.
    """
    page = PAGES[path]
    sync_from_url(path)
    title = page.title if path == "app.py" else f"{page.title} · lossviz"
    st.set_page_config(
        page_title=title, page_icon=str(_ICON), layout="wide", initial_sidebar_state="collapsed"
    )
    _prepare_process(MODULES)
    load_styles()
    if page.has_charts:
        with st.container(key="fetch"):
            st.html(_PRELOAD_PLOTLY, unsafe_allow_javascript=True)
    with st.container(horizontal=True, key="menu", gap="small"):
        for target, other in PAGES.items():
            label = f"**{other.name}**" if target == path else other.name
            st.page_link(target, label=label, icon=other.icon, query_params=selection_query())
    st.title(page.title, anchor=False)
    st.markdown(page.lead)


@st.cache_resource(show_spinner=False)
def _prepare_process(modules: str) -> None:
    """Once a process, and again when its scripts have changed: put what the browser fetches where
    Streamlit serves it, and keep the garbage collector from looking at what stays.
    """
    publish(app_folder() / "static")
    gc.collect()
    gc.freeze()
