"""Every loss of the catalogue explains itself and is the other losses that it is said to be."""

from pathlib import Path

import numpy as np
import pytest

from lossviz import LOSSES, get_loss, loss_from_spec, parse_loss
from lossviz.losses.catalogue.documentation import catalogue_page
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from tests.support.loss_cases import every_loss, parameter_corners

P = np.linspace(0.01, 0.99, 99)
PAGE = Path(__file__).parents[3] / "docs" / "catalogue.md"
IDENTITIES = [
    (loss, parameter, special)
    for loss in LOSSES.values()
    for parameter in loss.parameters
    for special in parameter.special_values
    if special.equals
]


@every_loss
def test_every_loss_explains_itself(loss: Loss) -> None:
    sentences = [
        loss.meaning,
        loss.when_to_use,
        loss.caveat,
        *(parameter.meaning for parameter in loss.parameters),
    ]
    assert all(sentence.endswith(".") and len(sentence) > 20 for sentence in sentences)
    assert loss.name


@every_loss
def test_every_loss_names_its_source(loss: Loss) -> None:
    assert loss.reference is not None
    assert loss.reference.authors
    assert loss.reference.title
    assert loss.reference.equation
    assert loss.reference.link.startswith("https://")
    assert 1900 < loss.reference.year < 2100


@pytest.mark.parametrize(
    ("key", "cited", "title"),
    [
        ("alpha", "Sypherd et al. 2022", "for Robust Classification"),  # its sixth version
        ("inverse", "Sypherd et al. 2022", "for Robust Classification"),
        ("asymmetric", "Ben-Baruch et al. 2020", "Asymmetric Loss For Multi-Label Classification"),
    ],
)
def test_authors_year_and_title_are_of_one_version(key: str, cited: str, title: str) -> None:
    reference = LOSSES[key].reference
    assert reference is not None
    assert reference.short == cited
    assert title in reference.title


def test_taylor_cross_entropy_of_order_1_is_half_the_mean_absolute_error() -> None:
    np.testing.assert_allclose(
        2 * get_loss("taylor", t=1).penalty(P), get_loss("mean_absolute_error").penalty(P)
    )


@every_loss
def test_every_special_value_can_be_set(loss: Loss) -> None:
    for parameter in loss.parameters:
        for special in parameter.special_values:
            assert special.name
            assert parameter.with_value(special.value).value == special.value


@every_loss
def test_every_loss_is_finite_everywhere_in_its_range(loss: Loss) -> None:
    p = np.concatenate([np.geomspace(1e-26, 0.5, 40), 1 - np.geomspace(1e-13, 0.5, 40)])
    for setting in parameter_corners(loss):
        for classes in (2, 37):
            assert np.isfinite(setting.penalty(p, classes=classes)).all()
            assert np.isfinite(setting.weight(p, classes=classes)).all()


@pytest.mark.parametrize(
    ("loss", "parameter", "special"),
    IDENTITIES,
    ids=lambda part: getattr(part, "key", getattr(part, "name", None)),
)
@pytest.mark.parametrize("classes", [2, 10])
def test_a_special_value_equals_the_loss_that_it_names(
    loss: Loss, parameter: Parameter, special: SpecialValue, classes: int
) -> None:
    there = loss.with_values(**{parameter.name: special.value}).penalty(P, classes=classes)
    other = loss_from_spec(special.equals).penalty(P, classes=classes)
    design = np.stack([other, np.ones_like(P)], axis=1)
    (scale, shift), *_ = np.linalg.lstsq(design, there, rcond=None)
    assert scale > 0
    assert np.abs(there - scale * other - shift).max() <= 1e-9


def test_taylor_cross_entropy_tends_to_cross_entropy() -> None:
    p = P[P >= 0.5]
    orders = {
        order: parse_loss(" + ".join(f"(1-p)**{i}/{i}" for i in range(1, order + 1)))
        for order in (1, 2, 4, 8, 16, 24)
    }
    distances = [
        np.abs(loss.penalty(p) - get_loss("cross_entropy").penalty(p)).max()
        for loss in orders.values()
    ]
    assert distances == sorted(distances, reverse=True)
    assert distances[-1] < 1e-8


@pytest.mark.parametrize("t", range(1, 9))
def test_taylor_cross_entropy_has_as_many_terms_as_it_says(t: int) -> None:
    typed = parse_loss(" + ".join(f"(1-p)**{i}/{i}" for i in range(1, t + 1)))
    np.testing.assert_allclose(get_loss("taylor", t=t).penalty(P), typed.penalty(P), rtol=1e-12)


@pytest.mark.parametrize(
    ("alpha", "beta", "a"), [(0.1, 0.2, 4.0), (2.0, 1.5, 4.0), (6.0, 3.0, 9.25)]
)
def test_symmetric_cross_entropy_is_poly_1_up_to_scale(alpha: float, beta: float, a: float) -> None:
    symmetric = get_loss("symmetric_cross_entropy", alpha=alpha, beta=beta, A=a)
    poly = get_loss("poly", eps=beta * a / alpha)
    np.testing.assert_allclose(symmetric.penalty(P), alpha * poly.penalty(P), rtol=1e-12)


def test_generalised_cross_entropy_at_one_is_one_minus_p() -> None:
    np.testing.assert_allclose(get_loss("generalized", q=1).penalty(P), 1 - P, rtol=1e-12)


@pytest.mark.parametrize("q", [0.3, 0.6, 1.0])
def test_asymmetric_generalised_cross_entropy_without_a_is_generalised_cross_entropy(
    q: float,
) -> None:
    typed = parse_loss(get_loss("agce").text, a=0.0, q=q)
    np.testing.assert_allclose(typed.penalty(P), get_loss("generalized", q=q).penalty(P), rtol=1e-9)


def test_huberised_cross_entropy_joins_without_a_step() -> None:
    loss = get_loss("huberised", tau=10)
    below, above = 0.1 - 1e-12, 0.1 + 1e-12
    np.testing.assert_allclose(loss.penalty(below), loss.penalty(above), rtol=1e-9)
    np.testing.assert_allclose(loss.slope(below), loss.slope(above), rtol=1e-9)


def test_an_old_link_to_jensen_shannon_still_opens() -> None:
    old = loss_from_spec("jensen_shannon:pi=0.3")
    assert old == get_loss("jensen_shannon", pi=0.3) == get_loss("jensen_shannon", pi1=0.3)


@pytest.mark.parametrize("pi", [0.01, 0.5, 0.99])
def test_jensen_shannon_falls_from_the_entropy_of_its_weights_to_zero(pi: float) -> None:
    loss = get_loss("jensen_shannon", pi1=pi)
    entropy = -pi * np.log(pi) - (1 - pi) * np.log(1 - pi)
    np.testing.assert_allclose(loss.penalty([1e-300, 1.0]), [entropy, 0.0], atol=1e-12)


@pytest.mark.parametrize("gamma", [0.0, 0.5, 2.0])
def test_the_asymmetric_loss_without_smoothing_is_focal(gamma: float) -> None:
    np.testing.assert_allclose(
        get_loss("asymmetric", gp=gamma, eps=0).penalty(P),
        get_loss("focal", gamma=gamma).penalty(P),
        rtol=1e-12,
    )


@pytest.mark.parametrize("key", ["normalised_cross_entropy", "normalised_generalized"])
def test_a_normalised_loss_sums_to_one_over_the_labels(key: str) -> None:
    logits = np.array([2.0, -1.0, 0.5, 0.0])
    assert sum(
        get_loss(key).value_and_gradient(logits, target)[0] for target in range(4)
    ) == pytest.approx(1)


def test_docs_catalogue_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == catalogue_page(), (
        "write docs/catalogue.md anew from lossviz.losses.catalogue.documentation.catalogue_page()"
    )
