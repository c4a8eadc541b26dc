"""A connection between two processes that carries the messages of ``messages`` and nothing else.

What is sent is plain data: a message becomes a dictionary of its class's name and its fields. Each
end rebuilds messages from its own classes. Pickling the messages themselves would not do: when
Streamlit reloads changed files, the engine lives on with the classes that it was made with, while
pickle would look them up by name and find the new ones, which ``match`` and ``isinstance`` take for
strangers.
"""

import pickle
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from multiprocessing.connection import Connection
from typing import Any, get_args, get_type_hints

from lossviz.experiments.engine.messages import (
    HostEvent,
    JobEvent,
    JobId,
    JobKind,
    PreviewImage,
    Request,
    WorkerEvent,
)
from lossviz.experiments.records import (
    BatchLoss,
    EpochMetrics,
    Evaluation,
    Predictions,
    Preparation,
    TemperatureScaling,
)
from lossviz.experiments.settings import Settings

_RECORDS = (
    BatchLoss,
    EpochMetrics,
    Evaluation,
    JobId,
    Predictions,
    Preparation,
    PreviewImage,
    Settings,
    TemperatureScaling,
)
_MESSAGES = (
    *get_args(Request),
    *get_args(HostEvent),
    *get_args(WorkerEvent),
    *get_args(JobEvent),
)
_CLASSES = {cls.__name__: cls for cls in (*_MESSAGES, *_RECORDS)}
_JOB_KEYS = {  # where a request names its job
    "RunTrial": (JobKind.TRIAL, "trial_id"),
    "Prepare": (JobKind.PREPARATION, "comparison_id"),
    "PreviewBatch": (JobKind.PREVIEW, "key"),
    "RenderImages": (JobKind.PREVIEW, "key"),
}


class UndecodableMessage(Exception):
    """What arrived is no message of this version of lossviz; the connection can be used on.

    Attributes:
        job: The job that it is about, as far as that can be read; None where it cannot.
    """

    def __init__(self, job: JobId | None, cause: Exception) -> None:
        self.job = job
        super().__init__(
            "a message about it could not be understood"
            f" ({type(cause).__name__}: {cause}); it may be of another version of lossviz: restart"
            " the app, then run the trial again"
        )


class _RequestingChannel:
    """The end that requests jobs and follows their events.

    Attributes:
        connection: To wait on.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, request: Request) -> None:
        """Send a request.

        Raises:
            OSError: The other end has gone.
        """
        self.connection.send(encode(request))


class ControllerChannel(_RequestingChannel):
    """An engine's end, of a connection to its host."""

    def receive(self) -> HostEvent:
        """Wait for the next event and return it.

        Raises:
            EOFError, OSError: The host has gone.
            UndecodableMessage: It is none; the next one may be.
        """
        return _receive(self.connection, HostEvent)  # type: ignore[no-any-return]


class HostChannel(_RequestingChannel):
    """A host's end, of a connection to a worker."""

    def receive(self) -> WorkerEvent:
        """Wait for the next event and return it.

        Raises:
            EOFError, OSError: The worker has gone.
            UndecodableMessage: It is none; the next one may be.
        """
        return _receive(self.connection, WorkerEvent)  # type: ignore[no-any-return]


class WorkerChannel:
    """The end that runs jobs and reports their events: a host's to its engine, and a worker's.

    Attributes:
        connection: To wait on.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, event: HostEvent | WorkerEvent) -> None:
        """Send an event.

        Raises:
            OSError: The other end has gone.
        """
        self.connection.send(encode(event))

    def receive(self) -> Request:
        """Wait for the next request and return it.

        Raises:
            EOFError, OSError: The other end has gone.
            UndecodableMessage: It is none; the next one may be.
        """
        return _receive(self.connection, Request)  # type: ignore[no-any-return]


def _receive(connection: Connection, expected: Any) -> Any:
    return message_in(connection.recv_bytes(), expected)


def message_in(received: bytes, expected: Any) -> Any:
    """The message that was encoded and pickled.

    Args:
        received: What has come.
        expected: The types that it may have.

    Raises:
        UndecodableMessage: It is none of these.
    """
    data: Any = None
    try:
        data = pickle.loads(received)
        message = decode(data)
        if not isinstance(message, expected):
            raise TypeError(f"it is a {type(message).__name__}")
    except Exception as error:  # whatever another version, or a broken process, may have sent
        raise UndecodableMessage(_job_in(data), error) from error
    return message


def _job_in(data: Any) -> JobId | None:
    """The job that a message is about which cannot be decoded as a whole."""
    try:
        if data["type"] in _JOB_KEYS:
            kind, field = _JOB_KEYS[data["type"]]
            return JobId(kind=kind, key=data[field])
        job = decode(data["job"])
    except (KeyError, TypeError, ValueError):
        return None
    return job if isinstance(job, JobId) else None


def encode(value: Any) -> Any:
    """A message, or a part of one, as plain data.

    Of a dataclass only names are used, so that an instance of a reloaded class will do.

    >>> from lossviz.experiments.engine.messages import Fingerprint
    >>> encode(Fingerprint(part="split", digest="0af3"))
    {'type': 'Fingerprint', 'part': 'split', 'digest': '0af3'}
    """
    if is_dataclass(value):
        content = {field.name: encode(getattr(value, field.name)) for field in fields(value)}
        return {"type": type(value).__name__, **content}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [encode(item) for item in value]
    return value


def decode(data: Any, expected: Any = None) -> Any:
    """The message, or a part of one, that ``encode`` made ``data`` of.

    Args:
        data: Plain data.
        expected: The type of the field that it belongs to; needed for enumerations and tuples only.

    Raises:
        KeyError: There is no such message or field in this version of lossviz.
    """
    if isinstance(data, dict):
        message_class = _CLASSES[data["type"]]
        types = _field_types(message_class)
        return message_class(**{name: decode(data[name], kind) for name, kind in types.items()})
    if isinstance(data, list):
        item_type = get_args(expected)[0]
        return tuple(decode(item, item_type) for item in data)
    if isinstance(expected, type) and issubclass(expected, Enum):
        return expected(data)
    return data


@cache
def _field_types(message_class: type) -> dict[str, Any]:
    return get_type_hints(message_class)
