"""What the deployer's page makes of the state of an app."""

from lossviz.deployment import Deployment
from lossviz.experiments.event_log import Event
from lossviz.experiments.quotas import UNLIMITED
from lossviz.experiments.store.leases import EngineLease
from lossviz.experiments.store.overview import OpenComparison, Overview
from lossviz.experiments.store.room import LEAST_FREE_MB, room_problem
from lossviz.experiments.visitors import browser_key
from lossviz.ui.deployer.state_of_app import (
    engine_table,
    event_table,
    queue_table,
    quota_table,
    store_table,
)
from lossviz.ui.templates import render


def test_a_visitor_is_shown_by_too_little_of_the_key_to_be_taken_for_one() -> None:
    key = browser_key("token")
    waiting = OpenComparison(
        id="c", owner=key, recipe="digits", created_at=100.0, queued=3, running=2
    )
    (row,) = queue_table([waiting], now=175.0).rows
    assert row[0] == "c"
    assert key.startswith(row[1])
    assert len(row[1]) < len(key) / 2
    assert row[2:] == ("digits", "1 min 15 s ago", "3", "2")


def test_a_lease_that_has_ended_is_said_to_have() -> None:
    values = {"host": "a, process 1", "kind": "ray", "version": "1", "started_at": 0.0}
    leases = [EngineLease(id=str(left), left_s=left, **values) for left in (12.4, -3.0)]
    table = engine_table(leases, obstacle="", now=60.0)
    assert [row[-1] for row in table.rows] == ["12 s left", "has ended"]
    assert engine_table([], obstacle="torch is missing", now=0.0).empty == "torch is missing"


def test_single_trials_are_left_out_of_the_events() -> None:
    names = ["trial_started", "launch_refused", "trial_ended"]
    events = [Event(at=0.0, name=name, fields={"reason": "memory"}) for name in names]
    assert event_table(events).rows == (("1970-01-01 00:00:00", "launch refused", "reason memory"),)


def test_a_private_app_limits_nothing() -> None:
    table = quota_table({}, UNLIMITED)
    assert table.rows == ()
    assert "private" in table.empty


def test_what_stands_in_a_cell_is_text() -> None:
    hostile = Event(at=0.0, name="quota_reached", fields={"quota": "<script>alert(1)</script>"})
    html = render("deployer/tables.html", tables=(event_table([hostile]),))
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_that_no_room_is_left_is_said_where_the_store_is_shown() -> None:
    overview, deployment = (
        Overview(comparisons=1, deleted=0, owners=1, trials={}, open=()),
        Deployment(public=True),
    )

    def rows(free: float | None, *, full: bool) -> dict[str, str]:
        problem = room_problem(free, full=full)
        table = store_table(
            overview, used_mb=1.0, deployment=deployment, free=free, problem=problem
        )
        return dict(table.rows)

    assert rows(500.0, full=False)["New trainings"] == "are taken: there is room"
    assert rows(500.0, full=False)["Free on its disk"] == "500 MB"
    assert "its limit" in rows(None, full=True)["New trainings"]
    assert rows(None, full=True)["Free on its disk"] == "on a server"
    assert "full but for 49 MB" in rows(LEAST_FREE_MB - 1, full=False)["New trainings"]
