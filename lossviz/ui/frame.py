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

_STYLE = """
<style>
  .stApp { --line: color-mix(in srgb, currentColor 22%, transparent); }
  .stMainBlockContainer { padding-top: 1.2rem; padding-bottom: 3rem; max-width: 1240px; }
  header.stAppHeader { height: 2.2rem; min-height: 0; background: transparent; }
  header.stAppHeader, header.stAppHeader * { pointer-events: none; } /* it lies over our menu */
  header.stAppHeader button, header.stAppHeader button * { pointer-events: auto; }
  h1 { padding-top: 0.4rem !important; padding-bottom: 0 !important; }
  [data-testid="stBaseButton-primary"]:enabled p { color: light-dark(#ffffff, #10151f); }
  .stMarkdown .katex-display { margin: 0; padding: 0.2rem 0; overflow: auto hidden; scrollbar-width: thin; } /* long formulas scroll in their card */
  @keyframes fade-away { from { mask-size: 100% 100%; } }
  .stMarkdown .katex-display { /* and fade out where they go on; a formula that fits has no timeline */
    mask: linear-gradient(to left, transparent, black 2.5rem) left / calc(100% + 2.5rem) 100% no-repeat;
    animation: fade-away linear; animation-timeline: scroll(self inline);
  }
  .stMarkdown [data-testid="stMarkdownContainer"]:has(.katex-display) { margin-bottom: 0; }
  [data-testid="stCaptionContainer"], [data-testid="stExpander"] summary { opacity: 0.8; }
  .lossviz-name { display: flex; align-items: center; }
  .lossviz-name span { flex: none; }
  .stColumn:has(.st-key-sticky-curves) { position: sticky; top: 0; align-self: flex-start; z-index: 10; }
  @media (max-width: 640px) { /* on a phone the plots alone stay in sight, above everything that lies beside them */
    .stColumn:has(.plots), .stColumn:has(.plots) :has(.plots) { display: contents; }
    .stHorizontalBlock:has(.plots) { gap: 1rem; }
    .curve-lab > * { flex: 1 1 100%; min-width: 0; }
    .curve-lab .plots { position: sticky; top: 0; z-index: 10; background: var(--st-background-color); }
    .curve-lab .shares { order: 1; }
  }
  [class*="st-key-actions-"] { justify-content: flex-end; margin-bottom: -3rem; pointer-events: none; } /* on the line of the expander's title */
  [class*="st-key-actions-"] > * { z-index: 1; pointer-events: auto; }
  [data-testid="stLayoutWrapper"]:has(> .st-key-fetch) { position: absolute; }
  .st-key-own-loss [data-testid="InputInstructions"] { display: none; } /* "Press Enter to apply": it applies as it is typed */
  .st-key-classes { margin-bottom: -0.9rem; } /* the ends of its track hang below the line */
  .stElementContainer:has(.preview-note:empty) { position: absolute; } /* no gap for nothing */
  .lossviz-grid { overflow-x: auto; }
  .lossviz-grid table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
  .lossviz-grid th, .lossviz-grid td { padding: 0.4rem 0.8rem; border-bottom: 1px solid var(--line); text-align: right; white-space: nowrap; }
  .lossviz-grid th:first-child, .lossviz-grid td:first-child { text-align: left; }
  .lossviz-grid thead th { font-weight: 400; opacity: 0.8; }
  .lossviz-grid .queued, .lossviz-grid .cancelled { opacity: 0.75; }
  .lossviz-grid .failed, .lossviz-grid .lost, .lossviz-grid .diverged { color: light-dark(#b3261e, #ff8a80); font-weight: 600; }
  @media (max-width: 640px) { .lossviz-grid th, .lossviz-grid td { padding: 0.4rem 0.35rem; font-size: 0.85rem; } }
  .lossviz-tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(80px, 1fr)); gap: 0.6rem; }
  .lossviz-tiles figure { margin: 0; }
  .lossviz-tiles img { width: 100%; aspect-ratio: 1; border-radius: 6px; image-rendering: pixelated; display: block; }
  .lossviz-tiles figcaption { font-size: 0.85rem; text-align: center; overflow-wrap: anywhere; padding-top: 0.2rem; }
  .lossviz-tiles s { opacity: 0.7; }
  .st-key-ways .stPageLink a { transform: translateX(-0.5rem); }
  .st-key-menu { border-bottom: 1px solid var(--line); padding-bottom: 0.35rem; padding-right: 2.5rem; }
</style>
"""

# As soon as a page begins: plotly.js is 4.8 MB, and takes the browser longer than all else that a
# page with charts needs.
_FETCH = f"""<script>
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
    st.html(_STYLE)
    if page.has_charts:
        with st.container(key="fetch"):
            st.html(_FETCH, unsafe_allow_javascript=True)
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
