"""Who may do what with whose comparison."""

from dataclasses import replace

import pytest

from lossviz.experiments.permissions import Action, Whose, may, may_start, whose
from lossviz.experiments.visitors import NOBODY, PRIVATE_USER, Visitor
from tests.support.records import comparison

ANN, BOB, DEPLOYER = Visitor(key="ann"), Visitor(key="bob"), Visitor(key="d", is_deployer=True)
UNKNOWN = Visitor()
OF_ANN = replace(comparison(), owner="ann")
SHARED = replace(OF_ANN, shared=True)
OF_NOBODY = replace(comparison(), owner=NOBODY)


@pytest.mark.parametrize("action", Action)
def test_a_visitor_does_everything_with_their_own_and_nothing_with_what_is_hidden(
    action: Action,
) -> None:
    assert may(ANN, action, OF_ANN)
    assert not may(BOB, action, OF_ANN)
    assert not may(UNKNOWN, action, OF_ANN)


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("visitor", [BOB, UNKNOWN])
def test_what_another_shares_is_seen_and_nothing_else(visitor: Visitor, action: Action) -> None:
    assert may(visitor, action, SHARED) is (action is Action.SEE)


@pytest.mark.parametrize("action", Action)
def test_a_private_app_s_user_does_everything(action: Action) -> None:
    for each in (OF_ANN, SHARED, OF_NOBODY):
        assert may(PRIVATE_USER, action, each)


@pytest.mark.parametrize("action", Action)
def test_what_a_private_app_has_trained_is_no_visitor_s_in_public(action: Action) -> None:
    for visitor in (ANN, UNKNOWN):
        assert whose(visitor, OF_NOBODY) is Whose.HIDDEN
        assert not may(visitor, action, OF_NOBODY)


def test_the_deployer_sees_and_ends_everything_but_trains_nothing_in_others_names() -> None:
    for each in (OF_ANN, SHARED, OF_NOBODY):
        allowed = {action for action in Action if may(DEPLOYER, action, each)}
        assert allowed == {
            Action.SEE,
            Action.STOP,
            Action.SHARE,
            Action.DELETE,
            Action.RESTORE,
            Action.EXPORT,
        }


def test_who_is_not_known_starts_nothing() -> None:
    assert may_start(ANN)
    assert may_start(PRIVATE_USER)
    assert not may_start(UNKNOWN)
