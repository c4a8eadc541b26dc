"""Each word is marked once on a page, where it first stands, whatever part runs again."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

import lossviz.ui
from lossviz.ui.glossary.page_words import (
    GLOSSARY,
    begin_words,
    mark_new_words,
    take_words,
    words_of_part,
)
from lossviz.ui.glossary.terms import TERMS
from tests.support.words import links


def _run(script: Callable[[], None]) -> AppTest:
    app = AppTest.from_function(script).run()
    assert not app.exception
    return app


def test_a_page_marks_a_word_in_its_first_text_only_in_every_run() -> None:
    def script() -> None:
        from lossviz.ui.glossary.page_words import begin_words
        from lossviz.ui.text import draw_caption, draw_text

        begin_words("app.py")
        draw_text("A logit.")
        draw_caption("Another logit, and a seed.")

    app = _run(script)
    for _ in range(2):
        assert links(app.markdown[0].value) == ["logit"]
        assert links(app.caption[0].value) == ["seed"]
        app.run()


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(st, "session_state", state)
    monkeypatch.setattr(st, "html", lambda *_, **__: None)
    return state


@pytest.mark.usefixtures("session")
def test_a_part_that_runs_again_marks_its_words_again_and_leaves_the_others_alone() -> None:
    def part(text: str) -> list[str]:
        with words_of_part("part"):
            return links(mark_new_words(text))

    begin_words("app.py")
    assert links(mark_new_words("a seed")) == ["seed"]
    assert part("its seed, epoch 1") == ["epoch"]
    assert links(mark_new_words("an epoch, a batch")) == ["batch"]
    for epoch in range(2, 5):
        assert part(f"its seed, epoch {epoch}, and a batch") == ["epoch"]
    assert part("a trial") == ["trial"]


@pytest.mark.usefixtures("session")
def test_a_part_within_a_part_keeps_its_own_words() -> None:
    def outer() -> list[str]:
        with words_of_part("outer"):
            found = links(mark_new_words("a seed"))
            return [*found, *inner(), *links(mark_new_words("a batch, an epoch"))]

    def inner() -> list[str]:
        with words_of_part("inner"):
            return links(mark_new_words("an epoch, a seed"))

    begin_words("app.py")
    for _ in range(2):
        assert outer() == ["seed", "epoch", "batch"]
        assert inner() == ["epoch"]


def test_every_part_that_runs_again_on_its_own_keeps_its_words() -> None:
    folder = Path(lossviz.ui.__file__).parent
    texts = {path.name: path.read_text() for path in folder.rglob("*.py")}
    bare = {name for name, text in texts.items() if "st.fragment" in text}
    assert not {name for name in bare if re.search(r"draw_(text|caption)", texts[name])}


@pytest.mark.usefixtures("session")
def test_a_component_gets_the_words_that_no_text_has_marked() -> None:
    begin_words("app.py")
    mark_new_words("a penalty")
    taken = take_words("penalty", "slope")
    assert taken == {"slope": ("glossary#slope", TERMS["slope"].meaning)}
    assert links(mark_new_words("a slope")) == []


@pytest.mark.usefixtures("session")
def test_the_glossary_itself_marks_nothing() -> None:
    begin_words(GLOSSARY)
    assert links(mark_new_words(" ".join(term.forms[0] for term in TERMS.values()))) == []
