"""What a page that shows a comparison reads again and again, read once for all who look at it.

Only what is new is read, and only what the browser has not is sent: see ``Feed.since``.
"""

import sys
import time
import uuid
from array import array
from base64 import b64encode
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import RLock, Thread
from typing import Any, Final, TypeAlias

from lossviz.errors import StoreError
from lossviz.experiments.comparison_data import ComparisonData, read_last_epochs
from lossviz.experiments.fingerprints import FingerprintsByTrial
from lossviz.experiments.records import Comparison, Evaluation, Purpose, Trial
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.points import POINT_KINDS, Point
from lossviz.experiments.store.store import Store

MOST_POINTS: Final = 6000  # of a kind, over all trials: what a screen shows, and a browser draws
FRESH_S: Final = 0.4  # what was read so long ago is shown to others too
LOOKS_S: Final = 5.0  # who has not asked for so long looks on no more
_CHECKED_AT_ONCE: Final = 2_000  # rows: 10 ms
_CHECKED_BY_THREAD: Final = 20_000
_SEED: Final = 2  # its place in a row of the trials
_ATTEMPTS: Final = 2**20  # more positions than a comparison has
TRIALS: Final = "trials"  # the key of their version among the cursors
FEED: Final = "feed"

Cursors: TypeAlias = Mapping[str, Any]  # of each kind, of the trials, and whose feed counts them


@dataclass(slots=True, kw_only=True)
class _Series:
    """The points of one kind.

    Attributes:
        upto: The cursor until which the database was read.
        by_trial: The points of each trial, by its key, in time order.
        thinned: Whether some were left out.
    """

    upto: int = 0
    by_trial: dict[int, list[Point]] = field(default_factory=dict)
    thinned: bool = False

    def add(self, points: Sequence[Point]) -> None:
        """Append points; leave out every other one of each trial where they become too many."""
        for point in points:
            self.by_trial.setdefault(_key(point[1], point[2]), []).append(point)
        while sum(map(len, self.by_trial.values())) > 2 * max(MOST_POINTS, len(self.by_trial)):
            self.thinned = True
            self.by_trial = {
                key: [*of_trial[:-1:2], of_trial[-1]] for key, of_trial in self.by_trial.items()
            }

    def since(self, cursor: int) -> list[tuple[int, Point]]:
        """The points after a cursor, each with its trial's key."""
        if cursor >= self.upto:
            return []
        return [
            (key, point)
            for key, of_trial in self.by_trial.items()
            for point in of_trial[bisect_right(of_trial, cursor, key=lambda point: point[0]) :]
        ]


class Feed:
    """A comparison as it stands, shared by all who look at it. Safe to share between threads.

    Side effects: its methods read the store, unless they did so a moment ago.
    """

    def __init__(
        self, store: Store, comparison_id: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """
        Args:
            store: Where the comparison is.
            comparison_id: Its id.
            clock: Seconds, from any beginning.
        """
        self._store, self._id, self._clock = store, comparison_id, clock
        self._name = uuid.uuid4().hex[:12]
        self._seen_at: dict[str, float] = {}  # of those who look on, when they said so last
        self._lock = RLock()
        self._data: ComparisonData | None = None
        self._without_server: ComparisonData | None = None
        self._read_at = float("-inf")
        self._last: dict[str, Evaluation] = {}
        self._last_upto = 0
        self._series: dict[str, _Series] = {}
        self._rows: dict[int, tuple[Any, ...]] = {}  # of the trials, by their key
        self._versions: dict[int, int] = {}  # of each of these, when it changed last
        self._version = 0
        self._check = store.row_check(comparison_id)
        self._checker: Thread | None = None
        self._checked = False
        self._unreadable: list[UnreadableRow] = []

    def count_viewers(self, viewer: str) -> int:
        """How many look on: who have said so by this call in the last ``LOOKS_S``.

        Args:
            viewer: Who says so now.
        """
        with self._lock:
            now = self._clock()
            self._seen_at[viewer] = now
            self._seen_at = {who: at for who, at in self._seen_at.items() if now - at < LOOKS_S}
            return len(self._seen_at)

    @property
    def unreadable(self) -> Sequence[UnreadableRow]:
        """What of the comparison this version can make nothing of, as far as it is checked."""
        return self._unreadable

    @property
    def is_checked(self) -> bool:
        """Whether all rows were checked when it was read last; else the next reading goes on."""
        return self._checked

    def data(self, comparison: Comparison, *, anew: bool = False) -> ComparisonData:
        """All that is known of the comparison but the course of its trials; the same object as long
        as nothing of it has changed.

        Args:
            comparison: As the store has it now; seeds may have been added.
            anew: Whether to read it whenever that was done last, as something was changed.
        """
        with self._lock:
            is_fresh = not anew and self._clock() - self._read_at < FRESH_S
            if self._data is None or not is_fresh or self._data.comparison != comparison:
                self._refresh(comparison)
            assert self._data is not None
            return self._data

    def data_without_server(
        self, comparison: Comparison, shown: Callable[[str], str]
    ) -> ComparisonData:
        """The same, but for what names things of the server: one object for all strangers, so that
        what follows from it is computed once for them.

        Args:
            comparison: As for ``data``.
            shown: What of a message may be read; the same at each call.
        """
        with self._lock:
            data = self.data(comparison)
            if self._without_server is None:
                self._without_server = data.without_server(shown)
            return self._without_server

    def _refresh(self, comparison: Comparison) -> None:
        # the trials first: once they have ended, what is read after them is all that there will be
        trials, unreadable_trials = self._store.read_trials(self._id)
        judged = trials[Purpose.JUDGE]
        newest, self._last_upto = self._store.newest_evaluations(self._id, after=self._last_upto)
        for trial_id, evaluation in newest.items():
            self._last.pop(trial_id, None)
            if evaluation is not None:
                self._last[trial_id] = evaluation
        self._note_trials(comparison, judged)
        self._check_rows()
        self._unreadable = [
            *self._store.unreadable_preparation(self._id),
            *unreadable_trials,
            *self._check.found,
        ]
        for kind in self._series:
            self._read(kind)
        found = ComparisonData(
            comparison=comparison,
            preparation=self._store.preparation(self._id),
            trials=judged,
            search_trials=trials[Purpose.SEARCH],
            last=self._last | read_last_epochs(self._store, comparison, judged, self._last),
            fingerprints=self._fingerprints(),
        )
        if found != self._data:
            self._data, self._without_server = found, None
        self._read_at = self._clock()

    def _check_rows(self) -> None:
        """Check what is new; where that is much, in a thread, most of which is spent in SQLite."""
        if self._checker and self._checker.is_alive():
            return
        self._checked = self._check.advance(_CHECKED_AT_ONCE)
        if not self._checked:
            self._checker = Thread(target=self._check_all, name="row check", daemon=True)
            self._checker.start()

    def _check_all(self) -> None:
        with suppress(StoreError):  # the next reading of the page meets it, and shows it
            while not self._check.advance(_CHECKED_BY_THREAD):
                pass

    def _fingerprints(self) -> FingerprintsByTrial:
        if self._data and self._data.has_ended:
            return self._data.fingerprints  # read after the last trial had ended
        return self._store.fingerprints(self._id)

    def _note_trials(self, comparison: Comparison, trials: Sequence[Trial]) -> None:
        places = {loss: place for place, loss in enumerate(comparison.losses)}
        self._version += 1
        for trial in trials:
            key = _key(trial.position, trial.attempt)
            row = (
                key,
                places[trial.loss],
                trial.seed,
                trial.position,
                trial.attempt,
                str(trial.state),
                trial.started_at,
                trial.ended_at,
            )
            if self._rows.get(key) != row:
                self._rows[key], self._versions[key] = row, self._version

    def _read(self, kind: str) -> None:
        series = self._series.setdefault(kind, _Series())
        points = self._store.points(
            POINT_KINDS[kind], self._id, after=series.upto, most=MOST_POINTS
        )
        table = POINT_KINDS[kind].table.name
        series.add([row for row in points.rows if (table, row[0]) not in self._check.places])
        series.upto = points.upto
        series.thinned |= points.thinned

    def since(
        self, cursors: Cursors, kinds: Sequence[str], *, seed: int | None = None
    ) -> dict[str, Any]:
        """What is new since what the browser has, as its series.js reads it.

        Trials are counted by versions of this feed; where the browser has those of another, it gets
        all of them.

        Args:
            cursors: What this has returned as ``cursors_of`` before; empty for nothing.
            kinds: Keys of ``POINT_KINDS`` that it needs.
            seed: The only one that it shows; None for all.
        """
        with self._lock:
            shown = {key for key, row in self._rows.items() if seed in (None, row[_SEED])}
            for kind in kinds:
                if kind not in self._series:
                    self._read(kind)
            known = cursors.get(TRIALS, 0) if cursors.get(FEED) == self._name else 0
            return {
                FEED: self._name,
                TRIALS: {
                    "after": known,
                    "upto": self._version,
                    "rows": [
                        row
                        for key, row in self._rows.items()
                        if self._versions[key] > known and key in shown
                    ],
                },
                "rows": {
                    kind: self._block(
                        kind, int(cursors.get(kind, 0)), None if seed is None else shown
                    )
                    for kind in kinds
                },
                "thinned": any(self._series[kind].thinned for kind in kinds),
                "most": 2 * MOST_POINTS,
            }

    def _block(self, kind: str, after: int, shown: Collection[int] | None) -> dict[str, Any]:
        """The points after a cursor of some trials, by their keys; None stands for all."""
        series = self._series[kind]
        found = [each for each in series.since(after) if shown is None or each[0] in shown]
        columns = {
            "cursor": [point[0] for _, point in found],
            "trial": [key for key, _ in found],
            "at": [point[3] for _, point in found],
            "seconds": [point[4] for _, point in found],
        }
        for place, name in enumerate(POINT_KINDS[kind].values):
            columns[name] = [point[5 + place] for _, point in found]
        return {
            "after": after,
            "upto": max(after, series.upto),
            "columns": {name: pack(column) for name, column in columns.items()},
        }


def read_cursors(value: object) -> dict[str, Any]:
    """The cursors that a browser has sent, without anything that is none.

    >>> read_cursors({"feed": "a", "trials": 3, "evaluations": "x", "batches": -1, "number": 2})
    {'feed': 'a', 'trials': 3}
    """
    sent = value if isinstance(value, Mapping) else {}
    cursors = {
        name: sent[name]
        for name in (TRIALS, *POINT_KINDS)
        if type(sent.get(name)) is int and sent[name] >= 0
    }
    return {FEED: str(sent.get(FEED, "")), **cursors}


def cursors_of(message: Mapping[str, Any]) -> dict[str, Any]:
    """What a browser has that has read a message of ``Feed.since``."""
    return {
        FEED: message[FEED],
        TRIALS: message[TRIALS]["upto"],
        **{kind: block["upto"] for kind, block in message["rows"].items()},
    }


def pack(column: Sequence[object]) -> str:
    """A column as 64-bit floats, little endian, in base64; NaN for what is no number.

    Exact, and half as long as the digits of its numbers.

    >>> pack([0.5, None])
    'AAAAAAAA4D8AAAAAAAD4fw=='
    """
    floats = array("d", (_number(value) for value in column))
    if sys.byteorder == "big":
        floats.byteswap()
    return b64encode(floats).decode()


def _number(value: object) -> float:
    # SQLite keeps a text in a column of numbers; the list of unreadable rows names it
    return float(value) if isinstance(value, int | float) else float("nan")


def _key(position: int, attempt: int) -> int:
    """A trial's number, the same whichever server counts."""
    return attempt * _ATTEMPTS + position
