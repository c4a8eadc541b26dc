"""The README's commands and claims."""

import re
import subprocess
import sys

import psutil
import pytest

from lossviz import LOSSES
from lossviz.language.operations import function_names
from tests.support.browser import ROOT, answers, free_port
from tests.support.waiting import wait_until

README = (ROOT / "README.md").read_text()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the README gives Windows its own spelling")
def test_make_app_answers_on_its_port() -> None:
    port = free_port()
    with subprocess.Popen(
        ["make", "app", f"ARGS=--server.port {port} --server.headless true"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    ) as make:
        try:
            wait_until(
                lambda: answers(f"http://127.0.0.1:{port}/_stcore/health"),
                within_s=120,
                what="make app answers",
            )
        finally:
            for process in [
                *psutil.Process(make.pid).children(recursive=True),
                psutil.Process(make.pid),
            ]:
                process.terminate()


def test_ci_runs_what_the_readme_says() -> None:
    commands = [
        line for line in (ROOT / ".ci/run").read_text().splitlines() if line.startswith("make ")
    ]
    assert commands == ["make check", "make test"]
    for command in ("make app", *commands):
        assert command in README


def test_every_file_and_picture_that_the_readme_names_is_there() -> None:
    for name in re.findall(r"\]\(([^)#:]+)\)", README) + re.findall(
        r"`((?:lossviz|pages|docs|tests)/[\w./]*)`", README
    ):
        assert (ROOT / name).exists(), name


def test_the_catalogue_that_the_readme_leads_to_has_every_loss() -> None:
    assert "docs/catalogue.md" in README
    page = (ROOT / "docs/catalogue.md").read_text()
    assert all(f"`{key}`" in page for key in LOSSES)


def test_the_readmes_python_runs_as_it_stands() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "It is known: cosine" in result.stdout


def test_the_readme_names_every_function_of_the_language() -> None:
    assert all(re.search(rf"\b{name}\b", README) for name in function_names())
