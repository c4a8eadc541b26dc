"""A connection between two processes that carries the messages of ``messages`` and nothing else.

What is sent is plain data: a message becomes a dictionary of its class's name and its fields. Each
end rebuilds messages from its own classes. Pickling the messages themselves would not do: when
Streamlit reloads changed files, the engine lives on with the classes that it was made with, while
pickle would look them up by name and find the new ones, which ``match`` and ``isinstance`` take for
strangers.
"""

from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from multiprocessing.connection import Connection
from typing import Any, get_args, get_type_hints

from lossviz.experiments.engine.messages import (
    HostEvent,
    JobEvent,
    JobId,
    PreviewImage,
    Request,
)
from lossviz.experiments.records import BatchLoss, EpochMetrics, Evaluation, Preparation
from lossviz.experiments.settings import Settings

_RECORDS = (BatchLoss, EpochMetrics, Evaluation, JobId, Preparation, PreviewImage, Settings)
_CLASSES = {
    cls.__name__: cls
    for cls in (*get_args(Request), *get_args(HostEvent), *get_args(JobEvent), *_RECORDS)
}


class ControllerChannel:
    """The end that requests jobs and follows their events: the engine's, and a host's to a job.

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

    def receive(self) -> HostEvent:
        """Wait for the next event and return it.

        Raises:
            EOFError, OSError: The other end has gone.
        """
        event = decode(self.connection.recv())
        assert isinstance(event, HostEvent), event
        return event


class WorkerChannel:
    """The end that runs jobs and reports their events: the host's, and a job's.

    Attributes:
        connection: To wait on.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def send(self, event: HostEvent) -> None:
        """Send an event.

        Raises:
            OSError: The other end has gone.
        """
        self.connection.send(encode(event))

    def receive(self) -> Request:
        """Wait for the next request and return it.

        Raises:
            EOFError, OSError: The other end has gone.
        """
        request = decode(self.connection.recv())
        assert isinstance(request, Request), request
        return request


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
