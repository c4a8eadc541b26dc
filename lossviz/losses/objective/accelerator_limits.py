"""What a loss may take on an accelerator, as a ratio to ``torch.nn.functional.cross_entropy``: one
table.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import torch

from lossviz.losses.loss import Loss
from lossviz.losses.objective.benchmark import kind_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Logits that losses are measured on.

    Attributes:
        examples: Rows.
        classes: Columns.
        dtype: Their numbers.
    """

    examples: int
    classes: int
    dtype: torch.dtype = torch.float32

    @property
    def title(self) -> str:
        """Its shape, and its numbers where they are not float32."""
        shape = f"({self.examples:,}, {self.classes:,})"
        return f"{shape} bf16" if self.dtype is torch.bfloat16 else shape


SMALL: Final = Case(examples=64, classes=37)
IMAGENET: Final = Case(examples=4096, classes=1000)
TOKENS: Final = Case(examples=2048, classes=32000)
LARGE: Final = Case(examples=8192, classes=128256, dtype=torch.bfloat16)
CASES: Final = (SMALL, IMAGENET, TOKENS, LARGE)
ON_PROCESSOR: Final = (SMALL, Case(examples=512, classes=1000))  # where there is no accelerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One loss on one case, relative to ``cross_entropy`` in eager mode.

    Attributes:
        loss: Which.
        case: On what.
        compiled: Whether ``torch.compile`` compiled it.
        time_ratio: Of the median times of forward and backward in the same rounds; infinite where
            the loss could not be computed there.
        memory_ratio: Of the peaks of allocated memory beyond the inputs; None where they were not
            measured.
    """

    loss: Loss
    case: Case
    compiled: bool
    time_ratio: float
    memory_ratio: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """What losses may take at most.

    Attributes:
        kind: Of which losses, see ``kind_of``.
        case: On what.
        at_most: The ratio.
        compiled: Whether of compiled losses.
        of_memory: Whether of memory, else of time.
    """

    kind: str
    case: Case
    at_most: float
    compiled: bool = False
    of_memory: bool = False


LIMITS: Final = (
    Limit(kind="p", case=IMAGENET, at_most=3),
    Limit(kind="p", case=TOKENS, at_most=1.15),
    Limit(kind="p", case=LARGE, at_most=1.3),
    Limit(kind="p", case=LARGE, at_most=1.0, of_memory=True),
    Limit(kind="all classes", case=IMAGENET, at_most=9),
    Limit(kind="all classes", case=TOKENS, at_most=4.5),
    Limit(kind="all classes", case=LARGE, at_most=8),
    Limit(kind="hinge", case=IMAGENET, at_most=18),
    Limit(kind="hinge", case=TOKENS, at_most=9),
    Limit(kind="hinge", case=LARGE, at_most=16),
    Limit(kind="all classes", case=IMAGENET, at_most=4.5, compiled=True),
    Limit(kind="all classes", case=TOKENS, at_most=1.6, compiled=True),
    Limit(kind="all classes", case=LARGE, at_most=1.8, compiled=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """A limit beside what was measured.

    Attributes:
        limit: Which.
        losses: How many losses were measured.
        worst: The largest ratio; None where none was measured.
        worst_loss: The loss that has it.
    """

    limit: Limit
    losses: int
    worst: float | None
    worst_loss: str

    @property
    def verdict(self) -> str:
        """Whether the limit is held, in a word or two."""
        if self.worst is None:
            return "not measured"
        return "held" if self.worst <= self.limit.at_most else "MISSED"


def check_limits(results: Iterable[Measured], limits: Sequence[Limit] = LIMITS) -> list[Check]:
    """Hold measurements to the limits, each at the loss that takes most."""
    every = list(results)
    return [_check(limit, every) for limit in limits]


def _check(limit: Limit, results: Sequence[Measured]) -> Check:
    ratios = {}
    for measured in results:
        if measured.case == limit.case and measured.compiled == limit.compiled:
            ratio = measured.memory_ratio if limit.of_memory else measured.time_ratio
            if _is_of(measured.loss, limit) and ratio is not None:
                ratios[measured.loss.name] = ratio
    worst = max(ratios, key=ratios.__getitem__, default="")
    return Check(limit=limit, losses=len(ratios), worst=ratios.get(worst), worst_loss=worst)


def _is_of(loss: Loss, limit: Limit) -> bool:
    """Whether a limit is one for a loss; compiled, the hinge has that of all classes."""
    kind = kind_of(loss)
    return kind == limit.kind or (limit.compiled and kind == "hinge" and limit.kind != "p")


def limits_table(checks: Sequence[Check]) -> list[str]:
    """Limits and what was measured as the lines of a Markdown table."""
    lines = ["| limit | at most | measured | by | |", "|---|--:|--:|---|---|"]
    for check in checks:
        limit = check.limit
        worst = "–" if check.worst is None else f"{check.worst:.2f}"
        by = f"{check.worst_loss}, of {check.losses}" if check.losses else "–"
        lines.append(
            f"| {limit_title(limit)} | {limit.at_most:g} | {worst} | {by} | {check.verdict} |"
        )
    return lines


def limit_title(limit: Limit) -> str:
    """What a limit is for.

    >>> limit_title(LIMITS[0]), limit_title(LIMITS[-1])
    ('losses of p, (4,096, 1,000)', 'losses of all classes compiled, (8,192, 128,256) bf16')
    """
    names = {"p": "losses of p", "all classes": "losses of all classes", "hinge": "hinge"}
    compiled = " compiled" if limit.compiled else ""
    memory = ", memory" if limit.of_memory else ""
    return f"{names[limit.kind]}{compiled}, {limit.case.title}{memory}"
