"""What the catalogue's cards show."""

import json
import re

import pytest

from lossviz.charts.loss_style import style_for
from lossviz.losses.catalogue import FAMILIES, LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.loss_picker.cards import HEIGHT, WIDTH, card_of, catalogue_json
from lossviz.ui.loss_picker import FEATURED
from tests.support.claims import Cited, Claim, hold
from tests.support.loss_cases import every_loss
from tests.support.single_card_predicates import the_article_s_family

WRONG_LABELS = re.compile("wrong labels|labels are wrong|looks wrong|Noisy Labels|Label Noise")


def _of_p_alone(name: str) -> None:
    (family,) = (family for family in FAMILIES if family.name == name)
    assert not any(loss.formula.depends_on_pj for loss in family.losses)


def _of_all_classes(name: str) -> None:
    (family,) = (family for family in FAMILIES if family.name == name)
    assert all(loss.formula.depends_on_pj for loss in family.losses)


def _for_wrong_labels(name: str) -> None:
    (family,) = (family for family in FAMILIES if family.name == name)
    for loss in family.losses:
        assert loss.reference
        assert WRONG_LABELS.search(f"{loss.when_to_use} {loss.reference.title}"), loss.key


def _the_article_s(name: str) -> None:
    assert tuple(loss.key for loss in FAMILIES[0].losses) == FEATURED
    the_article_s_family("generalized")


CLAIMS: dict[str, Claim] = {
    "From the article": (_the_article_s, Cited(source="the article compares four losses")),
    "Cross-entropy, reshaped": _of_p_alone,
    "For wrong labels": (_for_wrong_labels, Cited(source="their papers' titles")),
    "Of all classes": _of_all_classes,
}


def test_every_loss_stands_in_one_family_and_every_family_is_what_it_says() -> None:
    assert [loss.key for family in FAMILIES for loss in family.losses] == list(LOSSES)
    assert [family.name for family in FAMILIES] == list(CLAIMS)
    for name, claim in CLAIMS.items():
        hold(claim, name)


def _cards() -> dict[str, dict[str, str]]:
    return {card["id"]: card for family in json.loads(catalogue_json()) for card in family["cards"]}


@every_loss
def test_a_card_has_a_curve_in_its_frame_that_falls_to_the_right(loss: Loss) -> None:
    card = _cards()[loss.key or ""]
    points = [tuple(map(float, pair.split(","))) for pair in card["curve"][1:].split("L")]
    assert len(points) > 30
    assert all(0 <= x <= WIDTH and -HEIGHT <= y <= HEIGHT for x, y in points)
    assert points[-1][1] > points[5][1]
    assert card["color"] == style_for(loss).color
    assert card["meaning"] == loss.meaning


@pytest.mark.parametrize(
    ("words", "found", "missed"),
    [
        ("noise", ("generalized", "jensen_shannon", "mean_absolute_error"), ("focal", "hinge")),
        ("imbalance", ("alpha", "focal"), ("brier", "cosine")),
        ("gamma", ("focal",), ("brier",)),
        ("γ", ("focal",), ("brier",)),
        ("zhang", ("generalized", "truncated"), ("focal",)),
        ("1950", ("brier",), ("focal",)),
        ("sum(pj**2)", ("brier", "cosine"), ("focal",)),
        ("jensen-shannon", ("jensen_shannon",), ("focal",)),
        ("overconfidence", ("label_smoothing",), ("focal",)),
    ],
)
def test_a_search_finds_a_loss_by_its_use_parameter_author_year_formula_and_name(
    words: str, found: tuple[str, ...], missed: tuple[str, ...]
) -> None:
    hits = {key for key, card in _cards().items() if words in card["words"]}
    assert hits >= set(found)
    assert not hits & set(missed)


def test_a_typed_loss_has_a_card_too_and_its_text_stays_text() -> None:
    loss = loss_from_spec("mine = (1-p)**a; a=2")
    card = card_of(loss, style_for(loss))
    assert (card["name"], card["source"], card["meaning"]) == ("mine", "", "")
    assert card["curve"].startswith("M")
