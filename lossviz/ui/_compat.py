"""What leans on Streamlit's private parts, which it may change in any release.

Seen on Streamlit 1.67; ``tests/security/test_raw_messages.py`` and
``tests/security/test_raw_uploads.py`` say when it does nothing any more.
"""

import asyncio
from functools import wraps
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec


def keep_shared_caches() -> None:
    """Let no visitor clear what all share.

    Streamlit clears every cache at a ``clear_cache`` message, which any client can send; with the
    caches go the app's engine and all that it trains.

    Side effects: changes Streamlit for this process.
    """
    AppSession._handle_clear_cache_request = lambda self: None  # type: ignore[method-assign]


def bound_incoming_files(*, of_session: int, of_all: int) -> None:
    """Hold the files that Streamlit keeps in memory to so many bytes.

    ``server.maxUploadSize`` bounds each file, not their sum: any client can send files to its
    session, whatever fields the page has, and they stay until the session ends. What comes in lies
    on the disk until it is whole; one file at a time is then read into memory.

    Args:
        of_session: Bytes of the files of one session.
        of_all: Bytes of the files of all sessions.

    Side effects: changes Streamlit, and Starlette's uploaded files, for this process; what is too
    much is answered with 413.
    """
    add = _original(MemoryUploadedFileManager.add_file)
    read = _original(UploadFile.read)
    one_at_a_time = asyncio.Lock()

    @wraps(add)
    def add_within_bounds(
        self: MemoryUploadedFileManager, session_id: str, file: UploadedFileRec
    ) -> None:
        with self._lock:
            sessions = {id: sum(_sizes(files)) for id, files in self.file_storage.items()}
        size = len(file.data)
        if sessions.get(session_id, 0) + size > of_session:
            raise HTTPException(status_code=413, detail="This session has sent enough files")
        if sum(sessions.values()) + size > of_all:
            raise HTTPException(status_code=413, detail="Others send files too; try again later")
        add(self, session_id, file)

    @wraps(read)
    async def read_one_at_a_time(self: UploadFile, size: int = -1) -> bytes:
        # who has read goes on to ``add_file`` before another can begin
        async with one_at_a_time:
            data: bytes = await read(self, size)
            return data

    MemoryUploadedFileManager.add_file = add_within_bounds  # type: ignore[method-assign]
    UploadFile.read = read_one_at_a_time  # type: ignore[method-assign]


def _sizes(files: dict[str, UploadedFileRec]) -> list[int]:
    return [len(file.data) for file in files.values()]


def _original(function: Any) -> Any:
    """A function as it was before it was replaced here, by this app or, before a reload, by it."""
    return getattr(function, "__wrapped__", function)
