"""No request opens a folder that whoever deploys the app has not listed, however it is made."""

import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.engine.local import LocalEngine
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from tests.support.pages import opened


@pytest.fixture
def listed(tmp_path: Path) -> Path:
    """A folder that is listed, beside one that is not."""
    for name in ("listed/flowers/rose", "listed/flowers/tulip", "secret/rose", "secret/tulip"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "listed" / "out").symlink_to(tmp_path / "secret")
    (tmp_path / "listed" / "in").symlink_to(tmp_path / "listed" / "flowers")
    (tmp_path / "door").symlink_to(tmp_path / "listed")
    return tmp_path / "listed"


def test_listed_folders_and_those_below_them_are_open_also_by_links(listed: Path) -> None:
    access = FolderAccess(roots=(listed.parent / "door",))
    for folder in (
        listed,
        listed / "flowers",
        listed / "in",
        listed / "out" / ".." / "listed",
        listed.parent / "door" / "flowers",
    ):
        access.require(str(folder), "")


OUTSIDE: dict[str, Callable[[Path], str]] = {
    "another folder": lambda listed: str(listed.parent / "secret"),
    "one that is not there": lambda listed: str(listed.parent / "nowhere"),
    "the folder above": lambda listed: str(listed.parent),
    "the root": lambda _: "/",
    "up again": lambda listed: f"{listed}/../secret",
    "up again from what is not there": lambda listed: f"{listed}/nowhere/../../secret",
    "a link that leads out": lambda listed: str(listed / "out"),
    "below a link that leads out": lambda listed: str(listed / "out" / "rose"),
    "a name that begins alike": lambda listed: f"{listed}er",
    "an address": lambda listed: f"file://{listed.parent}/secret",
    "an address of a listed one": lambda listed: f"file://{listed}/flowers",
    "an address with percent signs": lambda listed: f"file://{listed}/%2e%2e/secret",
    "quotes": lambda listed: f"'{listed.parent}/secret'",
    "another case": lambda listed: str(listed).upper(),
    "a relative path": lambda listed: os.path.relpath(listed),
    "the home folder": lambda _: "~",
    "a zero byte": lambda listed: f"{listed}/flowers\0",
    "a long name": lambda listed: f"{listed.parent}/{'x' * 5000}",
    "nothing but blanks": lambda _: "  ",
}


@pytest.mark.parametrize("kind", OUTSIDE)
def test_nothing_else_is_and_the_answer_tells_nothing_of_the_server(
    listed: Path, kind: str
) -> None:
    folder = OUTSIDE[kind](listed)
    messages = set()
    for roots in ((listed,), ()):
        with pytest.raises(InvalidInput) as refused:
            FolderAccess(roots=roots).require(folder, "")
        messages.add(str(refused.value))
        assert "/" not in str(refused.value)
    assert len(messages) == 2
    EVERY_FOLDER.require(folder, "")  # a private app leaves it to the recipe to look for it


def test_a_folder_with_uploads_is_open_to_nobody_by_its_path(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uploads = listed / "uploads"
    (uploads / "browser-1" / "2").mkdir(parents=True)
    monkeypatch.setenv("LOSSVIZ_UPLOADS", str(uploads))
    access = FolderAccess(roots=(listed,))
    access.require(str(listed / "flowers"), "")
    for folder in (uploads, uploads / "browser-1" / "2", listed):
        with pytest.raises(InvalidInput):
            access.require(str(folder), "browser-1")


@pytest.fixture
def engine(listed: Path) -> Iterator[Engine]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/lossviz.sqlite")
        engine = LocalEngine(store, folders=FolderAccess(roots=(listed,)))
        yield engine
        engine.close()
        store.close()


def settings_for(folder: Path) -> Settings:
    return replace(get_recipe("folder").settings, folder=str(folder))


def comparison_of(folder: Path) -> Comparison:
    return plan_comparison(
        id="c",
        recipe="folder",
        losses=["cross_entropy"],
        seeds=1,
        created_at=0.0,
        settings=settings_for(folder),
    )


def test_an_engine_refuses_it_too_whoever_asks_for_what(listed: Path, engine: Engine) -> None:
    secret = listed.parent / "secret"
    comparison = comparison_of(secret)
    engine._store.add_comparison(comparison)  # type: ignore[attr-defined] # when it was private
    requests: dict[str, Callable[[], object]] = {
        "a comparison": lambda: engine.launch(replace(comparison, id="d")),
        "an old one again": lambda: engine.run_again(comparison),
        "more seeds": lambda: engine.add_seeds(comparison, 1),
        "more seeds of a forged one": lambda: engine.add_seeds(
            replace(comparison, settings=settings_for(listed / "flowers")), 1
        ),
        "a preview": lambda: engine.request_preview("folder", settings_for(secret)),
        "a preview of the digits": lambda: engine.request_preview("digits", settings_for(secret)),
        "images": lambda: engine.request_images("folder", settings_for(secret), [0]),
    }
    for request in requests.values():
        with pytest.raises(InvalidInput, match="its deployer has listed"):
            request()
    assert engine.open_comparisons == ()
    assert not engine.warming_up, "no host was started"


FORGED = {
    "a browser on this machine": SimpleNamespace(
        url="http://localhost:8501/train", ip_address=None, headers={}
    ),
    "a proxy that says so": SimpleNamespace(
        url="http://127.0.0.1/train",
        ip_address="127.0.0.1",
        headers={"Host": "localhost", "X-Forwarded-For": "127.0.0.1", "X-Real-Ip": "::1"},
    ),
}


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("kind", FORGED)
def test_what_a_browser_says_of_itself_opens_no_folder(
    kind: str, listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    context = FORGED[kind]
    for name in ("cookies", "timezone", "locale", "theme", "is_embedded"):
        setattr(context, name, getattr(st.context, name))
    monkeypatch.setattr(st, "context", context)
    app = opened("pages/train.py")
    app.session_state["folder"] = str(listed / "flowers")
    app.run()
    assert not app.exception
    assert "folder" not in [field.key for field in app.text_input]
    assert not any("2 classes" in caption.value for caption in app.caption)


@pytest.mark.usefixtures("database")
def test_in_public_a_field_opens_only_what_is_listed(
    listed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_PUBLIC", "1")
    monkeypatch.setenv("LOSSVIZ_FOLDERS", str(listed))
    app = opened("pages/train.py")
    app.selectbox("recipe").set_value("folder").run()
    typed_into_the_field(app, str(listed / "flowers"))
    assert any(caption.value == "2 classes" for caption in app.caption)
    answers = set()
    for folder in ("secret", "nowhere"):  # the answer is the same whether it is there or not
        typed_into_the_field(app, str(listed.parent / folder))
        assert not any("classes" in caption.value[:10] for caption in app.caption)
        answers.add(problem_at_the_field(app))
        assert app.button(key="train, same learning rate").disabled
    assert len(answers) == 1


def typed_into_the_field(app: AppTest, text: str) -> None:
    app.text_input("folder").set_value(text).run()
    assert not app.exception


def problem_at_the_field(app: AppTest) -> str:
    bodies = [element.proto.body for element in app.get("html")]
    (problem,) = [body for body in bodies if 'class="lossviz-field-problem"' in body]
    return str(problem)


def test_no_code_asks_a_browser_where_it_is() -> None:
    sources = Path(__file__).parents[2] / "lossviz"
    for path in sources.rglob("*.py"):
        assert "ip_address" not in path.read_text(), path
