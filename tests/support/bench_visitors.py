"""Thirty visitors at once: ``python -m tests.support.bench_visitors``.

A real server, in public; visitors at the protocol's level and in a real Chromium, who move k on the
curve page; two trials beside them; and viewers of one running comparison.
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import statistics
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from math import isnan, nan
from pathlib import Path
from typing import Any, Final

import psutil

from lossviz.experiments.feed import cursors_of
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.browser import CHROMIUM_OPTIONS, free_port, served_app
from tests.support.browser_visitor import BrowserVisitor
from tests.support.install_browser import find_browser
from tests.support.protocol_visitor import ProtocolVisitor, protocol_visitor

CURVES: Final = "penalty_curves"
SLIDER: Final = "slider inverse_power k"
PLACES: Final = [round(0.01 * place, 2) for place in range(5, 196)]  # of the slider
EVERY_S: Final = 1.4  # between two movements of one visitor
POLL_S: Final = 1.0  # as race_chart/poller.js
_TRAINED: Final = "loss=cross_entropy&loss=dot_product"
_NICENESS: Final = 19  # of the visitors' own work, which elsewhere takes nothing from the server's
_BROWSERS_NICENESS: Final = 10  # as a trial's: they draw, and wait for answers
_SEEDS: Final = 10  # the most that a public app allows
_MOST_EPOCHS: Final = 8
_LAUNCH: Final = "train, same learning rate"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What visitors waited, and what it cost.

    Attributes:
        name: What they did.
        waits_s: For each answer.
        errors: What went wrong.
        cpu_s: Of the server's time of processors, all in all; NaN where others' answers took some.
        server_mb: The server's proportional share of memory at the end.
        trials_s: How long each trial took that ran beside them from its start to its end.
        load: The machine's load average at the end.
    """

    name: str
    waits_s: Sequence[float]
    errors: Sequence[str]
    cpu_s: float
    server_mb: float
    trials_s: Sequence[float]
    load: float

    @property
    def cpu_ms(self) -> float:
        """Of the server's time of processors, for an answer."""
        return 1000 * self.cpu_s / len(self.waits_s)

    def row(self) -> str:
        """A row of the table that is printed."""
        waits = [f"{value:.2f} s" for value in (median(self.waits_s), percentile_95(self.waits_s))]
        trials = f"{median(self.trials_s):.2f} s ({len(self.trials_s)})" if self.trials_s else "–"
        cells = (
            self.name,
            str(len(self.waits_s)),
            *waits,
            str(len(self.errors)),
            "–" if isnan(self.cpu_s) or not self.waits_s else f"{self.cpu_ms:.0f} ms",
            f"{self.server_mb:.0f} MB",
            trials,
            f"{self.load:.1f}",
        )
        return f"| {' | '.join(cells)} |"


HEAD: Final = (
    "| | answers | median | 95th percentile | errors | processor | memory | a trial | load |",
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|",
)


def median(values: Sequence[float]) -> float:
    """NaN where there are none."""
    return statistics.median(values) if values else float("nan")


def percentile_95(values: Sequence[float]) -> float:
    """NaN where there are too few."""
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """The app that is measured.

    Attributes:
        url: Its address.
        process: Its server.
        store: Its database, to read; None where nothing is trained.
    """

    url: str
    process: psutil.Process
    store: Store | None = None

    def memory_mb(self) -> float:
        """The server's proportional share of memory: without its training host."""
        return float(self.process.memory_full_info().pss) / 1e6

    def cpu_s(self) -> float:
        """The server's time of processors so far: without its training host."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    def trials_between(self, began: float, ended: float) -> list[float]:
        """The seconds of those trials that ran within a period."""
        if self.store is None:
            return []
        return [
            trial.ended_at - trial.started_at
            for comparison in self.store.comparisons()
            for trial in self.store.trials(comparison.id)
            if trial.state is TrialState.FINISHED
            and trial.started_at
            and trial.ended_at
            and began <= trial.started_at
            and trial.ended_at <= ended
        ]

    def newest_running(self) -> str:
        """The comparison that was launched last and has not ended; empty where all have."""
        assert self.store
        for comparison in self.store.comparisons():
            if any(not trial.state.ended for trial in self.store.trials(comparison.id)):
                return comparison.id
        return ""


Visit = Callable[[], Coroutine[Any, Any, float]]


async def keep_doing(
    visit: Visit, *, every_s: float, until: float, waits_s: list[float], errors: list[str]
) -> None:
    """Do something again and again, and note how long each answer took.

    Args:
        visit: Does it once, and returns the seconds that the answer took.
        every_s: From one beginning to the next, unless the answer takes longer.
        until: The monotonic time at which it ends.
        waits_s: Gets the seconds.
        errors: Gets what went wrong.
    """
    await asyncio.sleep(random.random() * every_s)
    while (began := time.monotonic()) < until:
        try:
            waits_s.append(await visit())
        except Exception as error:  # counted: the other visitors go on
            errors.append(f"{type(error).__name__}: {error}")
            return
        rest = every_s * random.uniform(0.8, 1.2) - (time.monotonic() - began)
        await asyncio.sleep(max(0.0, rest))


async def move_k(visitor: ProtocolVisitor, values: Sequence[float] = tuple(PLACES)) -> float:
    """Release the slider at one of these values, but where it is."""
    at = json.loads(visitor.widget(SLIDER).proto.json)["value"]
    value = random.choice([value for value in values if value != at])
    waited = await visitor.trigger(SLIDER, "value", value)
    shown = json.loads(visitor.widget(SLIDER).proto.json)["value"]
    assert not visitor.exceptions, visitor.exceptions
    assert shown == value, f"k is {shown}, not {value}"
    return waited


def moves(visitors: Sequence[ProtocolVisitor]) -> list[Visit]:
    """A release of each of these visitors."""
    return [lambda visitor=visitor: move_k(visitor) for visitor in visitors]  # type: ignore[misc]


async def poll(visitor: ProtocolVisitor) -> float:
    """Ask what is new of a comparison, as the race's chart does."""
    message = json.loads(json.loads(visitor.widget("race").proto.json)["message"])
    waited = await visitor.trigger("race", "poll", cursors_of(message))
    assert not visitor.exceptions, visitor.exceptions
    return waited


async def measure(
    served: Served, name: str, visits: Sequence[Visit], *, every_s: float, seconds: float
) -> Measured:
    """Let visitors do something beside each other."""
    waits_s: list[float] = []
    errors: list[str] = []
    began, until, cpu_s = time.time(), time.monotonic() + seconds, served.cpu_s()
    async with asyncio.TaskGroup() as group:
        group.create_task(asyncio.sleep(seconds))
        for visit in visits:
            group.create_task(
                keep_doing(visit, every_s=every_s, until=until, waits_s=waits_s, errors=errors)
            )
    return Measured(
        name=name,
        waits_s=waits_s,
        errors=errors,
        cpu_s=served.cpu_s() - cpu_s,
        server_mb=served.memory_mb(),
        trials_s=served.trials_between(began, time.time()),
        load=os.getloadavg()[0],
    )


@asynccontextmanager
async def visitors(url: str, count: int, page: str, query: str = "") -> AsyncIterator[list[Any]]:
    """Visitors who have opened a page, one after the other."""
    async with AsyncExitStack() as opened:
        yield [
            await opened.enter_async_context(protocol_visitor(url, page, query))
            for _ in range(count)
        ]


@asynccontextmanager
async def browsers(url: str, count: int) -> AsyncIterator[list[BrowserVisitor]]:
    """Real browsers that have opened the curve page."""
    from playwright.async_api import async_playwright

    async with async_playwright() as playwright:
        chromium = await playwright.chromium.launch(
            executable_path=find_browser(), args=CHROMIUM_OPTIONS
        )
        _let_browsers_yield()
        opened = [BrowserVisitor(await chromium.new_page()) for _ in range(count)]
        for browser in opened:
            await browser.open(f"{url}/{CURVES}")
        yield opened
        await chromium.close()


def _let_browsers_yield() -> None:
    """Let the browsers go after the server, as what others' machines do. Playwright starts them in
    a session of their own, and Linux shares processors between sessions whatever the niceness of
    their processes (autogroup).
    """
    for process in psutil.Process().children(recursive=True):
        with suppress(OSError):  # it may have ended
            autogroup = Path(f"/proc/{process.pid}/autogroup")
            if os.getsid(process.pid) != os.getsid(0) and autogroup.exists():
                autogroup.write_text(str(_BROWSERS_NICENESS))


async def train(served: Served, *, epochs: int | None) -> None:
    """Train comparisons, one after the other, each shared by a visitor of its own, until it is
    cancelled.
    """
    while True:
        async with protocol_visitor(served.url, "train", _TRAINED) as visitor:
            (seeds,) = visitor.keys("seeds of")
            await visitor.set(seeds, double_value=float(_SEEDS))
            for field in visitor.keys("unfrozen_epochs") if epochs else ():
                await visitor.set(field, double_value=float(epochs or 0))
            await visitor.press(_LAUNCH)
            for share in visitor.keys("share "):
                await visitor.press(share)
            shown = [
                drawn.proto.body for drawn in visitor.elements.values() if drawn.kind == "alert"
            ]
            refused = [*shown, *visitor.exceptions]
            assert not refused, refused
            while await asyncio.to_thread(served.newest_running):
                await asyncio.sleep(0.2)


@asynccontextmanager
async def training(served: Served, *, epochs: int | None = None) -> AsyncIterator[None]:
    """Two trials run, whatever ends, as long as this is entered.

    Args:
        served: The app.
        epochs: In which all layers learn; None for the recipe's.
    """
    task = asyncio.create_task(train(served, epochs=epochs))
    while not task.done() and not any(
        trial.state is TrialState.FINISHED for trial in _newest_trials(served)
    ):
        await asyncio.sleep(0.2)
    try:
        yield
    finally:
        if task.done():
            task.result()
        task.cancel()


def _newest_trials(served: Served) -> Sequence[Any]:
    newest = served.newest_running()
    return served.store.trials(newest) if served.store and newest else ()


async def measure_all(
    served: Served, *, count: int, in_browsers: int, seconds: float
) -> AsyncIterator[Measured]:
    """All measurements, one after the other."""
    async with visitors(served.url, 1, CURVES) as one:
        await measure(served, "", moves(one), every_s=0.1, seconds=2)  # what is computed once
        yield await measure(served, "one visitor", moves(one), every_s=0.1, seconds=seconds / 4)
    async with visitors(served.url, count, CURVES) as many:
        name = f"{count} visitors"
        yield await measure(served, name, moves(many), every_s=EVERY_S, seconds=seconds)
        async with training(served):
            yield await measure(served, "two trials alone", [], every_s=1, seconds=seconds)
            name = f"{count} visitors, two trials"
            yield await measure(served, name, moves(many), every_s=EVERY_S, seconds=seconds)
    if in_browsers:
        async with (
            visitors(served.url, count - in_browsers, CURVES) as rest,
            browsers(served.url, in_browsers) as real,
            training(served),
        ):
            name = f"{len(rest)} visitors beside {len(real)} browsers, two trials"
            by_browsers: list[Visit] = [browser.move_k for browser in real]
            for each in await asyncio.gather(
                measure(served, name, moves(rest), every_s=EVERY_S, seconds=seconds),
                measure(served, "the browsers", by_browsers, every_s=EVERY_S, seconds=seconds),
            ):
                yield replace(each, cpu_s=nan)
    async with (
        training(served, epochs=_MOST_EPOCHS),  # the comparison outlasts the measurement
        visitors(served.url, count, "train", f"comparison={served.newest_running()}") as viewers,
    ):
        polls: list[Visit] = [lambda viewer=viewer: poll(viewer) for viewer in viewers]  # type: ignore[misc]
        name = f"{count} viewers of a comparison that runs"
        yield await measure(served, name, polls, every_s=POLL_S, seconds=seconds)


async def _main(*, count: int, in_browsers: int, seconds: float) -> None:
    print(*HEAD, sep="\n", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "lossviz.sqlite"
        port = free_port()
        with served_app(database, port) as server:
            store = Store(f"sqlite:///{database}")
            served = Served(
                url=f"http://127.0.0.1:{port}",
                process=psutil.Process(server.pid),
                store=store,
            )
            os.nice(_NICENESS)
            measured = measure_all(served, count=count, in_browsers=in_browsers, seconds=seconds)
            async for each in measured:
                print(each.row(), flush=True)
                for error in each.errors[:3]:
                    print(f"  {error}")
            store.close()


def main() -> None:
    """Measure, and print a table."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--visitors", type=int, default=30)
    parser.add_argument("--browsers", type=int, default=5, help="how many of them are browsers")
    parser.add_argument("--seconds", type=float, default=20.0, help="of each measurement")
    options = parser.parse_args()
    asyncio.run(
        _main(count=options.visitors, in_browsers=options.browsers, seconds=options.seconds)
    )


if __name__ == "__main__":
    main()
