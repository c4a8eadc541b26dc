"""The core's tests (``make test-core``) need neither torch nor Streamlit, plotly or a browser."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "fastai", "streamlit", "plotly", "playwright", "pandas", "matplotlib", "sklearn"}
WITHOUT_HEAVY_PACKAGES = f"""
import sys
from importlib.abc import MetaPathFinder

HEAVY = {HEAVY}


class Missing(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in HEAVY:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Missing())

import pytest

status = pytest.main(sys.argv[1:])
print("imported:", *(HEAVY & set(sys.modules)))
sys.exit(status)
"""


def run_core_tests(*options: str) -> "subprocess.CompletedProcess[str]":
    """Run pytest on the core's tests in a process that cannot import the heavy packages."""
    command = [sys.executable, "-c", WITHOUT_HEAVY_PACKAGES, "-q", "-p", "no:cacheprovider"]
    return subprocess.run(
        [*command, *options, "@tests/core_tests.txt"], cwd=ROOT, capture_output=True, text=True
    )


def test_the_cores_tests_are_collected_and_run_where_no_heavy_package_is_installed() -> None:
    """All are collected; one loss of each of them runs."""
    result = run_core_tests("-k", "cross_entropy", "-m", "not (alone or slow)")
    assert result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:]
    assert result.stdout.endswith("imported:\n")
    counts = re.search(r"(\d+) passed, (?:\d+ skipped, )?(\d+) deselected", result.stdout)
    assert counts
    assert sum(map(int, counts.groups())) > 1000


@pytest.mark.parametrize("package", ["numpy", "scipy", "sympy"])
def test_the_cores_requirements_are_the_apps(package: str) -> None:
    bounds = [
        re.search(rf"^{package}[^ #\n]*", (ROOT / file).read_text(), re.MULTILINE)
        for file in ("requirements.txt", "requirements-test-core.txt")
    ]
    assert all(bounds)
    assert bounds[0][0] == bounds[1][0]
