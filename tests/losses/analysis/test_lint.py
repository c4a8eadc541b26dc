"""The checks find what is wrong with a loss, and nothing that is not."""

import re
from typing import get_args

import pytest

from lossviz import get_loss, loss_from_spec, parse_loss
from lossviz.losses.analysis.lint import Finding, Severity, lint
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss, parameter_corners

FOUND: dict[str, tuple[Severity, tuple[str, ...]]] = {
    "undefined": ("error", ("1/(p-0.512)", "log(abs(p-0.312))", "1/(p-0.512)**2")),
    "infinite_at_one": ("error", ("1/(1-p)", "-log(1-p)", "log(1-p)", "sin(1/(1-p))")),
    "not_decreasing": ("error", ("log(p)", "p", "(p-0.5)**2", "sin(20*p)", "p**2-p")),
    "vanishing": ("warning", ("-p", "1-p**2", "ael:a=2.5", "truncated:k=0.5,q=0.7", "brier")),
    "exploding": ("warning", ("1/p", "1/p**2", "-20*log(p)")),
    "overflow_float32": ("warning", ("1/p**4", "exp(1/p)", "1/p**2.2")),
    "overflow_float16": ("note", ("1/p", "1/p**2", "-3000*log(p)")),
    "known": ("note", ("-3*log(p)", "1/sqrt(p)", "cross_entropy", "3-p")),
    "flat": ("note", ("truncated:k=0.5,q=0.7", "max(0, 0.6-p)", "-min(p, 0.5)")),
    "improper": (
        "note",
        ("-p", "focal:gamma=2", "1/p", "label_smoothing:eps=0.1", "jensen_shannon", "hinge"),
    ),
    "bounded": ("note", ("-p", "brier", "cosine", "tanh(1/p)", "hinge")),
}
NOT_FOUND = {
    "undefined": ("cross_entropy", "where(p>0.4,p,1/(p-0.7))", "abs(p-0.312)", "1/(1.001-p)"),
    "infinite_at_one": ("cross_entropy", "-sqrt(p)", "aue:a=1.1,q=0.01", "1/(1.001-p)"),
    "not_decreasing": ("cross_entropy", "hinge", "truncated:k=0.5,q=0.7", "-p-sin(p)/2"),
    "vanishing": ("cross_entropy", "focal:gamma=5", "1/p", "-0.2*log(p)"),
    "exploding": ("cross_entropy", "-9*log(p)", "-p", "focal:gamma=5"),
    "overflow_float32": ("cross_entropy", "1/p", "1/p**2", "aue:a=10,q=5"),
    "overflow_float16": ("cross_entropy", "inverse_power:k=0.2", "-1000*log(p)", "1/p**4"),
    "known": ("tanh(1-p)", "focal:gamma=2", "cosine"),
    "flat": ("cross_entropy", "focal:gamma=5", "huberised:tau=10", "hinge"),
    "improper": ("cross_entropy", "brier", "cosine", "-7*log(p)+1"),
    "bounded": ("cross_entropy", "1/p", "focal:gamma=2", "label_smoothing:eps=0.1"),
}
has = pytest.mark.parametrize(
    ("code", "spec"), [(code, spec) for code, (_, specs) in FOUND.items() for spec in specs]
)
lacks = pytest.mark.parametrize(
    ("code", "spec"), [(code, spec) for code, specs in NOT_FOUND.items() for spec in specs]
)


def findings_by_code(loss: Loss, classes: int = 37) -> dict[str, Finding]:
    return {finding.code: finding for finding in lint(loss, classes=classes)}


@has
def test_a_fault_is_found_with_its_severity(code: str, spec: str) -> None:
    assert findings_by_code(loss_from_spec(spec))[code].severity == FOUND[code][0]


@lacks
def test_no_fault_is_found_where_there_is_none(code: str, spec: str) -> None:
    assert code not in findings_by_code(loss_from_spec(spec))


def assert_well_written(found: tuple[Finding, ...]) -> None:
    severities = [get_args(Severity).index(finding.severity) for finding in found]
    assert severities == sorted(severities)
    assert len({finding.code for finding in found}) == len(found)
    for finding in found:
        for text in (finding.message, finding.advice):
            assert text.endswith(".")
            assert not text.endswith("..")
            assert text[0].isupper()
            assert not re.search(r"\b(nan|inf|None|NaN)\b|  ", text)


@every_loss
@pytest.mark.parametrize("classes", [2, 10, 37, 1000])
def test_no_loss_of_the_catalogue_is_an_error_and_every_finding_is_well_written(
    loss: Loss, classes: int
) -> None:
    found = lint(loss, classes=classes)
    assert_well_written(found)
    assert all(finding.severity != "error" for finding in found)


@pytest.mark.slow
@every_loss
def test_every_finding_is_well_written_at_the_ends_of_the_parameters_too(loss: Loss) -> None:
    for i, setting in enumerate(parameter_corners(loss)):
        assert_well_written(lint(setting, classes=(2, 10, 37)[i % 3]))


@pytest.mark.parametrize("spec", [spec for _, specs in FOUND.values() for spec in specs])
def test_findings_of_typed_losses_are_well_written(spec: str) -> None:
    for classes in (2, 37):
        assert_well_written(lint(loss_from_spec(spec), classes=classes))


@pytest.mark.parametrize("key", ["label_smoothing", "confidence_penalty"])
def test_a_loss_that_rewards_uncertainty_is_no_error(key: str) -> None:
    assert findings_by_code(get_loss(key))["not_decreasing"].severity == "note"


def test_findings_are_computed_once_for_each_loss_and_number_of_classes() -> None:
    loss = parse_loss("1-p**3")
    assert lint(loss, classes=37) is lint(loss, classes=37)
    assert lint(loss) is not lint(loss, classes=2)
    assert "vanishing" in {finding.code for finding in lint(loss, classes=37)}


def test_a_weight_that_vanishes_for_many_classes_may_do_for_two() -> None:
    assert "vanishing" in findings_by_code(get_loss("dot_product"), 37)
    assert "vanishing" not in findings_by_code(get_loss("dot_product"), 2)


def test_the_greatest_cost_is_the_greatest_over_both_paths() -> None:
    for key in ("brier", "hinge"):  # evenly spread, the rest costs 1.03; on a single rival 2
        assert "no mistake costs more than 2." in findings_by_code(get_loss(key))["bounded"].message


@every_loss
def test_a_counter_example_to_properness_shows_two_predictions_and_two_costs(loss: Loss) -> None:
    if "improper" in (found := findings_by_code(loss)):
        sentence = found["improper"].message
        assert len(set(re.findall(r"\(.*?\)", sentence))) == 2
        better, truth = re.search(
            r"costs (\S+) on average, the truth itself (\S+)\.$", sentence
        ).groups()
        assert float(better) < float(truth)
