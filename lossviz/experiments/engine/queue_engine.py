"""What all engines share: a queue of trials, and a host that runs them.

An engine is the only writer of its trials: see ``instances``.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from lossviz.errors import EngineError, InvalidInput, StoreError
from lossviz.experiments.engine.admission import Admission
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.event_loop import EventLoop
from lossviz.experiments.engine.instances import join
from lossviz.experiments.engine.previews import BatchPreview
from lossviz.experiments.engine.recent import Recent
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.engine.supervisor import HostSupervisor, StartHost
from lossviz.experiments.event_log import log_event, visitor_label
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.memory_needs import idle_s_for, require_memory
from lossviz.experiments.plan import next_attempts, next_search_attempts, with_added_seeds
from lossviz.experiments.quotas import UNLIMITED, Quotas, Use
from lossviz.experiments.recipes import can_be_launched
from lossviz.experiments.records import Comparison, Purpose, Trial, TrialState
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.leases import LEASE_S
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import NOBODY


class QueueEngine:
    """Has a host run trials, as many in parallel as cores and memory allow.

    One thread does everything; the public methods submit a call to it and wait for the outcome.
    See ``Engine`` for the contract, and ``instances`` for engines that share a store.

    Args:
        store: Where trials are read from and reported to.
        start_host: See ``HostSupervisor``.
        cores: Cores to train on, until the host has said what there is.
        devices: The accelerators to train on, likewise.
        memory_mb: The memory that host, trials and this process share, in MB (2**20 bytes): what
            cannot fit is refused. None where it is not known.
        folders: From where images may be read.
        starts_at_once: See ``HostSupervisor``.
        clock: Seconds since the epoch.
        kind: Its key in ``engines.ENGINES``.
        lease_s: How long it may be silent before others that share the store take over its trials.
        quotas: What visitors may use.

    Raises:
        EngineError: Another engine uses the store, which cannot be shared.

    Side effects: those of ``instances.join``; starts a thread, and with the first trial a process.
    """

    def __init__(
        self,
        store: Store,
        *,
        start_host: StartHost,
        cores: int,
        devices: Sequence[str] = (),
        memory_mb: float | None = None,
        folders: FolderAccess = EVERY_FOLDER,
        starts_at_once: bool = False,
        clock: Callable[[], float] = time.time,
        kind: str = "local",
        lease_s: float = LEASE_S,
        quotas: Quotas = UNLIMITED,
    ) -> None:
        self._instance = join(store, kind=kind, clock=clock, lease_s=lease_s)
        self._store, self._clock, self._folders = self._instance.store, clock, folders
        self._admission = Admission(self._store, quotas, clock=clock, read_only=store)
        self._dispatcher = Dispatcher(
            self._store,
            cores=cores,
            devices=tuple(devices),
            clock=clock,
            admission=self._admission,
        )
        self._starts = Recent(self._dispatcher.expected_starts)
        self._memory_mb, self._has_accelerator = memory_mb, bool(devices)
        self._supervisor = HostSupervisor(
            self._dispatcher,
            self._store,
            start_host=start_host,
            starts_at_once=starts_at_once,
            close_open_trials=self._instance.close_open_trials,
            idle_s=idle_s_for(memory_mb),
        )
        self._kind = kind
        self._crash = ""  # what to say of a bug that ended the thread
        self._loop = EventLoop(self._step, self._on_exit)
        self._loop.start()
        log_event(
            "engine_started",
            kind=kind,
            cores=cores,
            accelerators=len(devices),
            memory_mb=None if memory_mb is None else round(memory_mb),
        )

    @property
    def failure(self) -> str:
        """Why training has stopped, until something is launched again; empty where it has not."""
        return self._crash or self._supervisor.failure

    @property
    def warming_up(self) -> bool:
        """Whether a host is importing fastai, or joining a cluster, which takes some seconds."""
        return self._supervisor.warming_up

    @property
    def host_pid(self) -> int | None:
        """The host's process id, None while there is none."""
        return self._supervisor.host_pid

    def launch(self, comparison: Comparison) -> None:
        """Store a comparison and queue its trials; see the contract."""
        self._require(comparison)

        def add() -> None:
            self._supervisor.recover()
            with self._admission.exclusive():
                self._admission.require_launch(comparison)
                self._store.add_comparison(comparison)
            log_event(
                "comparison_launched",
                comparison=comparison.id,
                visitor=visitor_label(comparison.owner),
                recipe=comparison.recipe,
                network=comparison.settings.network,
                trials=len(comparison.trials()),
            )
            self._dispatcher.add(
                QueuedTrial(trial=trial, comparison=comparison) for trial in comparison.trials()
            )

        self._loop.call(add)

    def run_again(self, comparison: Comparison) -> int:
        """Queue another attempt at each of its trials that may end otherwise; see the contract."""
        _require_own_recipe(comparison)
        if other := self._instance.other_with(comparison.id):
            return int(self._instance.ask(other, {"do": "run_again", "id": comparison.id}))
        return self._loop.call(lambda: self._run_again(comparison))

    def _run_again(self, comparison: Comparison) -> int:
        self._require(comparison)  # also where another app asks
        self._supervisor.recover()
        with self._admission.exclusive():
            self._instance.claim(comparison.id)
            if not self._store.has_comparison(comparison.id):  # deleted meanwhile
                raise _not_here(comparison.id)
            judged, of_search = next_attempts(
                self._store.trials(comparison.id), self._store.search_trials(comparison.id)
            )
            if judged:
                self._admission.require_trials(comparison, judged)
                self._store.add_trials([*of_search, *judged])
        if judged:
            self._queue(comparison, [*of_search, *judged])
        return len(judged)

    def add_seeds(self, comparison: Comparison, count: int) -> Comparison:
        """Train every loss on the next ``count`` seeds too; see the contract."""
        return self._loop.call(lambda: self._add_seeds(comparison.id, count))

    def _add_seeds(self, comparison_id: str, count: int) -> Comparison:
        self._supervisor.recover()
        with self._admission.exclusive():
            self._store.lock_comparison(comparison_id)
            stored = self._stored(comparison_id)
            self._require(stored)
            grown, judged = with_added_seeds(stored, count, self._store.trials(stored.id))
            of_search = next_search_attempts(judged, self._store.search_trials(stored.id))
            self._admission.require_trials(grown, judged)
            self._store.set_seeds(grown)
            self._store.add_trials([*of_search, *judged])
        self._queue(grown, [*of_search, *judged])
        return grown

    def _stored(self, comparison_id: str) -> Comparison:
        stored = self._store.comparison(comparison_id)
        if stored is None:
            raise _not_here(comparison_id)
        return stored

    @property
    def open_comparisons(self) -> tuple[str, ...]:
        """The ids of the comparisons with open trials, in the order in which they begin."""
        return self._dispatcher.trials.comparisons

    def place(self, comparison_id: str) -> int | None:
        """How many comparisons begin before one; None where none of its trials is open."""
        return self._dispatcher.trials.place(comparison_id)

    def begins_in_s(self, comparison_id: str) -> float | None:
        """Seconds until the first trial of a comparison that waits is expected to start."""
        at = self._starts.get().get(comparison_id) if self.place(comparison_id) else None
        return None if at is None else max(0.0, at - self._clock())

    def usage(self, owner: str) -> dict[str, Use]:
        """What a visitor and all use of the quotas, see the contract."""
        return self._admission.usage(owner)

    def launch_refusal(self, comparison: Comparison) -> str:
        """Why a launch would be refused for a quota now; empty where it would not."""
        return self._admission.launch_refusal(comparison)

    def _require(self, comparison: Comparison) -> None:
        """Refuse a comparison whose owner may not read its images, or for which memory is too
        small; or that is trained elsewhere.
        """
        _require_own_recipe(comparison)
        self._folders.require(comparison.settings.folder, comparison.owner)
        self._require_memory(comparison.settings, visitor=comparison.owner)

    def _require_memory(self, settings: Settings, *, visitor: str) -> None:
        try:
            require_memory(settings, self._memory_mb, has_accelerator=self._has_accelerator)
        except InvalidInput:
            log_event("launch_refused", reason="memory", visitor=visitor_label(visitor))
            raise

    def _queue(self, comparison: Comparison, trials: Iterable[Trial]) -> None:
        """Queue stored trials, with what was prepared for those before them."""
        preparation = self._store.preparation(comparison.id)
        self._dispatcher.add(
            [QueuedTrial(trial=trial, comparison=comparison) for trial in trials],
            preparation=preparation if preparation.done else None,
        )

    def stop(self, trial_ids: Iterable[str]) -> None:
        """Stop trials: queued ones at once, running ones within a batch, or by a signal."""
        ids = set(trial_ids)
        self._loop.call(lambda: self._stop(ids))
        for other in self._instance.others_with(ids):
            self._instance.ask(other, {"do": "stop", "ids": sorted(ids)})

    def _stop(self, ids: set[str]) -> None:
        self._dispatcher.stop(ids, self._supervisor.send)

    def _step(self, waker: Connection) -> None:
        if not self._supervisor.is_closing_trials:
            try:
                duties = self._instance.poll()
                self._take_over(duties.queued)
                for request in duties.requests:
                    self._instance.answer(request, self._do)
            except StoreError as error:
                self._supervisor.abandon(error)
        self._supervisor.step(waker, within_s=self._instance.poll_every_s)

    def _do(self, request: Mapping[str, Any]) -> int | None:
        """Do what another app asks."""
        match request["do"]:
            case "stop":
                self._stop(set(request["ids"]))
                return None
            case "run_again":
                return self._run_again(self._stored(request["id"]))
            case unknown:
                raise EngineError(f"another version of lossviz asks to {unknown}")

    def _take_over(self, trials: Iterable[Trial]) -> None:
        """Queue trials that others left waiting, with what of a search was interrupted there."""
        by_comparison: dict[str, list[Trial]] = {}
        for trial in sorted(
            trials, key=lambda trial: (trial.purpose is Purpose.JUDGE, trial.position)
        ):
            by_comparison.setdefault(trial.comparison_id, []).append(trial)
        for id, waiting in by_comparison.items():
            try:
                comparison = self._stored(id)
                self._require(comparison)
            except (EngineError, InvalidInput) as error:
                for trial in waiting:
                    self._store.move(
                        trial.id, TrialState.FAILED, now=self._clock(), reason=str(error)
                    )
                continue
            judged = [trial for trial in waiting if trial.purpose is Purpose.JUDGE]
            of_search = next_search_attempts(judged, self._store.search_trials(id))
            if of_search:
                self._store.add_trials(of_search)
            self._queue(comparison, [*of_search, *waiting])

    def request_preview(self, recipe: str, settings: Settings, *, owner: str = NOBODY) -> str:
        """Begin to prepare a batch preview; see the contract."""
        self._folders.require(settings.folder, owner)
        self._require_memory(settings, visitor=owner)

        def add() -> str:
            self._admission.take_preview(settings, owner)
            return self._dispatcher.previews.request(recipe, settings)

        return self._loop.call(add)

    def request_images(
        self, recipe: str, settings: Settings, rows: Sequence[int], *, owner: str = NOBODY
    ) -> str:
        """Begin to prepare a preview of these images; see the contract."""
        self._folders.require(settings.folder, owner)
        chosen = tuple(map(int, rows))

        def add() -> str:
            self._admission.take_preview(settings, owner)
            return self._dispatcher.previews.request_images(recipe, settings, chosen)

        return self._loop.call(add)

    def cancel_preview(self, key: str) -> None:
        """End the preparation of a preview, such as a download."""
        self._loop.call(lambda: self._dispatcher.cancel_preview(key, self._supervisor.send))

    def preview(self, key: str) -> BatchPreview | None:
        """A preview as it is now; None where it is no longer kept."""
        return self._dispatcher.previews.get(key)

    def close(self) -> None:
        """End everything: running trials are lost, queued ones cancelled. Idempotent."""
        if not self._loop.closing:
            try:
                with suppress(EngineError):  # it has ended meanwhile
                    self._loop.call(self._shut_down)
            finally:
                self._loop.join()

    def _shut_down(self) -> None:
        self._loop.close()
        log_event("engine_ended", kind=self._kind)
        self._supervisor.end_host()
        self._instance.leave()

    def _on_exit(self) -> None:
        try:
            self._supervisor.end_host()
            if not self._loop.closing:  # a bug ended the thread; its trace is on the terminal
                self._crash = (
                    "Training has stopped because of an error in lossviz, which the app's"
                    " terminal shows. Restart the app, then run the trials again."
                )
                with suppress(StoreError):
                    self._instance.close_open_trials("the training engine ended by an error")
                    self._instance.leave()
        finally:
            self._instance.release()


def _not_here(comparison_id: str) -> EngineError:
    return EngineError(f"comparison {comparison_id} is not in this database")


def _require_own_recipe(comparison: Comparison) -> None:
    if not can_be_launched(comparison.recipe):
        raise InvalidInput("this comparison is trained in a notebook; train it further there")
