"""What is drawn in the browser: each component's Python beside its script and its style."""

from pathlib import Path

_FOLDER = Path(__file__).parent


def read_assets(*names: str) -> str:
    """The named pages or styles of this folder, one after the other.

    Streamlit takes a one-line string for a path, so the result always holds a newline.
    """
    return "\n".join((_FOLDER / name).read_text(encoding="utf-8") for name in names) + "\n"
