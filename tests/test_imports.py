"""Who may import whom, that no files import each other in a circle, and what stays unloaded until
it is needed.
"""

import ast
import subprocess
import sys
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.support.imports import imports

ROOT = Path(__file__).parents[1]
Imports = tuple[tuple[str, bool], ...]  # each with whether it stands inside a function
LAYERS = {  # each may import itself and what stands here
    "app": {
        "ui",
        "charts",
        "experiments",
        "losses",
        "geometry",
        "language",
        "statistics",
        "errors",
    },
    "ui": {
        "app_folder",
        "charts",
        "deployment",
        "experiments",
        "extras",
        "losses",
        "geometry",
        "language",
        "statistics",
        "streamlit_secrets",
        "errors",
    },
    "charts": {
        "experiments",
        "extras",
        "losses",
        "geometry",
        "language",
        "statistics",
        "errors",
    },
    "cli": {
        "app_folder",
        "charts",
        "deployment",
        "doctor",
        "experiments",
        "extras",
        "losses",
        "language",
        "statistics",
        "streamlit_secrets",
        "errors",
        "__init__",
    },
    "doctor": {
        "control_groups",
        "deployment",
        "experiments",
        "extras",
        "streamlit_secrets",
        "errors",
    },
    "streamlit_secrets": {"errors"},
    "app_folder": set(),
    "deployment": {"experiments.quotas", "errors"},
    "control_groups": set(),
    "extras": {"errors"},
    "experiments": {"control_groups", "extras", "losses", "language", "statistics", "errors"},
    "statistics": {"errors"},
    "geometry": {"losses", "language", "errors"},
    "losses": {"control_groups", "language", "errors"},
    "language": {"errors"},
    "errors": set(),
    "training": {
        "losses",
        "experiments.confidence_bins",
        "experiments.plan",
        "experiments.records",
        "experiments.recipes",
        "experiments.settings",
        "experiments.idle_settings",
        "experiments.machine",
        "experiments.folder_classes",
        "experiments.folder_paths",
        "experiments.uploads.reference",
        "experiments.descriptions",
        "experiments.networks",
        "experiments.pets_cost",
        "experiments.engine.messages",
        "experiments.engine.channel",
        "experiments.engine.engine_link",
        "experiments.engine.cluster.job_folder",
        "experiments.engine.process_end",
        "experiments.engine.nvidia",
        "experiments.engine.resources",
        "experiments.engine.stderr_tail",
        "language",
        "errors",
    },
    "notebook": {
        "charts",
        "experiments",
        "extras",
        "losses",
        "statistics",
        "streamlit_secrets",
        "training",
        "errors",
        "__init__",
    },
    "__init__": {"extras", "losses", "notebook", "statistics", "errors"},
    "__main__": {"cli"},
}
WITH_TORCH = {"losses.objective"}
HOME = {  # where a heavy package may be imported
    "streamlit": {"ui", "app"},
    "plotly": {"charts", "ui"},
    "matplotlib": {"charts.comparison_figure", "training"},
    "jinja2": {"ui.templates"},
    "torch": {"training", "notebook", *WITH_TORCH},
    "torchvision": {"training"},
    "fastai": {"training", "notebook"},
    "safetensors": {"training"},
    "ray": {"experiments.engine.cluster"},
}
LAZILY = {  # inside a function only
    ("__init__", "losses.objective"),
    ("cli.bench", "losses.objective"),
    ("cli.app", "streamlit"),
    ("cli.lessons", "ui.lessons.library"),
    ("streamlit_secrets", "streamlit"),
}
FILES = [
    ROOT / "app.py",
    *sorted((ROOT / "pages").glob("*.py")),
    *sorted((ROOT / "lossviz").rglob("*.py")),
]


def module_of(path: Path) -> str:
    """``losses.objective`` for lossviz/losses/objective/__init__.py; ``__init__`` for the package's
    own; ``app`` for the app and its pages.
    """
    parts = path.relative_to(ROOT).with_suffix("").parts
    if parts[0] != "lossviz":
        return "app"
    if parts[-1] == "__init__" and len(parts) > 2:
        parts = parts[:-1]
    return ".".join(parts[1:])


def within(module: str, allowed: set[str]) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in allowed)


def is_allowed(module: str, imported: str, *, lazily: bool) -> bool:
    """Whether the design lets ``module`` import ``imported``."""
    package, *rest = imported.split(".")
    excused = any(
        lazily and module == where and imported.removeprefix("lossviz.").startswith(what)
        for where, what in LAZILY
    )
    if excused:
        return True
    if package != "lossviz":
        return package not in HOME or within(module, HOME[package])
    layer = module.split(".")[0]
    target = ".".join(rest) if rest and rest[0] in LAYERS else "losses"  # from lossviz import x
    if within(target, WITH_TORCH):
        return within(module, WITH_TORCH) or layer in ("training", "notebook")
    return within(target, LAYERS[layer] | {layer})


def imports_of(source: str) -> Imports:
    return tuple(imports(ast.parse(source)))


@cache
def imports_of_files() -> Mapping[Path, Imports]:
    return {path: imports_of(path.read_text()) for path in FILES}


def wrong_imports(module: str, found: Imports) -> list[str]:
    """The imports of a module that the design does not allow."""
    return [
        imported for imported, lazily in found if not is_allowed(module, imported, lazily=lazily)
    ]


def file_imports(files: Mapping[str, Imports]) -> dict[str, set[str]]:
    """Which files of the package each file imports, inside functions too.

    Args:
        files: What they import, by module, ``losses.loss`` and the like.
    """
    graph: dict[str, set[str]] = {module: set() for module in files}
    for module, found in files.items():
        for imported, _ in found:
            target = imported.removeprefix("lossviz.") if imported != "lossviz" else "__init__"
            if imported.split(".")[0] != "lossviz":
                continue
            while target not in files:  # a name in a module, or in a package's own file
                target = target.rpartition(".")[0] or "__init__"
            if target != module:
                graph[module].add(target)
    return graph


def circle_in(graph: Mapping[str, set[str]]) -> list[str]:
    """Modules that import each other in a circle; empty where none do."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_a_module_imports_only_what_the_design_allows() -> None:
    wrong = {
        path.relative_to(ROOT): wrong_imports(module_of(path), found)
        for path, found in imports_of_files().items()
    }
    assert {path: imported for path, imported in wrong.items() if imported} == {}


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("experiments.engine.local", "import torch"),
        ("experiments.engine.local", "def f():\n    import fastai.vision.all"),
        ("experiments.store.store", "from lossviz.training.trial import run_trial"),
        ("losses.loss", "from lossviz.losses.objective.module import Objective"),
        ("losses.loss", "from lossviz.experiments.store.store import Store"),
        ("losses.loss", "from torch import nn"),
        ("charts.theme", "import streamlit as st"),
        ("charts.theme", "from lossviz.ui.frame import begin_page"),
        ("geometry.vectors", "import plotly.graph_objects as go"),
        ("training.trial", "from lossviz.experiments.store.store import Store"),
        ("app", "import torch"),
        ("app", "from lossviz.training import trial"),
        ("errors", "import lossviz.language"),
        ("cli.main", "from streamlit.web import cli"),
        ("__init__", "from lossviz.losses.objective.module import Objective"),
        ("language.tree", "from lossviz import get_loss"),
    ],
)
def test_an_import_against_the_direction_is_seen(module: str, source: str) -> None:
    assert wrong_imports(module, imports_of(source))


def test_of_scipy_only_special_is_imported_and_where_it_is_needed() -> None:
    """scipy.stats costs the app's process 75 MB and 2 s; special 27 MB and 0.4 s."""
    wrong = [
        (path.relative_to(ROOT), name)
        for path, found in imports_of_files().items()
        for name, lazily in found
        if name.startswith("scipy")
        and not (
            name.split(".")[:2] == ["scipy", "special"]
            # make_limits is a program of its own
            and (lazily or path.name == "make_limits.py")
        )
    ]
    assert wrong == []


def test_no_files_import_each_other_in_a_circle() -> None:
    package = [path for path in FILES if path.is_relative_to(ROOT / "lossviz")]
    graph = file_imports({module_of(path): imports_of_files()[path] for path in package})
    assert len(graph) > 100
    assert circle_in(graph) == []


def test_a_circle_is_seen_even_through_a_function() -> None:
    files = {
        "__init__": "from lossviz.a import f",
        "a": "def f():\n    from lossviz.b import g",
        "b": "import lossviz.c",
        "c": "from lossviz import a",
    }
    graph = file_imports({module: imports_of(source) for module, source in files.items()})
    assert set(circle_in(graph)) == {"a", "b", "c"}


def test_every_module_has_a_layer() -> None:
    modules = {module_of(path) for path in FILES}
    assert {module.split(".")[0] for module in modules} <= set(LAYERS)
    assert {
        "losses.objective",
        "experiments.engine.local",
        "training.host",
        "language.grammar",
    } <= modules


@pytest.mark.parametrize(
    "statement",
    [
        "import lossviz",
        "from lossviz import LOSSES, get_loss, objective; get_loss('inverse').pull(0.5)",
        "import lossviz.cli.main, lossviz.experiments.engine.local",
    ],
)
def test_heavy_packages_stay_unloaded_until_they_are_needed(statement: str) -> None:
    heavy = {"torch", "fastai", "streamlit", "plotly", "pandas", "matplotlib", "sklearn"}
    code = f"{statement}\nimport sys; print(*({heavy} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


@pytest.mark.parametrize(
    "module",
    [
        "lossviz",
        "lossviz.experiments.engine.cluster.slurm_cluster",
        "lossviz.training.slurm_worker",
        "lossviz.training.cluster_job",
    ],
)
def test_no_formula_is_read_before_one_is_needed(module: str) -> None:
    """sympy costs a second, which the processes of a cluster would all spend before their job."""
    code = f"import {module}, sys; print(*({{'sympy', 'numpy', 'torch'}} & set(sys.modules)))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == []


def test_calling_objective_loads_torch_but_not_fastai() -> None:
    code = (
        "import lossviz, sys; lossviz.objective(lossviz.get_loss('inverse'));"
        " print('torch' in sys.modules, 'fastai' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert result.stdout.split() == ["True", "False"]
