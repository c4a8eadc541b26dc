"""What README, CONTRIBUTING and docs/ say: commands, files, code."""

import re
import shlex
import subprocess
import sys
import tomllib
from dataclasses import fields
from pathlib import Path

import psutil
import pytest
import yaml
from packaging.specifiers import SpecifierSet

import lossviz
from lossviz import LOSSES
from lossviz.cli.loss_option import join_loss_values
from lossviz.cli.main import build_parser
from lossviz.experiments.settings import Settings
from lossviz.language.operations import function_names
from lossviz.losses.parsing import loss_from_spec
from tests.support.browser import ROOT, answers, free_port
from tests.support.waiting import wait_until

README = (ROOT / "README.md").read_text()
LANGUAGE = (ROOT / "docs/losses.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


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


def test_github_runs_the_same_on_the_oldest_and_the_newest_python() -> None:
    job = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())["jobs"]["test"]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make check", "make test"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    supported = SpecifierSet(project["requires-python"])
    assert job["strategy"]["matrix"]["python"] == ["3.11", "3.13"]
    assert [f"3.{minor}" for minor in range(20) if f"3.{minor}" in supported] == [
        "3.11",
        "3.12",
        "3.13",
    ]


def test_a_commit_is_checked_as_ci_checks_it() -> None:
    configuration = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    (repository,) = configuration["repos"]
    assert [hook["entry"] for hook in repository["hooks"]] == ["make check"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_and_picture_that_a_page_names_is_there(page: Path) -> None:
    text = page.read_text()
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (page.parent / target).exists(), target
    for name in re.findall(r"`((?:lossviz|pages|docs|tests|\.github)/[\w./-]*)`", text):
        assert (ROOT / name).exists(), name


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_shows_is_one(page: Path) -> None:
    text = page.read_text()
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"(?<![\w-])make ([a-z][\w-]*)", "\n".join(code_in(text))):
        assert f"\n{target}:" in makefile, target
    for line in re.findall(r"^lossviz (.*)$", text, flags=re.MULTILINE):
        words = join_loss_values(shlex.split(line, comments=True))
        build_parser().parse_args(words)
        if "--loss" in line:
            losses = [word.removeprefix("--loss=") for word in words if word.startswith("--loss=")]
            assert all(loss_from_spec(loss) for loss in losses)


def code_in(text: str) -> list[str]:
    """What stands between backticks or in a block of code."""
    found = re.findall(r"```\w*\n(.*?)```|`([^`\n]+)`", text, flags=re.DOTALL)
    return [block or inline for block, inline in found]


def test_a_newcomer_reads_the_readme_in_two_minutes() -> None:
    assert len(README.split()) < 400  # at 200 words a minute


def test_the_catalogue_that_the_docs_lead_to_has_every_loss() -> None:
    assert "(catalogue.md)" in LANGUAGE
    page = (ROOT / "docs/catalogue.md").read_text()
    assert all(f"`{key}`" in page for key in LOSSES)


def test_the_reference_is_what_the_docstrings_say() -> None:
    generated = subprocess.run(
        [sys.executable, "docs/generate_api.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert (ROOT / "docs/api.md").read_text() == generated, "make docs writes it anew"
    assert all(f"### `{name}" in generated for name in lossviz.__all__)


def test_the_docs_python_runs_as_it_stands() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", LANGUAGE, flags=re.DOTALL)
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Equivalent to: cosine" in result.stdout


def test_the_docs_name_every_function_of_the_language() -> None:
    assert all(re.search(rf"\b{name}\b", LANGUAGE) for name in function_names())


def test_the_docs_name_every_setting_of_the_command_line() -> None:
    training = (ROOT / "docs/training.md").read_text()
    assert all(f"--{field.name.replace('_', '-')}" in training for field in fields(Settings))
