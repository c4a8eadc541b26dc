"""Every sentence of the story, the front page, the views, the captions, the geometry page and the
named experiments is true.
"""

import math
import re

import numpy as np
import pytest
import torch

from lossviz.charts.views import VIEWS
from lossviz.experiments.named_experiments import EXPERIMENTS
from lossviz.experiments.recipes import get_recipe
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.ui.curves.captions import class_count_caption, logarithm_captions
from lossviz.ui.frame import PAGES
from lossviz.ui.front_page import FAMILY, INVITATION
from lossviz.ui.geometry import many_classes, three_classes, two_classes
from lossviz.ui.geometry.headings import HEADINGS
from lossviz.ui.lesson_view import EMBEDDED_MENU, NOT_A_PROTECTION, WHAT_A_SEED_DOES
from lossviz.ui.lessons.asking import GUESS_FIRST
from lossviz.ui.lessons.layout import NOT_SHOWN
from lossviz.ui.lessons.lesson_state import PAGE as LESSONS_PAGE
from lossviz.ui.lessons.library import read_library
from lossviz.ui.page_cards import CARDS
from lossviz.ui.playground.lab import PAGE as PLAYGROUND_PAGE
from lossviz.ui.playground.story import STEPS as PLAYGROUND_STEPS
from lossviz.ui.playground.verdict import BY_HAND
from lossviz.ui.playground.verdict import CLAIMS as PLAYGROUND_CLAIMS
from lossviz.ui.share_link import OPENS_THE_SAME
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.geometry_state import RACES, TRIANGLE_STEPS, GeometryState
from lossviz.ui.state.page_state import ARTICLE
from lossviz.ui.story.source import SOURCE
from lossviz.ui.story.steps import STEPS
from lossviz.ui.story.story_state import PAGE as STORY_PAGE
from lossviz.ui.train.backend import FORGOTTEN, LOG_IN
from lossviz.ui.train.comparison_menu import (
    OF_ANOTHER,
    SEEN_BY_ALL,
    WHAT_DELETING_DOES,
    WHAT_SHARING_DOES,
)
from lossviz.ui.train.launching.launch_form import (
    QUESTION_AT_BEST_RATES,
    plan_text,
    question_at_same_rate,
)
from lossviz.ui.train.results.article_comparison import one_run_sentence
from lossviz.ui.train.results.result_rows import loss_rows
from lossviz.ui.train.results.results import NO_SUCH_LOSS, about_the_table
from lossviz.ui.train.results.trial_details import NO_SUCH_TRIAL, WHAT_BUSY_MEANS
from lossviz.ui.train.results.verdict_text import CLAIMS, KORNBLITH, ONE_LOSS
from lossviz.ui.train.seed_lock import missing_sentence, seed_sentence, training_sentence
from tests.support.claims import Claim, hold, plain_sentences
from tests.support.comparison_claims import COMPARISON_SENTENCES, COMPARISONS
from tests.support.deployer_claims import DEPLOYER, DEPLOYER_SENTENCES
from tests.support.device_claims import DEVICE_SENTENCES, DEVICES
from tests.support.experiment_claims import EXPERIMENT_TEXTS, FORM_TEXTS
from tests.support.file_claims import FILE_SENTENCES, FILES
from tests.support.gallery_claims import GALLERY, GALLERY_SENTENCES
from tests.support.judgements import judged
from tests.support.lesson_claims import ARTICLE_LESSON, LESSON_VIEWS, NOISE_LESSON, texts_of
from tests.support.loss_cases import every_loss, parameter_corners
from tests.support.playground_claims import PLAYGROUND
from tests.support.playground_story_claims import PLAYGROUND_STORY
from tests.support.playground_verdict_claims import PLAYGROUND_VERDICT
from tests.support.quota_claims import QUOTA_SENTENCES, QUOTA_TEXTS
from tests.support.reference_curves import hard_to_easy, loss_of, penalty, pull, weight
from tests.support.story_claims import STORY
from tests.support.text_claims import FRONT_PAGE, GEOMETRY, TRIAL_DETAILS, VIEWS_TEXTS
from tests.support.text_predicates import defaults
from tests.support.verdict_claims import VERDICT
from tests.support.visitor_claims import VISITORS
from tests.support.weight_sentences import mistake_sentences, weighs

LESSONS = read_library({}).lessons


def _about_a_table_of_unequal_losses() -> str:
    judgement = judged({"cross_entropy": (90, 95, 92), "inverse": (97, "failed", 99)})
    return about_the_table(judgement, loss_rows(judgement)[1])


TEXTS: dict[str, tuple[list[str], dict[str, Claim]]] = {
    "the story": (
        [
            PAGES[STORY_PAGE].lead,
            SOURCE,
            *(text for step in STEPS for text in (step.text, step.task)),
        ],
        STORY,
    ),
    "the playground's story": (
        [text for step in PLAYGROUND_STEPS for text in (step.text, step.task)],
        PLAYGROUND_STORY,
    ),
    "the front page": (
        [
            PAGES["app.py"].lead,
            INVITATION,
            *(mistake_sentences(FAMILY.with_values(k=k)) for k in (-1, -0.3, 0, 0.2, 1)),
            *(card.sentence for card in CARDS),
        ],
        FRONT_PAGE,
    ),
    "the views": ([view.description for view in VIEWS.values()], VIEWS_TEXTS),
    "the verdict": (
        [KORNBLITH, ONE_LOSS, CLAIMS, one_run_sentence(), _about_a_table_of_unequal_losses()],
        VERDICT,
    ),
    "the playground's verdict": ([*PLAYGROUND_CLAIMS.values(), BY_HAND], PLAYGROUND_VERDICT),
    "the playground": ([PAGES[PLAYGROUND_PAGE].lead], PLAYGROUND),
    "the geometry page": (
        [
            *two_classes.SENTENCES.values(),
            two_classes.SHARED_TARGET,
            two_classes.EVEN_TARGET,
            two_classes.about_the_article(),
            *(
                paragraph
                for step in TRIANGLE_STEPS
                for race in RACES
                for paragraph in three_classes.about_the_step(step, race)
            ),
            *(heading.lead for heading in HEADINGS.values()),
            many_classes.about_the_article(),
            plain_sentences(many_classes.about_the_start(37))[-1],
        ],
        GEOMETRY,
    ),
    "the named experiments": (
        [
            text
            for experiment in EXPERIMENTS.values()
            for text in (experiment.question, experiment.expectation)
        ],
        EXPERIMENT_TEXTS,
    ),
    "devices and settings without an effect": (DEVICE_SENTENCES, DEVICES),
    "whose a comparison is": (
        [
            OF_ANOTHER,
            SEEN_BY_ALL,
            WHAT_SHARING_DOES,
            WHAT_DELETING_DOES,
            LOG_IN,
            FORGOTTEN,
        ],
        VISITORS,
    ),
    "a trial in detail": ([WHAT_BUSY_MEANS], TRIAL_DETAILS),
    "the deployer's page": (DEPLOYER_SENTENCES, DEPLOYER),
    "the page of comparisons": (COMPARISON_SENTENCES, COMPARISONS),
    "the import of files": (FILE_SENTENCES, FILES),
    "the gallery": (GALLERY_SENTENCES, GALLERY),
    "quotas and the queue": (QUOTA_SENTENCES, QUOTA_TEXTS),
    "the lesson of the article": (texts_of(LESSONS["article"]), ARTICLE_LESSON),
    "the lesson of label noise": (texts_of(LESSONS["label_noise"]), NOISE_LESSON),
    "views of lessons": (
        [
            OPENS_THE_SAME,
            NOT_A_PROTECTION,
            WHAT_A_SEED_DOES,
            EMBEDDED_MENU,
            seed_sentence(2, range(6)),
            missing_sentence(9, range(6)),
            training_sentence(2),
            NO_SUCH_TRIAL,
            NO_SUCH_LOSS,
            PAGES[LESSONS_PAGE].lead,
            GUESS_FIRST,
            NOT_SHOWN,
        ],
        LESSON_VIEWS,
    ),
    "the launch form": (
        [
            question_at_same_rate(get_recipe("digits").settings),
            QUESTION_AT_BEST_RATES,
            plan_text(6),
        ],
        FORM_TEXTS,
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


def test_the_front_page_s_loss_is_where_its_marks_say_the_loss_that_they_name() -> None:
    p = [0.001, 0.01, 0.2, 0.9, 1.0]
    (k,) = FAMILY.parameters
    for special in k.special_values:
        at = FAMILY.with_values(k=special.value)
        np.testing.assert_allclose(at.weight(p), LOSSES[special.equals].weight(p), rtol=1e-9)
        np.testing.assert_allclose(at.weight(p), np.array(p) ** -special.value, rtol=1e-9)
    for value in (-0.7, 0.2, 0.61):
        weights = FAMILY.with_values(k=value).weight(p)
        np.testing.assert_allclose(weights, np.array(p) ** -value, rtol=1e-9)


@every_loss
def test_a_weighing_in_words_is_the_ratio_from_the_paper_s_definition(loss: Loss) -> None:
    for setting in parameter_corners(loss) if loss.key in ARTICLE else []:
        ratio = hard_to_easy(loss.key or "", setting.values)
        words = weighs(setting).replace(",", "")
        if words == "the same weight":
            assert ratio == pytest.approx(1, abs=0.006)
            continue
        share, times = re.fullmatch(r"(?:1/(\S+) of|(\S+) times) the weight", words).groups()
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
def test_a_caption_says_where_a_logarithm_cannot_be_drawn_as_no_value_is_positive(
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
    hidden = p[values <= 0]
    assert bool(captions) == bool(hidden.size)
    if 0 < hidden.size < p.size:
        (said,) = captions
        if hidden[0] == p[0]:
            end = re.search(r"has none for p up to ([\d.]+)\.$", said)
            assert end
            assert float(end[1]) == pytest.approx(hidden[-1], abs=0.006)
        else:
            assert hidden[-1] == p[-1]
            start = re.search(r"has none for p from ([\d.]+) on\.$", said)
            assert start
            assert float(start[1]) == pytest.approx(hidden[0], abs=0.006)
    elif hidden.size:
        assert captions[0].endswith("has none.")
