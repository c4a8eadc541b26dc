"""What of the database cannot be read, with the reason of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lossviz.experiments.store.building import UnreadableRow
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.messages import shown

_NAMED: Final = 10


def show_unreadable(unreadable: Sequence[UnreadableRow]) -> None:
    """Name what this version cannot read; nothing where it can read everything."""
    if not unreadable:
        return
    named = [f"{row.name}: {row.reason}" for row in unreadable[:_NAMED]]
    lines = [f"- {escape_markdown(shown(text))}" for text in named]
    if len(unreadable) > _NAMED:
        lines.append(f"- and {len(unreadable) - _NAMED} more")
    st.warning(
        "Left out, as this version of lossviz cannot read it; in the database it stays as it is:"
        "\n\n" + "\n".join(lines),
        icon=":material/database_off:",
    )
