"""A visitor at the protocol's level: what a browser sends and reads, without a browser.

One process holds dozens of them, so that what is measured is the server.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from websockets.asyncio.client import ClientConnection, connect

ANSWER_S: Final = 60.0  # an answer that takes longer has failed
_RUNS_KEPT: Final = 2  # how long a browser keeps messages that the server may refer to
_TRIGGERS: Final = "$$STREAMLIT_INTERNAL_KEY_{}__events"  # the id under which a component's go
_GOES_ON: Final = ForwardMsg.FINISHED_EARLY_FOR_RERUN


@dataclass(slots=True)
class _Kept:
    """A message that the server may refer to later.

    Attributes:
        message: It.
        run: In which run it was used last.
    """

    message: ForwardMsg
    run: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """An element as the page has it.

    Attributes:
        element: What was sent.
        fragment_id: Of the fragment that drew it; empty where none did.
    """

    element: Element
    fragment_id: str

    @property
    def kind(self) -> str:
        """Such as ``button``."""
        return str(self.element.WhichOneof("type"))

    @property
    def proto(self) -> Any:
        """The message of its kind."""
        return getattr(self.element, self.kind)

    @property
    def id(self) -> str:
        """As a widget; empty where it is none."""
        return str(getattr(self.proto, "id", ""))

    @property
    def key(self) -> str:
        """The key that the page's script gave it; empty where it gave none."""
        return self.id.split("-", 2)[-1] if self.id.startswith("$$ID-") else ""


@dataclass(slots=True)
class ProtocolVisitor:
    """One session.

    Attributes:
        page: The page's name in addresses; empty for the front page.
        query: Of its address.
        elements: What the page shows, by its place.
        received_bytes: All that was received.
        exceptions: What the page's script has shown of its own errors.
    """

    page: str
    query: str = ""
    elements: dict[tuple[int, ...], Drawn] = field(default_factory=dict)
    received_bytes: int = 0
    exceptions: list[str] = field(default_factory=list)
    _socket: ClientConnection | None = None
    _kept: dict[str, _Kept] = field(default_factory=dict)
    _runs: int = 0
    _page_hash: str = ""
    _drawn: set[tuple[int, ...]] = field(default_factory=set)  # elements and blocks of this run
    _blocks: set[tuple[int, ...]] = field(default_factory=set)
    _states: dict[str, WidgetState] = field(default_factory=dict)

    def widgets(self) -> Iterator[Drawn]:
        """The elements that can send something."""
        return (drawn for drawn in self.elements.values() if drawn.id)

    def keys(self, start: str) -> list[str]:
        """The keys of the widgets that begin so."""
        return [drawn.key for drawn in self.widgets() if drawn.key.startswith(start)]

    def widget(self, key: str) -> Drawn:
        """The widget with a key."""
        found = [drawn for drawn in self.widgets() if drawn.key == key]
        assert found, f"no widget {key!r}; there are {sorted(d.key for d in self.widgets())}"
        return found[0]

    async def open(self) -> float:
        """Run the page as it is opened; return the seconds until it is there."""
        return await self._run(ClientState(page_name=self.page))

    async def rerun(self) -> float:
        """Run the whole page again."""
        return await self._run(ClientState())

    async def trigger(self, key: str, event: str, value: object) -> float:
        """Have a component report an event, as its ``setTriggerValue`` does."""
        drawn = self.widget(key)
        report = json.dumps([{"event": event, "value": value}])
        state = WidgetState(id=_TRIGGERS.format(drawn.id), json_trigger_value=report)
        return await self._send_widget(state, drawn.fragment_id)

    async def press(self, key: str) -> float:
        """Press a button."""
        drawn = self.widget(key)
        return await self._send_widget(
            WidgetState(id=drawn.id, trigger_value=True), drawn.fragment_id
        )

    async def set(self, key: str, **value: Any) -> float:
        """Give a widget a value.

        Args:
            key: Its key.
            value: One of the fields of ``WidgetState``, such as ``string_value="a"``.
        """
        drawn = self.widget(key)
        state = WidgetState(id=drawn.id, **value)
        self._states[drawn.id] = state
        return await self._send_widget(state, drawn.fragment_id)

    async def _send_widget(self, state: WidgetState, fragment_id: str) -> float:
        kept = [other for id, other in self._states.items() if id != state.id]
        states = WidgetStates(widgets=[*kept, state])
        return await self._run(ClientState(widget_states=states, fragment_id=fragment_id))

    async def _run(self, state: ClientState) -> float:
        assert self._socket is not None
        state.query_string = self.query
        state.page_script_hash = self._page_hash
        state.cached_message_hashes.extend(self._kept)
        state.context_info.timezone = "Europe/Berlin"
        state.context_info.url = "http://127.0.0.1/"
        began = time.perf_counter()
        await self._socket.send(BackMsg(rerun_script=state).SerializeToString())
        async with asyncio.timeout(ANSWER_S):
            while not self._is_last(await self._receive()):
                pass
        return time.perf_counter() - began

    async def _receive(self) -> ForwardMsg:
        assert self._socket is not None
        data = await self._socket.recv(decode=False)
        assert isinstance(data, bytes)
        self.received_bytes += len(data)
        message = ForwardMsg.FromString(data)
        if message.WhichOneof("type") == "ref_hash":
            kept = self._kept[message.ref_hash]
            kept.run = self._runs
            place = list(message.metadata.delta_path)
            message = ForwardMsg.FromString(kept.message.SerializeToString())
            message.metadata.delta_path[:] = place
        elif message.metadata.cacheable:
            self._kept[message.hash] = _Kept(message, self._runs)
        return message

    def _is_last(self, message: ForwardMsg) -> bool:
        """Apply a message; return whether it ends what was asked for."""
        match message.WhichOneof("type"):
            case "new_session":
                self._drawn.clear()
                self._blocks.clear()
            case "navigation":
                self._page_hash = message.navigation.page_script_hash
            case "page_info_changed":
                self.query = message.page_info_changed.query_string
            case "delta" if message.delta.WhichOneof("type") == "new_element":
                drawn = Drawn(
                    element=message.delta.new_element, fragment_id=message.delta.fragment_id
                )
                place = tuple(message.metadata.delta_path)
                self.elements[place] = drawn
                self._drawn.add(place)
                if drawn.kind == "exception":
                    self.exceptions.append(f"{drawn.proto.type}: {drawn.proto.message}")
            case "delta" if message.delta.WhichOneof("type") == "add_block":
                self._blocks.add(tuple(message.metadata.delta_path))
            case "script_finished" if message.script_finished != _GOES_ON:
                self._forget_old_messages()
                self._forget_stale_elements(message.script_finished)
                return True
        return False

    def _forget_stale_elements(self, how: int) -> None:
        """Of what ran again, or of the whole page, leave what it has drawn this time."""
        whole = how != ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY
        self.elements = {
            place: drawn
            for place, drawn in self.elements.items()
            if place in self._drawn or not (whole or self._ran_again(place))
        }

    def _ran_again(self, place: tuple[int, ...]) -> bool:
        return any(place[:length] in self._blocks for length in range(1, len(place)))

    def _forget_old_messages(self) -> None:
        self._runs += 1
        self._kept = {
            hash: kept for hash, kept in self._kept.items() if self._runs - kept.run <= _RUNS_KEPT
        }


@asynccontextmanager
async def protocol_visitor(
    url: str,
    page: str = "",
    query: str = "",
    *,
    headers: dict[str, str] | None = None,
    xsrf: str = "",
) -> AsyncIterator[ProtocolVisitor]:
    """A visitor who has opened a page.

    Args:
        url: Of the app, such as ``http://127.0.0.1:8501``.
        page: The page's name in addresses, such as ``penalty_curves``; empty for the front page.
        query: Of its address, without the question mark.
        headers: Sent as the connection is made: cookies, for instance.
        xsrf: The value of the cookie ``_streamlit_xsrf``, without which no login is read.
    """
    stream = f"{url.replace('http', 'ws', 1)}/_stcore/stream"
    async with connect(
        stream,
        subprotocols=["streamlit", *([xsrf] if xsrf else [])],  # type: ignore[list-item]
        additional_headers=headers,
        max_size=None,
        open_timeout=ANSWER_S,
        compression=None,
    ) as socket:
        visitor = ProtocolVisitor(page=page, query=query, _socket=socket)
        await visitor.open()
        yield visitor
