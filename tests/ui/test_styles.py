"""The pages' style sheet."""

import re
from pathlib import Path

import pytest

from lossviz.ui import styles

FOLDER = Path(styles.__file__).parent
SHEETS = sorted(
    path for path in FOLDER.rglob("*.css") if path.relative_to(FOLDER).parts[0] != "components"
)
STREAMLIT_S_OWN = re.compile(r"data-testid|\.st[A-Z]|_stcore|emotion|\[kind=")


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_every_part_s_rules_are_in_the_sheet(path: Path) -> None:
    assert path.read_text() in styles.style_sheet()


@pytest.mark.parametrize("path", SHEETS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_only_compat_leans_on_streamlit_s_own_elements(path: Path) -> None:
    found = STREAMLIT_S_OWN.search(path.read_text())
    assert bool(found) == (path.name == "_compat.css")


def test_no_python_or_component_leans_on_streamlit_s_own_elements() -> None:
    files = [*FOLDER.rglob("*.py"), *FOLDER.rglob("*.js"), *(FOLDER / "components").rglob("*.css")]
    assert len(files) > 60
    for path in files:
        if path.name == "_compat.js":
            continue
        assert not STREAMLIT_S_OWN.search(path.read_text()), path


def test_a_sheet_that_streamlit_would_drop_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "part.css").write_text("@media (400px <= width) { p { margin: 0; } }")
    monkeypatch.setattr(styles, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match=r"part\.css holds a '<'"):
        styles.style_sheet.__wrapped__()
