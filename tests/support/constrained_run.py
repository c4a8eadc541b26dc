"""What lossviz does in one core and 1 GB: ``python -m tests.support.constrained_run``, as root.

Makes a control group, serves the app in it as for the public, has three visitors open all pages
while one of them trains twelve trials of the digits, then asks for a network of torchvision, which
is refused. Prints memory and seconds; exit code 1 where anything of that does not come out so.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Final

from lossviz.experiments.recipes import RECIPES
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.browser import answers, free_port
from tests.support.made_control_group import CannotMakeGroup, MadeGroup, made_group
from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor
from tests.support.run_async import run_async
from tests.support.waiting import wait_until

PAGES: Final = ("", "story", "penalty_curves", "geometry", "train", "glossary")
VISITORS: Final = 3
_ROOT: Final = Path(__file__).parents[2]
_LOSSES: Final = 4  # that are chosen where nobody has chosen
_SEEDS: Final = 3
_TRAINING_S: Final = 300.0
_SAMPLE_S: Final = 0.05
_POLL_S: Final = 0.2
_READING_S: Final = 3.0  # a visitor on a page
_LARGE: Final = "resnet18"


@dataclass(kw_only=True)
class Measured:
    """What came of a run.

    Attributes:
        trials: How many were to be trained.
        pages_mb: What the app holds once three visitors have opened all pages.
        peak_mb: The most that all processes held together while it trained.
        charged_mb: The most that the group was charged with, cached files and all.
        training_s: From the press to the end of the last trial.
        processor_s: What all processes used of a core meanwhile.
        slowest_page_s: The slowest page that another visitor opened meanwhile.
        finished: How many trials finished.
        kills: Processes that the kernel ended for their memory.
        refusal: What the page says of the network that does not fit.
        pages_after: Whether all pages open after that.
    """

    trials: int
    pages_mb: float = 0.0
    peak_mb: float = 0.0
    charged_mb: float = 0.0
    training_s: float = 0.0
    processor_s: float = 0.0
    slowest_page_s: float = 0.0
    finished: int = 0
    kills: int = 0
    refusal: str = ""
    pages_after: bool = False

    @property
    def is_good(self) -> bool:
        """Whether all came out as it should."""
        return (
            self.finished == self.trials
            and self.kills == 0
            and _LARGE in self.refusal
            and self.pages_after
        )

    def table(self) -> str:
        """In Markdown."""
        rows = {
            "all pages, three visitors": f"{self.pages_mb:.0f} MB",
            f"{self.trials} trials of the digits": f"{self.finished} finished",
            "from the press to the last of them": f"{self.training_s:.0f} s",
            "of a core used meanwhile, by pages too": f"{self.processor_s:.0f} s",
            "the most that was held meanwhile": f"{self.peak_mb:.0f} MB",
            "the most with cached files": f"{self.charged_mb:.0f} MB",
            "the slowest page meanwhile": f"{self.slowest_page_s:.1f} s",
            "processes that the kernel ended": f"{self.kills}",
            f"training {_LARGE}": self.refusal or "was not refused",
            "all pages after that": "open" if self.pages_after else "do not open",
        }
        return "\n".join(["| | |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows.items())])


def measure(group: MadeGroup, *, seeds: int = _SEEDS) -> Measured:
    """Serve the app in a group, visit it and train.

    Args:
        group: It.
        seeds: Of each loss that is trained.

    Side effects: starts and ends processes; writes to a temporary folder.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = f"sqlite:///{folder}/lossviz.sqlite"
        with _served(group, database, Path(folder)) as url:
            measured = Measured(trials=_LOSSES * seeds)
            run_async(_visit(group, url, database, measured, seeds))
            return measured


@contextmanager
def _served(group: MadeGroup, database: str, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-m", "streamlit", "run", "app.py"]
    options = ["--server.headless=true", f"--server.port={port}", "--server.address=127.0.0.1"]
    settings = {
        "LOSSVIZ_PUBLIC": "1",
        "LOSSVIZ_DATABASE": database,
        "LOSSVIZ_LOG": "json",
        "LOSSVIZ_QUOTAS": "image_size=224",  # so that it is memory that refuses the pets
        "XDG_DATA_HOME": str(folder),
    }
    with (
        open(folder / "stderr", "w") as stderr,
        subprocess.Popen(
            group.joining([*command, *options]),
            cwd=_ROOT,
            env=os.environ | settings,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
        ) as app,
    ):
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(
                lambda: answers(f"{url}/_stcore/health"), within_s=60, what="the app answers"
            )
            yield url
        finally:
            app.terminate()
            try:
                app.wait(20)
            except subprocess.TimeoutExpired:
                app.kill()


async def _visit(group: MadeGroup, url: str, database: str, measured: Measured, seeds: int) -> None:
    await asyncio.gather(*(_open_pages(url) for _ in range(VISITORS)))
    measured.pages_mb = group.memory_mb
    async with AsyncExitStack() as stack:
        mine = await stack.enter_async_context(protocol_visitor(url, "train"))
        with _sampled(group, measured):
            await _train(group, mine, url, database, measured, seeds)
        await _ask_for_too_much(mine, measured)
    measured.kills = group.kills
    await _open_pages(url)
    measured.pages_after = True


async def _open(url: str, page: str) -> float:
    """Open a page; return the seconds that it took."""
    began = time.perf_counter()
    async with protocol_visitor(url, page) as visitor:
        if visitor.exceptions:
            raise AssertionError(visitor.exceptions)
    return time.perf_counter() - began


async def _open_pages(url: str) -> None:
    for page in PAGES:
        await _open(url, page)


async def _read_on(url: str, measured: Measured) -> None:
    """Read one page after the other until cancelled, and note how long the slowest took to open."""
    for page in cycle(PAGES):
        await asyncio.sleep(_READING_S)
        measured.slowest_page_s = max(measured.slowest_page_s, await _open(url, page))


async def _train(
    group: MadeGroup, mine: ProtocolVisitor, url: str, database: str, measured: Measured, seeds: int
) -> None:
    began, used_before_s = time.perf_counter(), group.processor_s
    await mine.set(_key(mine, "seeds of"), double_value=seeds)
    await mine.press(_key(mine, "train, "))
    async with asyncio.TaskGroup() as reading:
        others = [reading.create_task(_read_on(url, measured)) for _ in range(VISITORS - 1)]
        with closing(Store(database)) as store:
            while time.perf_counter() - began < _TRAINING_S and not _note_end(store, measured):
                await asyncio.sleep(_POLL_S)
        for other in others:
            other.cancel()
    measured.processor_s = group.processor_s - used_before_s


def _note_end(store: Store, measured: Measured) -> bool:
    """Whether the comparison's trials have ended; if so, note what came of them."""
    trials = [trial for found in store.comparisons() for trial in store.trials(found.id)]
    if not trials or not all(trial.state.ended for trial in trials):
        return False
    (comparison,) = store.comparisons()
    measured.training_s = max(trial.ended_at or 0.0 for trial in trials) - comparison.created_at
    measured.finished = sum(trial.state is TrialState.FINISHED for trial in trials)
    return True


async def _ask_for_too_much(mine: ProtocolVisitor, measured: Measured) -> None:
    await mine.open()
    await mine.set(_key(mine, "recipe"), string_value=RECIPES["pets"].name)
    texts = [_text(drawn.proto) for drawn in mine.elements.values()]
    found = [text for text in texts if "takes at least" in text]
    measured.refusal = found[0] if found else ""


def _text(proto: object) -> str:
    return str(getattr(proto, "body", ""))


def _key(visitor: ProtocolVisitor, beginning: str) -> str:
    return next(drawn.key for drawn in visitor.widgets() if drawn.key.startswith(beginning))


@contextmanager
def _sampled(group: MadeGroup, measured: Measured) -> Iterator[None]:
    """Note the most that a group takes meanwhile."""
    over = threading.Event()

    def sample() -> None:
        while not over.wait(_SAMPLE_S):
            measured.peak_mb = max(measured.peak_mb, group.memory_mb)
            measured.charged_mb = max(measured.charged_mb, group.charged_mb)

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    try:
        yield
    finally:
        over.set()
        sampler.join()


def main() -> int:
    """Side effects: those of ``measure``; prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", type=int, default=1024, metavar="MB")
    parser.add_argument("--cores", type=float, default=1.0)
    options = parser.parse_args()
    try:
        with made_group(cores=options.cores, memory_mb=options.memory) as group:
            measured = measure(group)
    except CannotMakeGroup as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{options.cores:g} core, {options.memory} MB\n\n{measured.table()}")
    return int(not measured.is_good)


if __name__ == "__main__":
    sys.exit(main())
