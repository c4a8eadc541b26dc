"""The controls above the table: search, filters, order and grouping."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.bench.filters import all_tags
from lossviz.experiments.permissions import Whose
from lossviz.experiments.recipes import KNOWN_RECIPES
from lossviz.experiments.records import Origin
from lossviz.ui.comparisons.table_view import ORDERS, TableView
from lossviz.ui.comparisons.view_state import change_view, read_view, set_view

_ANY: Final = ""
_WHOSE: Final[Mapping[str, str]] = MappingProxyType(
    {_ANY: "Everybody's", Whose.OWN: "Mine", Whose.SHARED: "Shared by others"}
)


def table_controls(rows: Sequence[BenchRow], view: TableView, *, with_others: bool) -> None:
    """Draw them.

    Args:
        rows: All that there are, which say what can be filtered by.
        view: What the page shows.
        with_others: Whether there are other visitors, whose comparisons may be shared.

    Side effects: a change is kept in the session and in the address.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="bench-find"):
        _text_field(view)
        _pick(view, "order", "Order", {key: order.name for key, order in ORDERS.items()})
        with st.popover(_filters_label(view), icon=":material/filter_list:", key="filters"):
            _filters(rows, view, with_others=with_others)
        if view.is_filtered:
            st.button(
                "Show all comparisons",
                icon=":material/filter_list_off:",
                type="tertiary",
                key="show all",
                on_click=show_all,
            )


def show_all() -> None:
    """Take search and filters away; for callbacks.

    Side effects: changes the session, and the page's address with it.
    """
    view = read_view().value
    set_view(TableView(order=view.order, grouped=view.grouped, selected=view.selected))


def _filters(rows: Sequence[BenchRow], view: TableView, *, with_others: bool) -> None:
    recipes = {row.comparison.recipe for row in rows} | {view.recipe}
    states = {row.state for row in rows} | {view.state}
    origins = {row.comparison.origin for row in rows} | {view.origin}
    _pick(
        view,
        "recipe",
        "Dataset",
        _options({k: r.name for k, r in KNOWN_RECIPES.items() if k in recipes}),
    )
    _pick(view, "state", "State", _options({s: s for s in map(str, BenchState) if s in states}))
    _pick(view, "origin", "Made by", _options({o: o for o in map(str, Origin) if o in origins}))
    if with_others:
        _pick(view, "whose", "Whose", _WHOSE)
    tags = sorted({*all_tags(rows), *view.tags})
    if tags:
        key = _set("tags", list(view.tags))
        st.multiselect(
            "Tags",
            tags,
            key=key,
            on_change=lambda: change_view(tags=tuple(st.session_state[key])),
        )
    _toggle(view, "starred", "Starred only")
    _toggle(view, "grouped", "A table for each dataset")


def _filters_label(view: TableView) -> str:
    chosen = (view.recipe, view.state, view.origin, view.whose, view.tags, view.starred)
    count = sum(map(bool, chosen))
    return f"Filters ({count})" if count else "Filters"


def _options(named: Mapping[str, str]) -> Mapping[str, str]:
    return {_ANY: "Any", **named}


def _set(name: str, value: Any) -> str:
    """Let a control hold what the page shows; the control's key."""
    key = f"table: {name}"
    st.session_state[key] = value
    return key


def _text_field(view: TableView) -> None:
    key = _set("words", view.words)
    st.text_input(
        "Search",
        key=key,
        placeholder="Name, loss, tag, note, setting …",
        icon=":material/search:",
        on_change=lambda: change_view(words=st.session_state[key].strip()),
    )


def _pick(view: TableView, attribute: str, label: str, options: Mapping[str, str]) -> None:
    key = _set(attribute, getattr(view, attribute))
    st.selectbox(
        label,
        list(options),
        format_func=lambda value: options.get(value, value),
        key=key,
        on_change=lambda: change_view(**{attribute: st.session_state[key]}),
    )


def _toggle(view: TableView, attribute: str, label: str) -> None:
    key = _set(attribute, getattr(view, attribute))
    st.toggle(
        label,
        key=key,
        on_change=lambda: change_view(**{attribute: st.session_state[key]}),
    )
