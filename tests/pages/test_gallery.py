"""The gallery on the pages, without a browser: a guess, a press, a whole comparison."""

from contextlib import closing
from pathlib import Path

import pytest

from lossviz.experiments.gallery.cards import CARDS, GalleryCard
from lossviz.experiments.store.store import Store
from tests.support.gallery import judged_recording
from tests.support.pages import opened


def the_card(key: str) -> GalleryCard:
    return next(card for card in CARDS if card.key == key)


@pytest.mark.parametrize("page", ["pages/train.py", "pages/comparisons.py"])
def test_a_press_shows_the_whole_comparison_and_answers_the_guess(
    database: Path, page: str
) -> None:
    card = the_card("wrong labels")
    app = opened(page)
    app.selectbox("guess of recorded wrong labels").set_value("cross_entropy").run()
    app.button("open recorded wrong labels").click().run()
    assert not app.exception
    said = " ".join(text.value.replace("\\", "") for text in app.markdown)
    assert "You guessed cross-entropy. The verdict: fewer errors with" in said
    captions = " ".join(text.value.replace("\\", "") for text in app.caption)
    assert "Recorded, not trained here: lossviz train, recorded on" in captions
    assert card.first.command in [code.value for code in app.code]
    judgement = judged_recording(card.first)
    assert judgement.verdicts
    assert any(judgement.verdicts.summary in text.body for text in app.get("html"))
    with closing(Store(f"sqlite:///{database}")) as store:
        assert [one.id for one in store.comparisons()] == [card.first.id]


def test_another_step_is_shown_where_it_is_chosen(database: Path) -> None:
    app = opened("pages/train.py")
    app.button("open recorded wrong labels").click().run()
    step = f"step of {the_card('wrong labels').first.id}"
    app.segmented_control(step).set_value("0% wrong").run()
    assert not app.exception
    assert any(
        the_card("wrong labels").steps["0% wrong"].command == code.value for code in app.code
    )


def test_a_deleted_recording_is_opened_again_from_its_card(database: Path) -> None:
    app = opened("pages/train.py")
    app.button("open recorded article").click().run()
    with closing(Store(f"sqlite:///{database}")) as store:
        store.hide("recorded-article", now=1.0)
    app = opened("pages/comparisons.py")
    app.button("open recorded article").click().run()
    assert not app.exception
    with closing(Store(f"sqlite:///{database}")) as store:
        assert store.comparison("recorded-article") is not None


def test_a_lesson_leads_to_a_recording(database: Path) -> None:
    app = opened("pages/lessons.py", lesson="article", step="7")
    app.button("lesson article 7 recorded article").click().run()
    assert not app.exception
    assert app.title[0].value == "Train and compare"
    with closing(Store(f"sqlite:///{database}")) as store:
        assert [one.id for one in store.comparisons()] == ["recorded-article"]
