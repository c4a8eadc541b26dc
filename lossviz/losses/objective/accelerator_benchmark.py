"""``python -m lossviz bench objectives --device cuda``: every loss against torch's cross-entropy.

All ratios are to ``torch.nn.functional.cross_entropy`` in eager mode on the same logits, those of
compiled losses too.
"""

import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf, isinf
from statistics import median
from typing import Final

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.objective.accelerator_limits import (
    CASES,
    LIMITS,
    ON_PROCESSOR,
    Case,
    Measured,
    check_limits,
    limits_table,
)
from lossviz.losses.objective.benchmark_device import (
    device_named,
    device_title,
    peak_bytes,
    seconds,
)
from lossviz.losses.objective.module import Objective

Criterion = Callable[[Tensor, Tensor], Tensor]
_ROUNDS: Final = (5, 200)  # at least and at most; between them the time decides
_COMPILED_S: Final = 0.3  # for the rounds of one of them
# one of each kind first: where the time ends before all are compiled, each kind has been measured
_FIRST_COMPILED: Final = ("brier", "hinge", "inverse_power", "cosine", "label_smoothing")


def measure_eager(
    losses: Sequence[Loss], case: Case, device: torch.device, *, budget_s: float
) -> list[Measured]:
    """Measure losses on one case, in rounds that time all of them in turn.

    Args:
        losses: Any number of them.
        case: The logits.
        device: Where.
        budget_s: About how long; it decides how many rounds there are, from 5 to 200.

    Returns:
        One result for each loss, in order; an infinite ratio where the device's memory does not
        suffice.

    Side effects: takes the device's memory and time.
    """
    logits, targets = _inputs(case, device)
    reference = _step(F.cross_entropy, logits, targets)
    steps, peaks = {}, {}
    for loss in losses:
        step = _step(Objective(loss).to(device), logits, targets)
        with suppress(torch.OutOfMemoryError):
            step()  # loads kernels
            steps[loss.spec], peaks[loss.spec] = step, _peak(step, logits, device)
    reference_peak = _peak(reference, logits, device)
    ratios = _time_ratios(reference, steps, device, budget_s=budget_s)
    return [
        Measured(
            loss=loss,
            case=case,
            compiled=False,
            time_ratio=ratios.get(loss.spec, inf),
            memory_ratio=_ratio(peaks.get(loss.spec), reference_peak),
        )
        for loss in losses
    ]


def measure_compiled(
    losses: Sequence[Loss], cases: Sequence[Case], device: torch.device, *, budget_s: float
) -> list[Measured]:
    """Measure losses that ``torch.compile(fullgraph=True, dynamic=False)`` has compiled, one after
    the other, until the time is over.

    Args:
        losses: In the order of ``compiled_first``.
        cases: The logits.
        device: Where.
        budget_s: No further one is begun after so long.

    Returns:
        One result for each that was begun; an infinite ratio where it could not be compiled.

    Side effects: takes the device's memory and time; forgets what torch had compiled before.
        Prints to standard error why one could not be compiled.
    """
    began = time.perf_counter()
    results: list[Measured] = []
    for loss in losses:
        for case in cases:
            if time.perf_counter() - began > budget_s:
                return results
            results.append(
                Measured(
                    loss=loss,
                    case=case,
                    compiled=True,
                    time_ratio=_compiled_ratio(loss, case, device),
                )
            )
    return results


def _compiled_ratio(loss: Loss, case: Case, device: torch.device) -> float:
    torch.compiler.reset()  # else torch counts the graphs of all losses as those of one module
    logits, targets = _inputs(case, device)
    compiled = torch.compile(Objective(loss).to(device), fullgraph=True, dynamic=False)
    reference, step = (
        _step(criterion, logits, targets) for criterion in (F.cross_entropy, compiled)
    )
    try:
        step()  # compiles
        return _time_ratios(reference, {loss.spec: step}, device, budget_s=_COMPILED_S)[loss.spec]
    except RuntimeError as error:  # of torch's compiler, or out of memory
        print(f"{loss.name}, {case.title}, compiled: {error}", file=sys.stderr)
        return inf


def compiled_first(losses: Sequence[Loss]) -> list[Loss]:
    """Losses in the order in which they are compiled: one of each kind first.

    >>> [loss.key for loss in compiled_first(list(LOSSES.values()))][:3]
    ['brier', 'hinge', 'inverse_power']
    """
    place = {key: number for number, key in enumerate(_FIRST_COMPILED)}
    return sorted(losses, key=lambda loss: place.get(loss.key or "", len(place)))


def _inputs(case: Case, device: torch.device) -> tuple[Tensor, Tensor]:
    generator = torch.Generator(device).manual_seed(0)
    shape = (case.examples, case.classes)
    logits = torch.randn(shape, generator=generator, device=device, dtype=case.dtype)
    targets = torch.randint(case.classes, shape[:1], generator=generator, device=device)
    return logits.requires_grad_(), targets


def _step(criterion: Criterion, logits: Tensor, targets: Tensor) -> Callable[[], None]:
    """Forward and backward."""

    def step() -> None:
        logits.grad = None
        criterion(logits, targets).backward()  # type: ignore[no-untyped-call]

    return step


def _peak(step: Callable[[], None], logits: Tensor, device: torch.device) -> int | None:
    """See ``peak_bytes``."""
    logits.grad = None  # that of the step before would count as one of the inputs
    return peak_bytes(step, device)


def _time_ratios(
    reference: Callable[[], None],
    steps: dict[str, Callable[[], None]],
    device: torch.device,
    *,
    budget_s: float,
) -> dict[str, float]:
    """The median time of each step by that of the reference, over the same rounds."""

    def round_s() -> list[float]:
        return [seconds(step, device) for step in (reference, *steps.values())]

    round_s()
    rounds = min(_ROUNDS[1], max(_ROUNDS[0], int(budget_s / sum(round_s()))))
    times = [round_s() for _ in range(rounds)]
    reference_s, *medians = (median(column) for column in zip(*times, strict=True))
    return {key: own / reference_s for key, own in zip(steps, medians, strict=True)}


def _ratio(peak: int | None, reference: int | None) -> float | None:
    return None if peak is None or not reference else peak / reference


def measure_objectives(
    device: torch.device,
    *,
    losses: Sequence[Loss] = tuple(LOSSES.values()),
    cases: Sequence[Case] = CASES,
    eager_s: float = 40.0,
    compiled_s: float = 1800.0,
) -> list[Measured]:
    """Measure losses on all cases, eager and then compiled, in about so many seconds."""
    eager = [
        measured
        for case in cases
        for measured in measure_eager(losses, case, device, budget_s=eager_s / len(cases))
    ]
    limited = {limit.case for limit in LIMITS if limit.compiled}
    first = sorted(cases, key=lambda case: case not in limited)
    compiled = measure_compiled(compiled_first(losses), first, device, budget_s=compiled_s)
    return [*eager, *compiled]


def bench_objectives_on(name: str) -> str:
    """Measure the whole catalogue on a device, and return the Markdown.

    Raises:
        InvalidInput: There is no such device.

    Side effects: those of ``measure_objectives``.
    """
    device = device_named(name)
    title = f"{device_title(device)}, torch {torch.__version__.split('+')[0]}"
    return "\n".join(
        [f"Machine: {title}.", "", *objectives_section(measure_objectives(device)), ""]
    )


def objectives_section(results: Sequence[Measured], cases: Sequence[Case] = CASES) -> list[str]:
    """Measurements as lines of Markdown: the limits, then each loss."""
    limits = [limit for limit in LIMITS if limit.case in cases]
    table = limits_table(check_limits(results, limits)) if limits else []
    return [
        (
            "Forward and backward as a ratio to `torch.nn.functional.cross_entropy` in eager mode,"
            " the device waited for; medians over interleaved rounds. Memory: the peak that the"
            " device has allocated beyond the inputs. Compiled: `torch.compile(fullgraph=True,"
            " dynamic=False)`, to the same eager `cross_entropy`."
        ),
        "",
        *table,
        *[""][: len(table)],
        *_losses_table(results, cases),
    ]


def _losses_table(results: Sequence[Measured], cases: Sequence[Case]) -> list[str]:
    by_place = {
        (measured.loss.spec, measured.case, measured.compiled): measured for measured in results
    }
    titles = [case.title for case in cases]
    columns = [*titles, *(f"memory, {titles[-1]}",), *(f"compiled, {title}" for title in titles)]
    lines = [f"| loss | {' | '.join(columns)} |", "|---|" + "--:|" * len(columns)]
    for loss in {measured.loss.spec: measured.loss for measured in results}.values():
        eager = [by_place.get((loss.spec, case, False)) for case in cases]
        compiled = [by_place.get((loss.spec, case, True)) for case in cases]
        memory = eager[-1].memory_ratio if eager[-1] else None
        cells = [
            *map(_time_cell, eager),
            "–" if memory is None else f"{memory:.2f}",
            *map(_time_cell, compiled),
        ]
        lines.append(f"| {loss.name} | {' | '.join(cells)} |")
    return lines


def _time_cell(measured: Measured | None) -> str:
    if measured is None:
        return "–"
    return "fails" if isinf(measured.time_ratio) else f"{measured.time_ratio:.2f}"


def main() -> None:
    """Measure on the device, and for the seconds, of the command line; print lines of Markdown.

    Side effects: those of ``measure_objectives``.
    """
    name, eager_s, compiled_s = sys.argv[1:]
    device = device_named(name)
    cases = ON_PROCESSOR if device.type == "cpu" else CASES
    results = measure_objectives(
        device, cases=cases, eager_s=float(eager_s), compiled_s=float(compiled_s)
    )
    print("\n".join(objectives_section(results, cases)))


if __name__ == "__main__":
    main()
