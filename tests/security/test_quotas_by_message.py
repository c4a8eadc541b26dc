"""Ten sessions of a served public app press Train as fast as they can, disabled or not."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest

from lossviz.experiments.store.store import Store
from tests.support.browser import free_port, served_app
from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor
from tests.support.run_async import run_async

pytestmark = pytest.mark.slow
SESSIONS = 10
PRESSES = 20  # of each
TRAIN = "train, same learning rate"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    database, port = tmp_path / "lossviz.sqlite", free_port()
    quotas = "comparisons=1 all_comparisons=3"  # nothing that ends makes room
    variables = {"LOSSVIZ_PUBLIC": "1", "LOSSVIZ_QUOTAS": quotas}
    with served_app(database, port, variables=variables):
        yield f"http://127.0.0.1:{port}", database


async def press_again_and_again(visitor: ProtocolVisitor, button: str, presses: int) -> None:
    """Press what the page showed when it was opened, whatever it shows by now."""
    as_opened = dict(visitor.elements)
    for _ in range(presses):
        visitor.elements = {**visitor.elements, **as_opened}
        await visitor.press(button)


async def launch_from_all_sessions(url: str, owners: list[str], presses: int) -> list[str]:
    """Let sessions press at once; return what went wrong in their scripts."""
    async with AsyncExitStack() as stack:
        visitors = [
            await stack.enter_async_context(
                protocol_visitor(
                    url, "train", "loss=brier", headers={"Cookie": f"lossviz-visitor={owner}"}
                )
            )
            for owner in owners
        ]
        pressing = (press_again_and_again(visitor, TRAIN, presses) for visitor in visitors)
        await asyncio.gather(*pressing)
        return [error for visitor in visitors for error in visitor.exceptions]


@pytest.mark.heavy
def test_presses_of_ten_sessions_at_once_hold_the_quotas_exactly(
    app: tuple[str, Path],
) -> None:
    url, database = app
    tokens = [f"{session}" * 43 for session in range(SESSIONS)]
    assert run_async(launch_from_all_sessions(url, tokens, PRESSES)) == []
    with closing(Store(f"sqlite:///{database}")) as store:
        counts = store.comparison_counts()
    assert sorted(counts.values()) == [1, 1, 1]
