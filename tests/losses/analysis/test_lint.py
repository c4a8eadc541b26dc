"""The checks find what is wrong with a loss, and nothing that is not."""

import re
from typing import get_args

import pytest

from lossviz import get_loss, loss_from_spec, parse_loss
from lossviz.errors import TookTooLong
from lossviz.language import in_turn
from lossviz.losses.analysis.lint import Finding, Severity, lint
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss, parameter_corners

FOUND: dict[str, tuple[Severity, tuple[str, ...]]] = {
    "constant": ("error", ("where(p<2,1,p)", "(K-37)*log(p)", "sum(pj)+0*p+max(p,2)")),
    "undefined": ("error", ("1/(p-0.512)", "log(abs(p-0.312))", "1/(p-0.512)**2", "log(p-0.03)")),
    "infinite_at_one": ("error", ("1/(1-p)", "-log(1-p)", "log(1-p)", "sin(1/(1-p))")),
    "jump": (
        "error",
        ("where(p<0.5,1-p,2-p)", "-log(p)*where(p<0.00001,0,1)", "tanh(1/(p-0.312))"),
    ),
    "not_decreasing": ("error", ("log(p)", "p", "sin(20*p)", "2*p-sum(pj**2)")),
    "faint_start": (
        "warning",
        ("-p", "-37*p", "1-p**2", "ael:a=2.5", "truncated:k=0.5,q=0.7", "-p**64"),
    ),
    "dominated": ("warning", ("1/p", "1/p**2", "1/(p+1e-6)")),
    "overflow_float32": ("warning", ("1/p**4", "exp(1/p)", "1/p**2.2", "p**-64")),
    "overflow_float16": ("note", ("1/p", "1/p**2", "-3000*log(p)")),
    "weighting": ("note", ("-p", "1/p", "focal:gamma=2", "brier")),
    "sgd_rate": ("note", ("-20*log(p)", "-1000*log(p)", "inverse_power:k=0.01", "ael")),
    "known": ("note", ("-3*log(p)", "1/sqrt(p)", "cross_entropy", "3-p")),
    "flat": (
        "note",
        ("truncated:k=0.5,q=0.7", "max(0, 0.6-p)", "-min(p, 0.5)", "-max(p,0.004)"),
    ),
    "proper": ("note", ("cross_entropy", "brier", "cosine", "-7*log(p)+1")),
    "improper": (
        "note",
        ("-p", "focal:gamma=2", "1/p", "label_smoothing:eps=0.1", "jensen_shannon", "hinge"),
    ),
    "bounded": ("note", ("-p", "brier", "cosine", "tanh(1/p)", "hinge")),
    "noise": ("note", ("-p", "brier", "1/p", "focal:gamma=2")),
}
NOT_FOUND = {
    "constant": ("cross_entropy", "-p**64", "where(p<0.5,1,0)", "-max(p,0.9)"),
    "undefined": (
        "cross_entropy",
        "where(p>0.4,p,1/(p-0.7))",
        "abs(p-0.312)",
        "1/(1.001-p)",
        "exp(1/p)",
        "p**-64",
    ),
    "infinite_at_one": ("cross_entropy", "-sqrt(p)", "aue:a=1.1,q=0.01", "1/(1.001-p)"),
    "jump": ("cross_entropy", "huberised:tau=10", "truncated:k=0.5,q=0.7", "abs(p-0.3)**0.5"),
    "not_decreasing": ("cross_entropy", "hinge", "truncated:k=0.5,q=0.7", "-p-sin(p)/2"),
    "faint_start": ("cross_entropy", "brier", "focal:gamma=5", "1/p", "-0.001*log(p)"),
    "dominated": ("cross_entropy", "-1000*log(p)", "-p", "focal:gamma=5", "p**-0.2"),
    "overflow_float32": ("cross_entropy", "1/p", "1/p**2", "aue:a=10,q=5"),
    "overflow_float16": ("cross_entropy", "inverse_power:k=0.2", "-1000*log(p)", "1/p**4"),
    "weighting": ("cross_entropy", "-1000*log(p)", "-log(p)/log(K)"),
    "sgd_rate": ("cross_entropy", "1.5*log(1/p)"),
    "known": ("tanh(1-p)", "focal:gamma=2", "cosine"),
    "flat": ("cross_entropy", "focal:gamma=5", "huberised:tau=10", "hinge", "-p**64"),
    "proper": ("-p", "label_smoothing:eps=0.1", "huberised:tau=100"),
    "improper": ("cross_entropy", "brier", "cosine", "-7*log(p)+1"),
    "bounded": ("cross_entropy", "1/p", "focal:gamma=2", "label_smoothing:eps=0.1"),
    "noise": ("cross_entropy", "log(p)", "where(p<0.5,1,0)"),
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


@pytest.mark.heavy
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


@pytest.mark.parametrize(
    ("spec", "lowest"),
    [
        ("label_smoothing:eps=0.6", "0.42"),
        ("confidence_penalty:beta=0.7", "0.43"),
        ("-0.9*log(p)-0.1*log(1-p)", "0.9"),
        ("(p-0.5)**2", "0.5"),
    ],
)
def test_a_loss_that_is_lowest_short_of_certainty_lacks_no_minus_sign(
    spec: str, lowest: str
) -> None:
    found = findings_by_code(loss_from_spec(spec))
    assert all(finding.severity != "error" for finding in found.values())
    assert f"lowest at p = {lowest} " in found["not_decreasing"].message
    assert all("minus" not in finding.advice for finding in found.values())


@pytest.mark.parametrize("spec", ["log(p)", "p", "-1/p", "exp(p/3)", "2*p-sum(pj**2)"])
def test_what_rises_throughout_may_lack_a_minus_sign(spec: str) -> None:
    assert "minus" in findings_by_code(loss_from_spec(spec))["not_decreasing"].advice


@pytest.mark.parametrize("spec", ["sin(20*p)", "where(p<0.2,1+p,2-p)"])
def test_what_falls_somewhere_lacks_no_minus_sign(spec: str) -> None:
    assert "minus" not in findings_by_code(loss_from_spec(spec))["not_decreasing"].advice


def test_findings_are_computed_once_for_each_loss_and_number_of_classes() -> None:
    loss = parse_loss("1-p**3")
    assert lint(loss, classes=37) is lint(loss, classes=37)
    assert lint(loss) is not lint(loss, classes=2)


def test_a_start_that_is_faint_for_many_classes_may_do_for_two() -> None:
    assert "faint_start" in findings_by_code(get_loss("dot_product"), 37)
    assert "faint_start" not in findings_by_code(get_loss("dot_product"), 2)


def test_weights_are_told_as_ratios() -> None:
    dot, inverse = findings_by_code(get_loss("dot_product")), findings_by_code(get_loss("inverse"))
    assert "p ≈ 1/37, an example gets 1/33 of the weight of one" in dot["faint_start"].message
    assert "p = 0.01 gets 1/90 of the weight of one at p = 0.9" in dot["weighting"].message
    assert "p = 0.01 gets 90 times the weight of one at p = 0.9" in inverse["weighting"].message


@pytest.mark.parametrize(
    ("spec", "factor"),
    [("-20*log(p)", "divide the learning rate by 20"), ("-0.1*log(p)", "multiply the learning")],
)
def test_a_scale_alone_is_no_warning_and_its_learning_rate_is_for_sgd(
    spec: str, factor: str
) -> None:
    found = findings_by_code(loss_from_spec(spec))
    assert {finding.severity for finding in found.values()} == {"note"}
    assert found["sgd_rate"].advice.startswith(f"For SGD: {factor}")


@pytest.mark.parametrize("text", ["-p", "-37*p", "mean_absolute_error", "3-0.01*p"])
def test_a_scale_and_a_shift_change_nothing_but_the_learning_rate_of_sgd(text: str) -> None:
    def findings_about(spec: str) -> set[tuple[str, str]]:
        found = findings_by_code(loss_from_spec(spec))
        return {(code, found[code].message) for code in ("faint_start", "weighting", "noise")}

    assert findings_about(text) == findings_about("1-p")


def test_the_greatest_cost_counts_from_the_best_answer() -> None:
    assert (
        "more than 1 above the best" in findings_by_code(parse_loss("-sqrt(p)"))["bounded"].message
    )
    for key in ("brier", "hinge"):  # evenly spread, the rest costs 1.03; on a single rival 2
        assert (
            "found costs 2 more than the best" in findings_by_code(get_loss(key))["bounded"].message
        )


@pytest.mark.parametrize("text", ["-log(p+1e-12)", "1/(p+1e-6)", "-sqrt(p)", "brier", "tanh(1/p)"])
def test_a_bounded_loss_is_called_tolerant_only_where_its_sum_over_the_labels_is_constant(
    text: str,
) -> None:
    assert "tolerates" not in findings_by_code(loss_from_spec(text))["bounded"].advice
    assert "varies by" in findings_by_code(loss_from_spec(text))["bounded"].advice
    assert "tolerates" in findings_by_code(get_loss("mean_absolute_error"))["bounded"].advice


def test_a_loss_that_charges_nothing_for_the_worst_answers_is_not_cross_entropy() -> None:
    found = findings_by_code(parse_loss("-log(p)*where(p<0.00001,0,1)"))
    assert "known" not in found
    assert found["jump"].severity == "error"
    assert "between p = 0 and p = 1e-05: it costs 0." in found["flat"].message


@pytest.mark.parametrize("text", ["tanh(1/p)", "-p**64", "-p**64*p**40"])
def test_a_weight_that_rounding_hides_is_not_told_in_digits(text: str) -> None:
    (sentence,) = (
        finding.message for finding in lint(parse_loss(text)) if finding.code == "faint_start"
    )
    assert "gets less than 1e-12 of the weight of one at p = 0.9" in sentence


def test_a_constant_loss_is_called_constant_and_nothing_else() -> None:
    (finding,) = lint(parse_loss("where(p<2,1.5,p)"))
    assert finding.message == "It is constant: every prediction costs 1.5."


@every_loss
def test_a_counter_example_to_properness_shows_two_predictions_and_two_costs(loss: Loss) -> None:
    if "improper" in (found := findings_by_code(loss)):
        sentence = found["improper"].message
        assert len(set(re.findall(r"\(.*?\)", sentence))) == 2
        better, truth = re.search(
            r"costs (\S+) on average, and predicting the true ones (\S+)\.$", sentence
        ).groups()
        assert float(better) < float(truth)


def test_a_formula_that_takes_too_long_is_said_to_be_unfinished(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    loss = parse_loss("-log(p) + 0.1234*p")
    monkeypatch.setattr(in_turn, "MOST_S", 0.0)
    assert [finding.code for finding in lint(loss)] == ["unfinished"]
    with pytest.raises(TookTooLong, match="simplify it"):
        parse_loss("-log(p) + 0.4321*p")
