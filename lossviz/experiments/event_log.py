"""What happens in an app, one line an event: for whoever runs it.

An event holds ids, counts and names from lossviz's own tables; never a path, a formula, an error's
message, a token or an address: these may be a visitor's. ``EVENTS`` says what each holds.
"""

import json
import logging
import sys
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

Value: TypeAlias = str | int | float | bool | None
_KEPT: Final = 200  # events, for the page of the deployer
_LONGEST: Final = 200  # characters of a value
_log = logging.getLogger("lossviz.events")

EVENTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "engine_started": ("kind", "cores", "accelerators", "memory_mb"),
        "engine_ended": ("kind",),
        "training_stopped": ("error",),  # the kind of error, such as LeaseLost
        "comparison_launched": ("comparison", "visitor", "recipe", "network", "trials"),
        "launch_refused": ("reason", "visitor"),  # the kind of reason, such as memory
        "quota_reached": ("quota", "visitor"),
        "trial_started": ("comparison", "trial"),
        "trial_ended": ("comparison", "trial", "state"),
        "node_died": ("comparison", "trial", "state"),
        "lease_taken": ("engine",),
        "trials_taken_over": ("engine", "trials"),
        "rows_thinned": ("comparison", "rows"),
        "comparison_erased": ("comparison",),
        "store_full": ("megabytes", "limit"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that has happened.

    Attributes:
        at: Seconds since the epoch.
        name: A key of ``EVENTS``.
        fields: What is known of it.
    """

    at: float
    name: str
    fields: Mapping[str, Value]

    def as_json(self) -> str:
        """One line of JSON: time (UTC, ISO 8601), event, and the fields."""
        head: dict[str, Value] = {"time": _iso(self.at), "event": self.name}
        return json.dumps(head | dict(self.fields))

    def as_text(self) -> str:
        """One line for a person."""
        moment = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(self.at))
        fields = " ".join(f"{name}={value}" for name, value in self.fields.items())
        return f"{moment} {self.name} {fields}".rstrip()


_recent: deque[Event] = deque(maxlen=_KEPT)


def log_event(name: str, **fields: Value) -> None:
    """Note that something has happened.

    Args:
        name: A key of ``EVENTS``.
        fields: Those that ``EVENTS`` names, or some of them.

    Raises:
        ValueError: ``EVENTS`` knows no such event or field, which is a bug.

    Side effects: keeps the event for ``recent_events``; writes a line where ``start_log`` was
        called.
    """
    if unknown := fields.keys() - set(EVENTS.get(name, ())):
        raise ValueError(f"{name} is logged with unknown fields: {', '.join(sorted(unknown))}")
    if name not in EVENTS:
        raise ValueError(f"no event is called {name}")
    event = Event(
        at=time.time(),
        name=name,
        fields=MappingProxyType({key: _short(value) for key, value in fields.items()}),
    )
    _recent.append(event)
    _log.info("%s", event.as_text(), extra={"event": event})


def recent_events() -> tuple[Event, ...]:
    """The last events of this process, the newest first."""
    return tuple(reversed(tuple(_recent)))


def visitor_label(key: str) -> str:
    """A visitor as events name them: enough to tell two apart, too little to be taken for one."""
    kind, _, digest = key.partition("-")
    return f"{kind}-{digest[:8]}" if digest else key[:8]


def start_log(*, as_json: bool) -> None:
    """Write events, and what else lossviz logs, to standard error.

    Args:
        as_json: One JSON object a line, else text.

    Side effects: sets up the logger ``lossviz``; calling it again changes only the form.
    """
    logger = logging.getLogger("lossviz")
    handler = next((it for it in logger.handlers if isinstance(it, _Handler)), None)
    if handler is None:
        handler = _Handler()
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    handler.setFormatter(_JsonFormatter() if as_json else _TextFormatter())


class _Handler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever standard error is at that moment."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


class _JsonFormatter(logging.Formatter):
    """One JSON object a line, of other messages too."""

    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", None)
        if isinstance(event, Event):
            return event.as_json()
        entry = {"time": _iso(record.created), "event": "message", "level": record.levelname}
        entry["text"] = record.getMessage()
        if record.exc_info:
            entry["trace"] = self.formatException(record.exc_info)
        return json.dumps(entry)


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        event = getattr(record, "event", None)
        if isinstance(event, Event):
            return event.as_text()
        return super().format(record)


def _iso(at: float) -> str:
    moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at))
    return f"{moment}.{int(at % 1 * 1000):03d}Z"


def _short(value: Value) -> Value:
    return value[:_LONGEST] if isinstance(value, str) else value
