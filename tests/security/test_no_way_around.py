"""No page code reaches the store or the engine but through what asks whose a comparison is."""

import ast
from pathlib import Path

import pytest

from tests.support.imports import imports

ROOT = Path(__file__).parents[2]
UNGUARDED = {  # what would be read, changed or exported by whoever imports it
    "lossviz.experiments.store.store",
    "lossviz.experiments.store.database",
    "lossviz.experiments.store.deletion",
    "lossviz.experiments.bench.listing",
    "lossviz.experiments.access.deletion",
    "lossviz.experiments.engine.contract",
    "lossviz.experiments.engine.engines",
    "lossviz.experiments.engine.local",
    "lossviz.ui.train.shared_backend",
    "lossviz.ui.train.feeds",
}
GUARDS = {  # hand nothing on but to the visitor whose it is
    "lossviz/ui/deployer/state_of_app.py",  # gets it from for_deployer, which refuses all others
    "lossviz/ui/train/backend.py",
    "lossviz/ui/train/database_setting.py",  # reads only where the database is
    "lossviz/ui/train/shared_backend.py",
    "lossviz/ui/train/feeds.py",
    "lossviz/ui/train/running_counter.py",
}
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for folder in ("lossviz/ui", "pages")
    for path in (ROOT / folder).rglob("*.py")
)


@pytest.mark.parametrize("path", [path for path in [*PAGES, "app.py"] if path not in GUARDS])
def test_no_page_code_imports_what_asks_nobody(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    modules = {name.rpartition(".")[0] for name, _ in imports(tree)}
    assert modules.isdisjoint(UNGUARDED)


@pytest.mark.parametrize("path", [path for path in PAGES if path not in GUARDS])
def test_no_page_code_reaches_into_the_guards(path: str) -> None:
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    reached = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    assert reached.isdisjoint({"_guard", "_shared", "_engine"})
