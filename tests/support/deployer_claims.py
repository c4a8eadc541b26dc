"""What stands behind the sentences of the deployer's page."""

from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from lossviz.deployment import read_deployment
from lossviz.errors import EngineError
from lossviz.experiments.store.store import Store
from lossviz.ui.deployer.door import CLOSED, WHICH_TOKEN, WRONG_TOKEN
from lossviz.ui.deployer.state_of_app import (
    ALONE,
    NO_EVENTS,
    NOTHING_OPEN,
    PRIVATE,
    engine_table,
    queue_table,
    quota_table,
)
from lossviz.ui.frame import DEPLOYER_PATH, UNLISTED
from tests.support.claims import Cited, Claim
from tests.support.sleeping_host import sleeping_engine
from tests.support.two_visitors import two_visitors

_OUTLINE = Cited(source="what the page shows")
_DOOR = Cited(source="tests/security/test_deployer_page.py")
_LOGIN = Cited(source="tests/ui/test_visitor.py, with logins that are listed")
_EVENTS = Cited(source="lossviz/experiments/event_log.py keeps the events of its process")


def _the_queue_is_empty_once_all_trials_have_ended(_: str) -> None:
    with TemporaryDirectory() as folder, two_visitors(Path(folder)) as both:
        assert queue_table(both.store.overview().open, now=0.0).rows
        both.store.close_open_trials(now=3.0)
        table = queue_table(both.store.overview().open, now=0.0)
        assert (table.rows, table.empty) == ((), NOTHING_OPEN)


def _no_second_app_trains_with_a_file(_: str) -> None:
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/lossviz.sqlite"
        with closing(Store(url)) as store, closing(sleeping_engine(store)):
            assert store.leases.engines() == []
            assert engine_table([], obstacle="", now=0.0).empty == ALONE
            with closing(Store(url)) as other, pytest.raises(EngineError, match="another"):
                sleeping_engine(other)


def _a_private_app_alone_limits_nothing(_: str) -> None:
    for public, limits in (("0", False), ("1", True)):
        quotas = read_deployment({"LOSSVIZ_PUBLIC": public}).quotas
        assert bool(quota_table({}, quotas).rows) == limits


def _it_is_the_value_of_that_variable(_: str) -> None:
    assert read_deployment({"LOSSVIZ_DEPLOYER_TOKEN": "x"}).deployer_token == "x"


DEPLOYER_SENTENCES = [
    UNLISTED[DEPLOYER_PATH].lead,
    CLOSED,
    WHICH_TOKEN,
    WRONG_TOKEN,
    NOTHING_OPEN,
    ALONE,
    PRIVATE,
    NO_EVENTS,
]
DEPLOYER: dict[str, Claim] = {
    "How this app is doing.": _OUTLINE,
    "This page is for whoever deploys the app.": _DOOR,
    "The value of LOSSVIZ_DEPLOYER_TOKEN.": _it_is_the_value_of_that_variable,
    "A login that LOSSVIZ_DEPLOYERS lists opens this page without one.": _LOGIN,
    "That is not the token.": _DOOR,
    "No trial waits or runs.": _the_queue_is_empty_once_all_trials_have_ended,
    "This one alone: its database is a file.": _no_second_app_trains_with_a_file,
    "Nothing is limited: this app is private.": _a_private_app_alone_limits_nothing,
    "None since this app has started.": _EVENTS,
}
