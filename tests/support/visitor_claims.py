"""What stands behind the sentences on whose a comparison is, and what went wrong."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from lossviz.experiments.access.deletion import delete_comparison
from lossviz.experiments.kept_days import KEPT_DAYS
from lossviz.experiments.permissions import Action, may, may_start
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.retention import Limits
from lossviz.experiments.visitors import Visitor
from lossviz.ui.train.comparison_menu import WHAT_DELETING_DOES
from tests.support.claims import Cited, Claim
from tests.support.records import comparison
from tests.support.two_visitors import ANN, BOB, two_visitors

_INSTRUCTION = Cited(source="what the reader may do")
_TOKEN = Cited(source="tests/browser/test_visitors.py, with a browser that keeps no cookie")
_SHARED = replace(comparison(), owner=ANN.key, shared=True)


def _all_may_see_what_is_shared(_: str) -> None:
    assert all(may(visitor, Action.SEE, _SHARED) for visitor in (BOB, Visitor(), ANN))


def _others_may_only_see_it(_: str) -> None:
    allowed = {action for action in Action if may(BOB, action, _SHARED)}
    assert allowed == {Action.SEE}


def _deleting_stops_and_hides(_: str) -> None:
    with TemporaryDirectory() as folder, two_visitors(Path(folder)) as both:
        delete_comparison(both.store, both.engine, both.side(ANN).guard, "c", sleep=lambda _: None)
        assert [asked for asked, _ in both.engine.asked] == ["stop"]
        assert both.store.comparison("c") is None
        assert both.store.open_trial_ids("c") == []


def _it_is_kept_for_days_or_until_room_is_needed(_: str) -> None:
    assert f"For {KEPT_DAYS} days" in WHAT_DELETING_DOES
    for limits, later_days, is_left in (
        (Limits(), KEPT_DAYS - 0.1, True),
        (Limits(), KEPT_DAYS + 0.1, False),
        (Limits(megabytes=0.001), 0.1, False),
    ):
        with TemporaryDirectory() as folder, two_visitors(Path(folder)) as both:
            for trial_id in both.store.open_trial_ids("c"):
                both.store.move(trial_id, TrialState.CANCELLED, now=1.0)
            both.store.hide("c", now=0.0)
            at = 86_400.0 * later_days
            both.store.retention(limits, clock=lambda at=at: at).sweep()
            assert both.store.restore("c") is is_left


def _who_is_not_known_only_looks(_: str) -> None:
    assert not may_start(Visitor())
    assert may(Visitor(), Action.SEE, _SHARED)


VISITORS: dict[str, Claim] = {
    "Shared by another visitor: you can look at it, and change nothing.": _others_may_only_see_it,
    "Shared: every visitor of this app can look at it.": _all_may_see_what_is_shared,
    "Every visitor can then look at it, and change nothing.": (
        _all_may_see_what_is_shared,
        _others_may_only_see_it,
    ),
    "Its trials are stopped where they run, and nobody sees it any more.": (
        _deleting_stops_and_hides
    ),
    "For 7 days it can be brought back, unless its room is needed; then it is erased.": (
        _it_is_kept_for_days_or_until_room_is_needed
    ),
    "Log in at the top of the page to train.": _INSTRUCTION,
    "What others share can be seen without.": _who_is_not_known_only_looks,
    "This browser keeps no cookie for this app.": _TOKEN,
    "What is trained here is no longer yours once this page is closed or loaded anew.": _TOKEN,
}
