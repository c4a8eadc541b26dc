"""What stands behind the sentences of the gallery's cards: the recordings themselves."""

from lossviz.experiments.gallery.cards import CARDS, GalleryCard
from lossviz.experiments.gallery.recordings import RECORDINGS, read_recording
from lossviz.experiments.records import Origin, RateSearch, TrialState
from lossviz.ui.train.gallery.gallery_cards import LEAD
from lossviz.ui.train.gallery.recorded_view import origin_sentence
from tests.support.claims import Cited, Claim

_QUESTION = Cited(source="a question")
_OPENING = Cited(source="tests/pages/test_gallery.py, which presses the button")
_MAKER = read_recording(RECORDINGS["recorded-article"]).comparison
GALLERY_SENTENCES = [
    LEAD,
    *(text for card in CARDS for text in (card.question, card.about)),
    origin_sentence(_MAKER),
]


def _card(key: str) -> GalleryCard:
    return next(card for card in CARDS if card.key == key)


def _all_had_ended(_: str) -> None:
    for recording in RECORDINGS.values():
        records = read_recording(recording)
        assert records.comparison.origin is Origin.RECORDED
        assert {trial.state for trial in records.trials} == {TrialState.FINISHED}


def _article(_: str) -> None:
    comparison = read_recording(_card("article").first).comparison
    settings = comparison.settings
    assert (comparison.recipe, comparison.seeds) == ("digits", 10)
    assert (settings.frozen_epochs, settings.unfrozen_epochs) == (1, 1)


def _wrong_labels(_: str) -> None:
    noise = []
    for recording in _card("wrong labels").steps.values():
        comparison = read_recording(recording).comparison
        assert (comparison.recipe, comparison.seeds) == ("digits", 6)
        assert comparison.settings.epochs == 9
        noise.append(comparison.settings.label_noise)
    assert noise == [0, 0.2, 0.4]


def _rates(_: str) -> None:
    comparison = read_recording(_card("rates").first).comparison
    assert (comparison.recipe, comparison.seeds) == ("digits", 6)
    assert comparison.rate_search == RateSearch()
    assert len(comparison.rate_search.seeds) == 2
    assert min(comparison.rate_search.seeds) >= comparison.seeds


GALLERY: dict[str, Claim] = {
    "These were trained before, and ship with lossviz.": _all_had_ended,
    "Guess first, then see the whole race, its replay and its verdict at once: nothing is trained"
    " for it.": (_OPENING, _all_had_ended),
    "Does 1/p^0.2, the article's own loss, make fewer errors than cross-entropy?": _QUESTION,
    "Handwritten digits, 10 seeds, fine_tune(1): one frozen and one unfrozen epoch.": _article,
    "Does it take wrong labels for another loss to make fewer errors?": _QUESTION,
    "Handwritten digits, 6 seeds, nine epochs, once for each share of wrong labels.": _wrong_labels,
    "With each loss at its best learning rate, which makes the fewest errors?": _QUESTION,
    "Handwritten digits, 6 seeds; the rates were chosen before, on two other seeds.": _rates,
    f"Recorded, not trained here: {_MAKER.made_by}.": Cited(
        source="lossviz/experiments/gallery/record.py, which writes it"
    ),
}
