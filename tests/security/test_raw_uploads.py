"""Files that a client sends to Streamlit, whatever fields the page has, fill no server's memory."""

from collections.abc import Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import pytest
import requests
from streamlit.proto.BackMsg_pb2 import BackMsg

from lossviz.experiments.uploads.limits import LIMITS, MB
from tests.support.browser import free_port, served_app
from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor
from tests.support.run_async import run_async

FILE_MB = 60
assert FILE_MB <= LIMITS.zip_mb < 2 * FILE_MB  # one of them fits into a session
assert 3 * FILE_MB <= LIMITS.incoming_mb < 4 * FILE_MB  # three of them fit into all


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    database, port = tmp_path_factory.mktemp("files") / "lossviz.sqlite", free_port()
    with served_app(database, port, variables={"LOSSVIZ_PUBLIC": "1"}):
        yield f"http://127.0.0.1:{port}"


@dataclass(frozen=True)
class Sender:
    """Who sends files to a session of an app.

    Attributes:
        url: Of the app.
        session: Where its session takes files.
    """

    url: str
    session: str

    @classmethod
    async def of(cls, url: str, visitor: ProtocolVisitor) -> "Sender":
        request = BackMsg()
        request.file_urls_request.request_id = "1"
        request.file_urls_request.file_names.append("x.zip")
        assert visitor._socket is not None
        await visitor._socket.send(request.SerializeToString())
        while True:
            message = await visitor._receive()
            if message.WhichOneof("type") == "file_urls_response":
                return cls(
                    url, message.file_urls_response.file_urls[0].upload_url.rpartition("/")[0]
                )

    def send(self, name: str, megabytes: int = FILE_MB) -> int:
        """Send a file; return the status of the answer."""
        return self._request("PUT", name, files={"x": ("x.zip", bytes(megabytes * MB))})

    def remove(self, name: str) -> int:
        """Take a file back; return the status of the answer."""
        return self._request("DELETE", name)

    def _request(self, method: str, name: str, **more: Any) -> int:
        with requests.Session() as browser:
            browser.get(f"{self.url}/_stcore/health", timeout=30)
            token = browser.cookies.get("_streamlit_xsrf") or ""
            address, headers = f"{self.url}{self.session}/{name}", {"X-Xsrftoken": token}
            answer = browser.request(method, address, headers=headers, timeout=60, **more)
            return answer.status_code


def test_the_files_of_a_session_and_of_all_sessions_are_bounded(app: str) -> None:
    async def attack() -> None:
        async with AsyncExitStack() as stack:
            senders = []
            for _ in range(4):
                visitor = await stack.enter_async_context(protocol_visitor(app, "train"))
                senders.append(await Sender.of(app, visitor))
            first, *others = senders
            assert [first.send("a"), first.send("b"), first.send("c", 1)] == [204, 413, 204]
            assert [other.send("a") for other in others] == [204, 204, 413]
            assert first.remove("a") == 204
            assert others[-1].send("a") == 204, "there is room again"

    run_async(attack())
