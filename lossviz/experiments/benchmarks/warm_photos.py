"""The comparison on photos in a warm engine: trained twice, and the second time measured.

``python -m lossviz.experiments.benchmarks.warm_photos FOLDER PIXELS SEEDS ROUNDS LOSS…`` prints
JSON as ``WarmRounds`` reads it.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from statistics import fmean
from typing import Any

from lossviz.errors import EngineError
from lossviz.experiments.engine.temporary import temporary_engine
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Trial, TrialState


@dataclass(frozen=True, slots=True, kw_only=True)
class WarmRounds:
    """What the rounds after the first came to.

    Attributes:
        seconds: Of each: from the request to the last trial's end, with images that are decoded and
            processes that have imported fastai.
        devices: What the trials were computed on, see ``Trial.computed_on``.
        at_once: How many trials ran side by side.
        images_per_s: Training images a second over a whole round, all trials together and their
            evaluations within the time; the mean over the rounds.
        busy: Share of the time in which the accelerator computed while trials reported, 0 to 1;
            None without one.
    """

    seconds: tuple[float, ...]
    devices: tuple[str, ...]
    at_once: int
    images_per_s: float
    busy: float | None

    @classmethod
    def from_json(cls, text: str) -> WarmRounds:
        """Read what the module prints."""
        fields: dict[str, Any] = json.loads(text)
        return cls(
            **fields | {"seconds": tuple(fields["seconds"]), "devices": tuple(fields["devices"])}
        )


def measure_warm(
    *, folder: str, pixels: int, seeds: int, rounds: int, losses: Sequence[str]
) -> WarmRounds:
    """Train the comparison once more than ``rounds``.

    Raises:
        EngineError: A trial has not finished; says why.

    Side effects: those of ``temporary_engine``; decodes images to the user's cache.
    """
    settings = replace(get_recipe("folder").settings, folder=folder, image_size=pixels)
    seconds, rates = [], []
    with temporary_engine() as training:
        for number in range(1 + rounds):
            comparison = plan_comparison(
                id=f"warm{number}",
                recipe="folder",
                losses=losses,
                seeds=seeds,
                created_at=time.time(),
                settings=settings,
            )
            began = time.perf_counter()
            data = training.train(comparison)
            took_s = time.perf_counter() - began
            _require_finished(data.trials)
            if number:
                seconds.append(took_s)
                trained = sum(trial.training_images or 0 for trial in data.trials)
                rates.append(trained * settings.epochs / took_s)
    return WarmRounds(
        seconds=tuple(seconds),
        devices=tuple(sorted({trial.computed_on for trial in data.trials} - {""})),
        at_once=data.preparation.at_once,
        images_per_s=fmean(rates),
        busy=_mean([trial.busy for trial in data.trials]),
    )


def _require_finished(trials: Sequence[Trial]) -> None:
    for trial in trials:
        if trial.state is not TrialState.FINISHED:
            raise EngineError(f"{trial.loss}, seed {trial.seed}: {trial.state}, {trial.reason}")


def _mean(shares: Sequence[float | None]) -> float | None:
    known = [share for share in shares if share is not None]
    return fmean(known) if known else None


def main() -> None:
    """Measure what the command line says, and print it.

    Side effects: those of ``measure_warm``.
    """
    folder, pixels, seeds, rounds, *losses = sys.argv[1:]
    measured = measure_warm(
        folder=folder, pixels=int(pixels), seeds=int(seeds), rounds=int(rounds), losses=losses
    )
    print(json.dumps(asdict(measured)))


if __name__ == "__main__":
    main()
