"""What pip installs: the core alone, and with its extras, seen from outside the repository."""

import ast
import os
import re
import subprocess
import sys
import time
import tomllib
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, packages_distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.version import Version
from playwright.sync_api import Page, expect

import lossviz
from lossviz import extras
from lossviz.app_folder import copy_to_cache
from lossviz.errors import MissingExtra
from tests.support.browser import ROOT, answers, free_port
from tests.support.imports import imports
from tests.support.lengths import heavy, light_first
from tests.support.waiting import wait_until

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """lossviz in an environment of its own.

    Attributes:
        folder: Of the environment.
        elsewhere: The working directory of its commands, an empty folder.
        install_s: How long pip took.
    """

    folder: Path
    elsewhere: Path
    install_s: float

    def command(self, *words: str) -> list[str]:
        return [str(self.folder / SCRIPTS / words[0]), *words[1:]]

    @property
    def environment(self) -> dict[str, str]:
        """Without what would lead back to the repository or to the user's own folders."""
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        database = f"sqlite:///{self.folder / 'lossviz.sqlite'}"
        cache = str(self.folder / "cache")
        return kept | {"LOSSVIZ_DATABASE": database, "XDG_CACHE_HOME": cache, "COLUMNS": "200"}

    def run(self, *words: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*words),
            cwd=self.elsewhere,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    @property
    def site_packages(self) -> Path:
        (found,) = self.folder.rglob("site-packages")
        return found


def pip(*words: str) -> None:
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", *words]
    result = subprocess.run(command, capture_output=True, text=True, timeout=280, check=False)
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built as it is for a release; the backend comes from requirements-dev.txt, so that nothing is
    fetched.
    """
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(folder), str(ROOT))
    (built,) = folder.iterdir()
    return built


def install(folder: Path, *what: str) -> Installation:
    venv.create(folder / "environment", with_pip=False)
    began = time.monotonic()
    pip("--python", str(folder / "environment" / SCRIPTS / "python"), "install", *what)
    install_s = time.monotonic() - began
    (folder / "elsewhere").mkdir()
    return Installation(
        folder=folder / "environment", elsewhere=folder / "elsewhere", install_s=install_s
    )


@pytest.fixture(scope="module")
def fetched_core(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return install(tmp_path_factory.mktemp("fetched"), str(wheel))


@pytest.fixture(scope="module", params=light_first("borrowed", "fetched"))
def core(
    wheel: Path, tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> Installation:
    """The wheel with what it requires and nothing else: borrowed from this environment, or as pip
    fetches it.
    """
    if request.param == "fetched":
        fetched: Installation = request.getfixturevalue("fetched_core")
        return fetched
    installation = install(tmp_path_factory.mktemp("core"), "--no-deps", str(wheel))
    for path in files_of(PROJECT["dependencies"]):
        (installation.site_packages / path.name).symlink_to(path)
    return installation


def files_of(requirements: list[str]) -> set[Path]:
    """The files and folders in site-packages of packages, and of what they require."""
    found: set[Path] = set()
    for requirement in map(Requirement, requirements):
        if requirement.marker is None or requirement.marker.evaluate({"extra": ""}):
            package = distribution(requirement.name)
            tops = {path.parts[0] for path in package.files or ()} - {"..", "__pycache__"}
            found |= {Path(package.locate_file(top)) for top in tops}
            found |= files_of(package.requires or [])
    return found


@pytest.fixture(scope="module")
def whole(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """The wheel alone in its environment, which borrows this one's packages: installing torch anew
    takes minutes and 5 GB.
    """
    installation = install(tmp_path_factory.mktemp("whole"), "--no-deps", str(wheel))
    borrowed = Path(pytest.__file__).parents[1]
    (installation.site_packages / "borrowed.pth").write_text(f"{borrowed}\n")
    return installation


def bounds(requirements: list[str]) -> dict[str, str]:
    """Version bounds by the package's name; an extra of lossviz itself is replaced by what it
    holds.
    """
    found: dict[str, str] = {}
    for requirement in map(Requirement, requirements):
        if requirement.name == "lossviz":
            for extra in requirement.extras:
                found |= bounds(PROJECT["optional-dependencies"][extra])
        else:
            found[requirement.name.lower()] = str(requirement.specifier)
    return found


def lines_of(name: str) -> list[str]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / name).read_text().splitlines()]
    return [line for line in lines if line and not line.startswith("-r ")]


def test_what_an_extra_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    absent = {"rich", "pynvml"}
    monkeypatch.setattr(extras, "find_spec", lambda module: module not in absent)
    with pytest.raises(
        MissingExtra, match=r"not installed \(rich, pynvml\): pip install"
    ) as caught:
        extras.require_extra("train", needed_by="lossviz bench")
    assert set(caught.value.modules) == absent


def test_requirements_txt_says_what_the_extra_all_says() -> None:
    extras = PROJECT["optional-dependencies"]
    assert bounds(lines_of("requirements.txt")) == bounds(PROJECT["dependencies"] + extras["all"])


def test_every_requirement_has_a_lower_and_an_upper_bound_the_same_in_every_file() -> None:
    files = [bounds(lines_of(path.name)) for path in ROOT.glob("requirements*.txt")]
    assert len(files) == 3
    for package, specifier in [item for file in files for item in file.items()]:
        assert {">=", "<"} <= set(re.findall("[<>=]+", specifier)), package
        assert all(file.get(package, specifier) == specifier for file in files), package


distributions_by_module = cache(packages_distributions)  # reads about all that is installed


def imported_packages(folder: Path) -> set[str]:
    """The distributions, by name, that the files below a folder import, inside functions too."""
    distributions = distributions_by_module()
    roots = {
        name.partition(".")[0]
        for path in folder.rglob("*.py")
        for name, _ in imports(ast.parse(path.read_text()))
    }
    installed = roots - {"lossviz", "__future__"} - sys.stdlib_module_names
    return {distributions[root][0].lower() for root in installed}


def test_everything_that_is_imported_is_required() -> None:
    extras = PROJECT["optional-dependencies"]
    required = set(bounds(PROJECT["dependencies"] + extras["all"] + extras["ray"]))
    # in the versions that these need of them
    of_fastai = {"fastcore", "fastdownload", "pillow"}
    of_others = {"markupsafe", "starlette"}  # of Jinja and Streamlit
    assert imported_packages(ROOT / "lossviz") <= required | of_fastai | of_others


def test_the_core_imports_only_what_the_core_requires() -> None:
    core = set(bounds(PROJECT["dependencies"]))
    wings = ("language", "geometry", "statistics", "losses/catalogue", "losses/analysis")
    for wing in (*wings, "losses/codegen"):
        assert imported_packages(ROOT / "lossviz" / wing) <= core, wing


def test_the_version_is_the_changelogs_newest() -> None:
    version = Version(lossviz.__version__)
    heading = re.search(r"^## (\S+)( \(unreleased\))?", (ROOT / "CHANGELOG.md").read_text(), re.M)
    assert heading
    assert heading[1] == version.base_version
    assert version.is_devrelease == bool(heading[2])


def test_a_wheel_carries_every_file_of_the_package_and_the_pages(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        carried = set(archive.namelist())
    files = [
        path
        for path in (ROOT / "lossviz").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    ]
    assert {path.suffix for path in files} >= {
        ".py",
        ".js",
        ".css",
        ".html",
        ".svg",
        ".safetensors",
    }
    for path in files:
        assert path.relative_to(ROOT).as_posix() in carried
    served = {name.removeprefix("lossviz/_app/") for name in carried if "/_app/" in name}
    pages = {f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py")}
    assert served == {"app.py", ".streamlit/config.toml", *pages}
    assert not any(name.startswith(("tests", "docs")) for name in carried)
    assert "lossviz/experiments/files/comparison.schema.json" in carried


def test_a_copy_for_serving_is_made_once_for_the_same_files(tmp_path: Path) -> None:
    shipped, cache = tmp_path / "shipped", tmp_path / "cache"
    (shipped / "pages" / "__pycache__").mkdir(parents=True)
    (shipped / "app.py").write_text("first")
    (shipped / "pages" / "a.py").write_text("a")
    (shipped / "pages" / "__pycache__" / "a.pyc").write_text("compiled")
    copy = copy_to_cache(shipped, cache)
    names = {path.relative_to(copy).as_posix() for path in copy.rglob("*")}
    assert names == {"app.py", "pages", "pages/a.py"}
    (copy / "static").mkdir()
    assert copy_to_cache(shipped, cache) == copy
    assert (copy / "static").exists()
    (shipped / "app.py").write_text("second")
    other = copy_to_cache(shipped, cache)
    assert other != copy
    assert (other / "app.py").read_text() == "second"
    assert {path.name for path in (cache / "app").iterdir()} == {copy.name, other.name}


@pytest.mark.heavy
def test_the_core_installs_in_under_60_s_and_320_mb(fetched_core: Installation) -> None:
    installed = fetched_core.site_packages
    sizes = {path: path.stat().st_size for path in installed.rglob("*") if path.is_file()}
    megabytes = sum(sizes.values()) / MEBIBYTE
    compiled = sum(size for path, size in sizes.items() if path.suffix == ".pyc") / MEBIBYTE
    install_s = fetched_core.install_s
    print(f"{install_s:.0f} s, {megabytes:.0f} MiB, of which {compiled:.0f} compiled by pip")
    assert install_s < 60
    assert megabytes < 320  # half of it is SciPy, for the t distributions of a verdict
    for large in ("torch", "streamlit", "pandas", "sqlalchemy"):
        assert not (installed / large).exists()


@pytest.mark.slow
def test_the_core_works_from_another_folder_without_its_extras(core: Installation) -> None:
    where = core.run("python", "-c", "import lossviz; print(lossviz.__file__)")
    assert Path(where.stdout.strip()).is_relative_to(core.folder)
    listed = core.run("lossviz", "losses")
    assert listed.returncode == 0, listed.stderr
    assert len(listed.stdout.splitlines()) == len(lossviz.LOSSES)
    linted = core.run("lossviz", "lint", "--loss", "p**-0.2")
    assert linted.returncode == 0, linted.stderr
    assert "inverse power" in linted.stdout
    for words in (["export", "--loss", "focal"], ["catalogue"], ["networks"], ["train", "--help"]):
        result = core.run("lossviz", *words)
        assert result.returncode == 0, result.stderr
    code = "import lossviz; lossviz.verdict({'cross_entropy': [0.1] * 3, 'focal': [0.1] * 3})"
    assert core.run("python", "-c", code).returncode == 0
    code = "from lossviz import parse_loss; print(parse_loss('-log(p)').penalty(0.5))"
    assert core.run("python", "-c", code).stdout.startswith("0.693")
    assert core.run("python", "-m", "lossviz", "--version").stdout == (
        f"lossviz {lossviz.__version__}\n"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "extra"),
    [
        (["train", "--loss", "inverse"], "train"),
        (["bench", "objectives"], "train"),
        (["app"], "app"),
    ],
)
def test_a_command_without_its_extra_says_what_to_install(
    core: Installation, words: list[str], extra: str
) -> None:
    result = core.run("lossviz", *words)
    assert result.returncode == 2
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert f'pip install "lossviz[{extra}]"' in result.stderr


@pytest.mark.slow
def test_an_objective_without_torch_says_what_to_install(core: Installation) -> None:
    code = "import lossviz; lossviz.objective(lossviz.get_loss('inverse'))"
    result = core.run("python", "-c", code)
    assert result.stderr.splitlines()[-1].endswith('pip install "lossviz[train]"')


@pytest.fixture(scope="module")
def installed_app_url(whole: Installation) -> Iterator[str]:
    port = free_port()
    command = whole.command("lossviz", "app", f"--server.port={port}", "--server.headless=true")
    with subprocess.Popen(
        command, cwd=whole.elsewhere, env=whole.environment, stdout=subprocess.DEVNULL
    ) as server:
        try:
            url = f"http://127.0.0.1:{port}"
            wait_until(
                lambda: answers(f"{url}/_stcore/health"), within_s=60, what="lossviz app answers"
            )
            yield url
        finally:
            server.terminate()
            server.wait(20)


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.parametrize(
    ("address", "title", "drawn"),
    [
        ("", "How much does a mistake count?", ".main-svg"),
        heavy("penalty_curves", "Penalty curves", ".main-svg"),
        heavy("geometry", "A prediction is an arrow", "svg.plane"),
        ("train", "Train and compare", ".stMain button"),
    ],
)
def test_an_installed_app_serves_its_pages_with_scripts_and_theme(
    installed_app_url: str, page: Page, address: str, title: str, drawn: str
) -> None:
    page.goto(f"{installed_app_url}/{address}")
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator(drawn).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)
    # .streamlit/config.toml is read: its size of a heading, and no list of pages beside our menu
    expect(page.get_by_role("heading", name=title)).to_have_css("font-size", "27.2px")
    expect(page.get_by_test_id("stSidebarNav")).to_have_count(0)


@pytest.mark.slow
@pytest.mark.browser
def test_an_installed_app_writes_nothing_beside_its_package(
    installed_app_url: str, whole: Installation
) -> None:
    assert not (whole.site_packages / "lossviz" / "_app" / "static").exists()
    assert not (whole.site_packages / "static").exists()
    assert list(whole.elsewhere.iterdir()) == []


@pytest.mark.heavy
def test_an_installed_lossviz_trains_from_any_folder(whole: Installation) -> None:
    words = ("train", "--recipe", "digits", "--loss", "cross_entropy", "--seeds", "1")
    result = whole.run("lossviz", *words, timeout_s=240)
    assert result.returncode == 0, result.stderr
    assert re.search(r"cross-entropy.*0\.\d{4}", result.stdout)
    assert list(whole.elsewhere.iterdir()) == []
