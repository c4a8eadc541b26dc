"""``python -m lossviz bench objectives``: time and memory of each loss.

Both as ratios to ``torch.nn.functional.cross_entropy``.
"""

import platform
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.objective import process_memory
from lossviz.losses.objective.module import Objective

# Examples and classes, and how many rounds are timed.
SHAPES = {(64, 37): 1500, (4096, 1000): 50, (2048, 32000): 4}
# What a loss may take at most, as a ratio to cross-entropy, at each shape; of what it reads. The
# hinge sorts out the largest of all classes. Tests measure some losses against these, and hold the
# table of docs/speed.md to them.
TIME_LIMITS = {
    "p": (4.5, 1.5, 1.2),
    "all classes": (7.0, 2.5, 2.5),
    "hinge": (11.0, 9.0, 8.0),
}
MEMORY_LIMIT = 1.1
_MEMORY_SHAPE = (2048, 32000)  # where the logits take most of the memory
Criterion = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchmarkResult:
    """Time and memory of one loss at one shape, relative to cross-entropy's.

    Attributes:
        loss: Which.
        shape: Examples and classes.
        time_ratio: Of the median times of forward and backward in the same rounds.
        memory_ratio: Of the peaks beyond the inputs; None where they were not measured.
    """

    loss: Loss
    shape: tuple[int, int]
    time_ratio: float
    memory_ratio: float | None


def kind_of(loss: Loss) -> str:
    """Which of ``TIME_LIMITS`` holds for a loss.

    >>> [kind_of(LOSSES[key]) for key in ("focal", "cosine", "hinge")]
    ['p', 'all classes', 'hinge']
    """
    if loss.key in TIME_LIMITS:
        return loss.key
    return "all classes" if loss.formula.depends_on_pj else "p"


def measure_losses(losses: Sequence[Loss], shape: tuple[int, int]) -> list[BenchmarkResult]:
    """Measure losses against cross-entropy at one of ``SHAPES``.

    Each round times all of them in turn, so that other load on the machine affects all alike.

    Args:
        losses: Any number of them.
        shape: Examples and classes.

    Returns:
        One result for each loss, in order.

    Side effects: resets the process's peak of memory, and keeps a core busy for some time.
    """
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(shape, generator=generator, requires_grad=True)
    targets = torch.randint(shape[1], shape[:1], generator=generator)
    criteria: list[Criterion] = [F.cross_entropy, *(Objective(loss) for loss in losses)]
    _warm_up, *times = [
        [_seconds(criterion, logits, targets) for criterion in criteria]
        for _ in range(1 + SHAPES[shape])
    ]
    reference, *others = (statistics.median(column) for column in zip(*times, strict=True))
    peaks: list[float | None] = [None] * len(criteria)
    if shape == _MEMORY_SHAPE:
        peaks = [_peak_mb(criterion, logits, targets) for criterion in criteria]
    return [
        BenchmarkResult(
            loss=loss,
            shape=shape,
            time_ratio=median / reference,
            memory_ratio=peak / peaks[0] if peak is not None and peaks[0] else None,
        )
        for loss, median, peak in zip(losses, others, peaks[1:], strict=True)
    ]


def _seconds(criterion: Criterion, logits: Tensor, targets: Tensor) -> float:
    logits.grad = None
    began = time.perf_counter()
    criterion(logits, targets).backward()  # type: ignore[no-untyped-call]
    return time.perf_counter() - began


def _peak_mb(criterion: Criterion, logits: Tensor, targets: Tensor) -> float | None:
    """How far the process's memory rises; None where the system does not report it."""
    logits.grad = None
    if not process_memory.reset_peak():
        return None
    before = process_memory.resident_mb()
    criterion(logits, targets).backward()  # type: ignore[no-untyped-call]
    peak = process_memory.peak_mb()
    return None if before is None or peak is None else peak - before


def bench_objectives() -> str:
    """Measure the whole catalogue and return a section of the page docs/speed.md.

    Side effects: as ``measure_losses``.
    """
    by_shape = [measure_losses(list(LOSSES.values()), shape) for shape in SHAPES]
    head = " | ".join(f"({rows:,}, {classes:,})" for rows, classes in SHAPES)
    lines = [
        (
            "Written by `python -m lossviz bench objectives`: forward and backward in float32 on"
            " the CPU, as a ratio to `torch.nn.functional.cross_entropy` in the same run."
        ),
        (
            "Times are medians over interleaved rounds; memory is the peak beyond the inputs at the"
            " largest shape. Less than 1 is less than cross-entropy's."
        ),
        "",
        (
            f"Machine: {torch.get_num_threads()} cores, {_processor()}, {platform.system()}, torch"
            f" {torch.__version__.split('+')[0]}."
        ),
        "",
        "Tests hold these limits:",
        "",
        *limits_table(),
        "",
        "Measured:",
        "",
        f"| loss | of | {head} | memory |",
        "|---|---|" + "--:|" * (len(SHAPES) + 1),
    ]
    for row in zip(*by_shape, strict=True):
        loss, memory_ratio = row[0].loss, row[-1].memory_ratio
        kind = "all classes" if loss.formula.depends_on_pj else "p"
        times = " | ".join(f"{result.time_ratio:.2f}" for result in row)
        memory = "–" if memory_ratio is None else f"{memory_ratio:.2f}"
        lines.append(f"| {loss.name} | {kind} | {times} | {memory} |")
    return "\n".join(lines) + "\n"


def limits_table() -> list[str]:
    """``TIME_LIMITS`` and ``MEMORY_LIMIT`` as the lines of a Markdown table."""
    names = {"p": "losses of p", "all classes": "losses of all classes", "hinge": "hinge"}
    head = " | ".join(f"({rows:,}, {classes:,})" for rows, classes in SHAPES)
    lines = [f"| at most | {head} | memory |", "|---|" + "--:|" * (len(SHAPES) + 1)]
    for kind, limits in TIME_LIMITS.items():
        times = " | ".join(f"{limit:g}" for limit in limits)
        lines.append(f"| {names[kind]} | {times} | {MEMORY_LIMIT:g} |")
    return lines


def _processor() -> str:
    try:
        return next(
            line.split(":")[1].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        )
    except (OSError, StopIteration):
        return platform.machine()
