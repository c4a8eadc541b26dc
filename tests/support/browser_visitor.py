"""A visitor in a real browser who moves k, and what its websocket says of it."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

if TYPE_CHECKING:
    from playwright.async_api import Page, WebSocket

_SLIDER = 'input[type=range][aria-label="k of inverse power"]'


class BrowserVisitor:
    """A page in a browser.

    Args:
        page: Nothing is opened in it yet.
    """

    def __init__(self, page: Page) -> None:
        self._page = page
        self._sent_at = 0.0
        self._waited = asyncio.Event()
        self._wait_s = 0.0
        page.on("websocket", self._listen)

    async def open(self, url: str) -> None:
        """Open a page with the slider."""
        await self._page.goto(url, timeout=60_000)
        await self._page.wait_for_selector(_SLIDER, timeout=60_000)

    async def move_k(self) -> float:
        """Press an arrow on the slider; return the seconds from what the browser then sends to the
        end of the answer.
        """
        self._waited.clear()
        self._sent_at = 0.0
        slider = self._page.locator(_SLIDER)
        value = float(await slider.input_value())
        await slider.press("ArrowRight" if value < 1 else "ArrowLeft")
        async with asyncio.timeout(60):
            await self._waited.wait()
        return self._wait_s

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framesent", lambda _: self._sent())
        socket.on("framereceived", self._received)

    def _sent(self) -> None:
        self._sent_at = self._sent_at or time.perf_counter()

    def _received(self, payload: bytes | str) -> None:
        if not self._sent_at or isinstance(payload, str):
            return
        message = ForwardMsg.FromString(payload)
        ends = message.WhichOneof("type") == "script_finished"
        if ends and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
            self._wait_s = time.perf_counter() - self._sent_at
            self._waited.set()
