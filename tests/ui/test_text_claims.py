"""Every sentence of the story, the front page, the views, the captions and the geometry page is
true.
"""

import math
import re

import numpy as np
import pytest
import torch

from lossviz.charts.views import VIEWS
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.ui.curves.captions import class_count_caption, logarithm_captions
from lossviz.ui.curves.tour_steps import TOUR_STEPS
from lossviz.ui.curves.weighing import weighs
from lossviz.ui.frame import PAGES
from lossviz.ui.front_page import LEAD, about_weights
from lossviz.ui.geometry import many_classes, three_classes, two_classes
from lossviz.ui.page_cards import CARDS
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.geometry_state import RACES, GeometryState
from lossviz.ui.state.page_state import ARTICLE
from tests.support.claims import Claim, hold, plain_sentences
from tests.support.loss_cases import every_loss, parameter_corners
from tests.support.reference_curves import hard_to_easy, loss_of, penalty, pull, weight
from tests.support.text_claims import FRONT_PAGE, GEOMETRY, STORY, VIEWS_TEXTS
from tests.support.text_predicates import defaults

TEXTS: dict[str, tuple[list[str], dict[str, Claim]]] = {
    "the story": ([step.text for step in TOUR_STEPS], STORY),
    "the front page": (
        [
            PAGES["app.py"].lead,
            LEAD,
            about_weights([LOSSES[key] for key in ARTICLE]),
            *(card.sentence for card in CARDS),
        ],
        FRONT_PAGE,
    ),
    "the views": ([view.description for view in VIEWS.values()], VIEWS_TEXTS),
    "the geometry page": (
        [
            *two_classes.SENTENCES.values(),
            two_classes.SHARED_TARGET,
            two_classes.EVEN_TARGET,
            two_classes.about_the_article(),
            *map(three_classes.about_the_triangle, RACES),
            many_classes.about_the_article(),
            plain_sentences(many_classes.about_the_start(37))[-1],
        ],
        GEOMETRY,
    ),
}


@pytest.mark.parametrize("place", TEXTS)
def test_every_sentence_has_a_claim_and_no_claim_is_left_over(place: str) -> None:
    texts, claims = TEXTS[place]
    assert {sentence for text in texts for sentence in plain_sentences(text)} == set(claims)


@pytest.mark.parametrize(
    ("place", "sentence"),
    [(place, said) for place, (_, claims) in TEXTS.items() for said in claims],
)
def test_a_sentence_is_true(place: str, sentence: str) -> None:
    hold(TEXTS[place][1][sentence])


@pytest.mark.parametrize("classes", [4, 10, 33, 34, 37, 100])
def test_a_start_is_called_nearly_a_right_angle_from_80_degrees_on(classes: int) -> None:
    first, second, _ = plain_sentences(many_classes.about_the_start(classes))
    angle = math.degrees(math.acos(1 / math.sqrt(classes)))
    place = "nearly at a right angle" if angle >= 80 else "far from the target"
    assert first == f"With {classes} classes, training starts {place}."
    assert f"p ≈ 1/{classes} for every class, {angle:.1f}° from the target" in second
    assert angle > math.degrees(math.acos(1 / math.sqrt(classes - 1)))  # the more, the nearer to 90


def test_a_target_that_is_shared_evenly_has_its_own_text() -> None:
    even, shared = GeometryState(target=(0.5, 0.5)), GeometryState(target=(0.3, 0.7))
    assert two_classes.about_the_plane(even) == two_classes.EVEN_TARGET
    assert two_classes.about_the_plane(shared) == two_classes.SHARED_TARGET


@every_loss
def test_a_weighing_in_words_is_the_ratio_from_the_paper_s_definition(loss: Loss) -> None:
    for setting in parameter_corners(loss) if loss.key in ARTICLE else []:
        ratio = hard_to_easy(loss.key or "", setting.values)
        words = weighs(setting).replace("*", "").replace(",", "")
        if words == "just as much":
            assert ratio == pytest.approx(1, abs=0.006)
            continue
        share, times = re.fullmatch(r"(?:1/(\S+)|(\S+) times) as much", words).groups()
        printed = float(times) if times else 1 / float(share)
        assert printed == pytest.approx(ratio, rel=0.05)


@every_loss
def test_a_caption_says_that_a_loss_depends_on_more_than_p_where_it_does(loss: Loss) -> None:
    key = loss.key or ""
    uneven = torch.as_tensor(np.log([[0.3, 0.1, 0.6], [0.3, 0.35, 0.35]]))
    depends = np.ptp(loss_of(key, uneven, defaults(key))) > 1e-9
    depends |= np.ptp([penalty(key, 0.3, defaults(key), classes=k)[0] for k in (2, 5)]) > 1e-9
    caption = class_count_caption([loss], 5)
    assert bool(caption) == depends
    if caption:
        assert "drawn for 5 classes, the others sharing 1 − p evenly" in caption
        found = loss.penalty([0.1, 0.3, 0.8], classes=5)
        np.testing.assert_allclose(found, penalty(key, [0.1, 0.3, 0.8], defaults(key), classes=5))


@every_loss
@pytest.mark.parametrize("view", VIEWS)
def test_a_caption_says_that_a_logarithm_cannot_be_drawn_where_no_value_is_positive(
    loss: Loss, view: str
) -> None:
    key, p = loss.key or "", np.linspace(0.005, 0.995, 199)
    weights = weight(key, p, defaults(key))
    values = {
        "penalty": penalty(key, p, defaults(key)),
        "slope": weights / p,
        "weight": weights,
        "pull": pull(key, p, defaults(key)),
    }[view]
    captions = logarithm_captions([loss], ChartSettings(views=(view,), logs=("y",)))
    assert bool(captions) == (not (values > 0).any())
