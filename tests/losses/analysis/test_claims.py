"""Every sentence of lint is true of the loss's definition, and what is plainly so is said."""

import numpy as np
import pytest

from lossviz import lint
from lossviz.losses.analysis.lint import Finding
from tests.support.claim_formulas import Case, claim_cases
from tests.support.claim_lint import LINT_CLAIMS
from tests.support.claim_measures import DENSE_P, rises, weight_ratio
from tests.support.claim_predicates import objections
from tests.support.lint_score_predicates import mean_over_labels

every_case = pytest.mark.parametrize("case", claim_cases(), ids=lambda case: case.name)


def found(case: Case) -> dict[str, Finding]:
    return {finding.code: finding for finding in lint(case.loss, classes=case.classes)}


@every_case
def test_no_sentence_of_lint_contradicts_the_definition(case: Case) -> None:
    said = [text for each in found(case).values() for text in (each.message, each.advice)]
    assert [problem for text in said for problem in objections(case, text, LINT_CLAIMS)] == []


@every_case
def test_what_is_plainly_so_is_said(case: Case) -> None:
    codes = found(case).keys()
    if rises(case, DENSE_P).any():
        assert codes & {"not_decreasing", "jump", "undefined"}
    cost = case.even(DENSE_P)
    inner = (DENSE_P > 1e-3) & (DENSE_P < 0.999)
    with np.errstate(invalid="ignore"):
        same = np.diff(cost) == 0
    underflows = "p**64" in case.name or "tanh(1/p)" in case.name
    if (same[:-2] & same[1:-1] & same[2:] & inner[3:]).any() and not underflows:
        assert codes & {"flat", "constant"}
    if 0 <= weight_ratio(case, 1 / case.classes, 0.9) < 0.095 and case.weight(0.9) > 0:
        assert codes & {"faint_start"}
    if np.isfinite(cost).all() and np.ptp(cost) < 1e3 and "bounded" in codes:
        mean, reach = mean_over_labels(case)
        assert ("tolerates" in found(case)["bounded"].advice) == (np.ptp(mean) < 1e-9 * reach)
