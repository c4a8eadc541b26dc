"""An app says what happens, in lines that a person or a program reads, and gives nothing away."""

import json
import logging
from collections.abc import Iterator

import pytest

from lossviz.experiments.event_log import (
    EVENTS,
    log_event,
    recent_events,
    start_log,
    visitor_label,
)
from lossviz.experiments.visitors import browser_key
from tests.support.command_line import ROOT


@pytest.fixture(autouse=True)
def _logger() -> Iterator[None]:
    logger = logging.getLogger("lossviz")
    before = logger.handlers[:], logger.level
    yield
    logger.handlers[:], logger.level = before


def test_each_event_is_one_line_of_json(capsys: pytest.CaptureFixture[str]) -> None:
    start_log(as_json=True)
    log_event("trial_ended", comparison="c\n1", trial="t", state="finished")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert entry.pop("time").endswith("Z")
    assert entry == {
        "event": "trial_ended",
        "comparison": "c\n1",
        "trial": "t",
        "state": "finished",
    }


def test_other_messages_are_json_too(capsys: pytest.CaptureFixture[str]) -> None:
    start_log(as_json=True)
    try:
        raise OSError("no space")
    except OSError:
        logging.getLogger("lossviz").exception("it failed")
    (line,) = capsys.readouterr().err.splitlines()
    entry = json.loads(line)
    assert (entry["event"], entry["level"], entry["text"]) == ("message", "ERROR", "it failed")
    assert "no space" in entry["trace"]


def test_text_is_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    start_log(as_json=False)
    start_log(as_json=False)  # twice: a page may run again
    log_event("engine_ended", kind="local")
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(" engine_ended kind=local")


def test_what_no_table_names_is_not_logged() -> None:
    with pytest.raises(ValueError, match="path"):
        log_event("trial_ended", path="/home/me/cats")
    with pytest.raises(ValueError, match="no event"):
        log_event("visitor_arrived")
    assert not any("path" in field or "token" in field for row in EVENTS.values() for field in row)


def test_a_visitor_is_named_by_too_little_to_be_taken_for_one() -> None:
    key = browser_key("a secret token")
    label = visitor_label(key)
    assert key.startswith(label)
    assert len(label) < len(key) / 2
    assert visitor_label(browser_key("another")) != label


def test_the_last_events_are_kept_newest_first() -> None:
    for number in range(300):
        log_event("rows_thinned", comparison="c", rows=number)
    kept = recent_events()
    assert len(kept) == 200
    assert kept[0].fields["rows"] == 299


def test_the_docs_name_every_event_with_its_fields() -> None:
    page = (ROOT / "docs/deploy.md").read_text()
    for name, fields in EVENTS.items():
        assert f"| `{name}` | {', '.join(f'`{field}`' for field in fields)} |" in page
