"""What browsers fetch once and keep."""

import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lossviz.ui.static_files import (
    COMPONENTS,
    MODULES,
    PLOTLY,
    import_module,
    publish,
    publish_text,
)

SCRIPTS = sorted(path.relative_to(COMPONENTS) for path in COMPONENTS.rglob("*.js"))


def test_every_module_is_published_as_it_is(tmp_path: Path) -> None:
    publish(tmp_path / "static")
    for script in SCRIPTS:
        copy = tmp_path / "static" / MODULES / script
        assert copy.read_bytes() == (COMPONENTS / script).read_bytes()
    assert (tmp_path / "static" / PLOTLY).stat().st_size > 1_000_000


def test_several_processes_may_publish_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(publish, [tmp_path / "static"] * 4))
    assert {path.name for path in (tmp_path / "static").iterdir()} == {MODULES, PLOTLY}


def test_a_text_is_published_under_a_name_that_follows_from_it(tmp_path: Path) -> None:
    first, again, other = (
        publish_text(tmp_path / "static", "losses.json", text) for text in ("é", "é", "e")
    )
    assert first == again != other
    assert re.fullmatch(r"losses-[0-9a-f]{16}\.json", first)
    assert (tmp_path / "static" / first).read_text(encoding="utf-8") == "é"


def test_what_is_published_looks_old_so_that_browsers_keep_it(tmp_path: Path) -> None:
    publish(tmp_path)
    publish_text(tmp_path, "losses.json", "[]")
    published = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert all(path.stat().st_mtime < 1e9 for path in published)


@pytest.mark.parametrize(
    "component", sorted(COMPONENTS.glob("*/component.py")), ids=lambda path: path.parent.name
)
def test_every_component_imports_a_module_that_is_there(component: Path) -> None:
    (module,) = re.findall(r'import_module\("(.+?)"\)', component.read_text())
    assert (COMPONENTS / module).is_file()
    assert "\n" in import_module(module), "Streamlit takes a script of one line for a path"
