"""Who may import whom, and what stays unloaded until it is needed."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = {  # each may import itself and what stands here
    "app": {"ui", "charts", "runs", "losses", "geometry", "language", "errors"},
    "ui": {"charts", "runs", "losses", "geometry", "language", "errors"},
    "charts": {"runs", "losses", "geometry", "language", "errors"},
    "runs": {"losses", "language", "errors"},
    "geometry": {"losses", "language", "errors"},
    "losses": {"language", "errors"},
    "language": {"errors"},
    "errors": set(),
    "training": {"losses", "runs.records", "runs.recipes", "runs.settings", "runs.networks", "language", "errors"},
    "__init__": {"losses", "errors"},
    "__main__": {"runs", "losses", "errors"},
}
WITH_TORCH = {"losses.objective", "losses.descent", "losses.work", "losses.bench"}
HOME = {  # where a heavy package may be imported
    "streamlit": {"ui", "app"},
    "plotly": {"charts", "ui"},
    "torch": {"training", *WITH_TORCH}, "torchvision": {"training"}, "fastai": {"training"}, "safetensors": {"training"},
}  # fmt: skip
LAZILY = {("__init__", "losses.objective"), ("__main__", "losses.bench"), ("__main__", "streamlit")}  # inside a function only
FILES = [path for path in [ROOT / "app.py", *sorted((ROOT / "pages").glob("*.py")), *sorted((ROOT / "lossviz").rglob("*.py"))] if path.exists()]


def place_of(path: Path) -> str:
    """``losses.objective`` for lossviz/losses/objective.py; ``app`` for the app and its pages."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[1:]) if parts[0] == "lossviz" else "app"


def imports(tree: ast.AST, *, inside_function: bool = False) -> Iterator[tuple[str, bool]]:
    """Each imported module, and whether only when a function runs. What is for the type checker alone does not count."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            continue
        if isinstance(node, ast.Import):
            yield from ((alias.name, inside_function) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "absolute imports only"
            yield from ((f"{node.module}.{alias.name}", inside_function) for alias in node.names)
        else:
            yield from imports(node, inside_function=inside_function or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))


def within(place: str, allowed: set[str]) -> bool:
    return any(place == home or place.startswith(f"{home}.") for home in allowed)


def wrong_imports(place: str, source: str) -> list[str]:
    """The imports of a module at ``place`` that the design does not allow."""
    layer = place.split(".")[0]
    wrong = []
    for module, lazily in imports(ast.parse(source)):
        package, *rest = module.split(".")
        if package == "lossviz":
            target = ".".join(rest) if rest and rest[0] in LAYERS else "losses"  # ``from lossviz import get_loss``
            fine = within(target, LAYERS[layer] | {layer})
            for loading in WITH_TORCH:
                if within(target, {loading}):
                    fine = place in WITH_TORCH or layer == "training" or (lazily and (place, loading) in LAZILY)
        else:
            fine = package not in HOME or within(place, HOME[package]) or (lazily and (place, package) in LAZILY)
        if not fine:
            wrong.append(module)
    return wrong


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_the_design_allows(path: Path) -> None:
    assert wrong_imports(place_of(path), path.read_text()) == []


@pytest.mark.parametrize(
    ("place", "source"),
    [
        ("runs.local", "import torch"),
        ("runs.local", "def f():\n    import fastai.vision.all"),
        ("runs.store", "from lossviz.training.trial import run_trial"),
        ("losses.loss", "from lossviz.losses.objective import Objective"),
        ("losses.loss", "from lossviz.runs.store import Store"),
        ("losses.loss", "from torch import nn"),
        ("charts.theme", "import streamlit as st"),
        ("charts.theme", "from lossviz.ui.frame import begin_page"),
        ("geometry", "import plotly.graph_objects as go"),
        ("training.trial", "from lossviz.runs.store import Store"),
        ("app", "import torch"),
        ("app", "from lossviz.training import trial"),
        ("errors", "import lossviz.language"),
        ("__main__", "from streamlit.web import cli"),
        ("__init__", "from lossviz.losses.objective import Objective"),
        ("language.tree", "from lossviz import get_loss"),
    ],
)
def test_an_import_against_the_direction_is_seen(place: str, source: str) -> None:
    assert wrong_imports(place, source)


def test_every_module_has_a_layer() -> None:
    assert {place_of(path).split(".")[0] for path in FILES} <= set(LAYERS)
    assert {"losses.objective", "runs.local", "training.host", "language.grammar"} <= {place_of(path) for path in FILES}


@pytest.mark.parametrize(
    "statement",
    [
        "import lossviz",
        "from lossviz import LOSSES, get_loss, parse_loss, objective; get_loss('inverse').pull(0.5)",
        "import lossviz.__main__, lossviz.runs.local",
    ],
)
def test_heavy_packages_stay_unloaded_until_they_are_needed(statement: str) -> None:
    code = f"{statement}\nimport sys; print(*({{'torch', 'fastai', 'streamlit', 'plotly', 'pandas', 'matplotlib', 'sklearn'}} & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == []


def test_calling_objective_loads_torch_but_not_fastai() -> None:
    code = "import lossviz, sys; lossviz.objective(lossviz.get_loss('inverse')); print('torch' in sys.modules, 'fastai' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["True", "False"]
