"""The evaluation of a loss on an accelerator: log_softmax, formula, gradient, in few calls.

Everything is laid over torch's own log_softmax and has its digits: log p to 1e-7 of 1 near p = 1
and to 1e-7 of itself elsewhere; of 16-bit logits those of 16 bits, accumulated in float32.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from lossviz.language.binding import bind
from lossviz.language.finite_products import LEAST_LOG, with_finite_products
from lossviz.language.formula import Gradient
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import (
    LOG_P,
    LOG_PJ,
    Call,
    Name,
    Number,
    Tree,
    call,
    negate,
    substitute,
    subtrees,
)
from lossviz.losses.objective.accelerator.program import StepProgram
from lossviz.losses.objective.tensor_evaluation import HALF

_EXP_LOG_PJ = call("exp", LOG_PJ)
# of the formulas of a loss of all classes: with what is done around them they are 30 at most
_MOST_CALLS = 11
_PROGRAMS_KEPT = 8  # for as many numbers of classes


class AcceleratedEvaluator:
    """Evaluates a loss and its gradient for some examples.

    Args:
        trees: The loss bound to its parameters' values.
        reads_all_classes: Whether it depends on other probabilities than the true class's.
        skips_true_class: Whether its reductions run over the other classes.

    Attributes:
        reads_all_classes: As given.
        reads_complement: Whether it computes with 1 - p.
    """

    def __init__(
        self, trees: Gradient, *, reads_all_classes: bool, skips_true_class: bool = True
    ) -> None:
        self.reads_all_classes = reads_all_classes
        self._skips_true_class = skips_true_class
        values: list[Tree] = [trees.penalty]
        if reads_all_classes:
            values += [trees.own, *(part.outer for part in trees.parts)]
        else:
            values += [negate(trees.own), call("expm1", LOG_P)]
        inners: list[Tree] = [part.inner for part in trees.parts] if reads_all_classes else []
        all_trees = [with_finite_products(bind(tree, {})) for tree in (*values, *inners)]
        # where no logarithm is wanted for itself, all are bounded once
        self._bounds_log_p, self._bounds_log_pj = (
            any(_bound(log) in subtrees(tree) for tree in all_trees)
            and not any(_is_read(tree, log) for tree in all_trees)
            for log in (LOG_P, LOG_PJ)
        )
        if self._bounds_log_p:
            all_trees = [_without_bound(tree, LOG_P) for tree in all_trees]
        if self._bounds_log_pj:
            all_trees = [_without_bound(tree, LOG_PJ) for tree in all_trees]
        self._values = all_trees[: len(values)]
        self._inners = all_trees[len(values) :]
        parts = {part for tree in self._values for part in subtrees(tree)}
        self.reads_complement = call("expm1", LOG_P) in parts
        self._divides_by_complement = self.reads_complement and any(map(_is_singular, parts))
        self._programs: dict[tuple[int, float], tuple[StepProgram, StepProgram | None]] = {}

    @classmethod
    def of_fewest_calls(
        cls, over_others: Gradient, over_all: Gradient | None
    ) -> "AcceleratedEvaluator":
        """The one that takes the fewest calls; but rather one that computes with 1 - p, which
        keeps digits near p = 1, where that is short enough.

        Args:
            over_others: The loss with reductions over the other classes.
            over_all: With reductions over all classes, if it can be written so.
        """
        if not over_others.parts:
            return cls(over_others, reads_all_classes=False)
        found = cls(over_others, reads_all_classes=True)
        if over_all is None:
            return found
        other = cls(over_all, reads_all_classes=True, skips_true_class=False)
        if found.reads_complement and not other.reads_complement and found.calls <= _MOST_CALLS:
            return found
        return min(other, found, key=lambda evaluator: evaluator.calls)

    @property
    def tensors(self) -> int:
        """How many tensors of the logits' size it holds at most beside them."""
        return 2 if self.reads_all_classes else 1

    @property
    def calls(self) -> int:
        """How many calls its formulas take."""
        return sum(
            len(part) + part.reads_log_p * (1 + self._bounds_log_p)
            for part in self._program(2)
            if part is not None
        )

    def log_probabilities(self, logits: Tensor) -> Tensor:
        """Of all classes, [n, K], for ``gradient``."""
        return self._bounded(torch._log_softmax(logits, -1, False))

    def evaluate(self, logits: Tensor, targets: Tensor) -> tuple[list[Tensor | None], Tensor]:
        """What ``factors`` belong to, [n, 1] each, the penalty first, None for 1; and the
        ``log_probabilities``.

        Args:
            logits: Shape [n, K].
            targets: True classes, [n, 1].
        """
        log_pj = torch._log_softmax(logits, -1, False)
        values, _ = self._program(log_pj.shape[-1], _least(log_pj))
        # before they are bounded: a true class of probability 0 may have an infinite loss
        log_p = self._log_p(log_pj, targets) if values.reads_log_p else None
        log_pj = self._bounded(log_pj)
        return values.run(log_p, log_pj, targets, precision(log_pj)), log_pj

    def _bounded(self, log_pj: Tensor) -> Tensor:
        return log_pj.clamp_(min=_least(log_pj)) if self._bounds_log_pj else log_pj

    def _log_p(self, log_pj: Tensor, targets: Tensor) -> Tensor:
        log_p = log_pj.gather(-1, targets)
        if log_p.dtype in HALF:
            log_p = log_p.float()
        least = _least(log_pj) if self._bounds_log_p else None
        # where it is rounded to 0, 1 - p would have no logarithm
        most = -torch.finfo(log_p.dtype).tiny if self._divides_by_complement else None
        return log_p if least is most is None else log_p.clamp_(min=least, max=most)

    def factors(self, classes: int) -> list[float]:
        """Of each value of ``evaluate`` the number that it is to be multiplied by."""
        return self._program(classes)[0].factors

    def gradient(
        self,
        log_pj: Tensor,
        targets: Tensor,
        values: Sequence[Tensor | None],
        unit: Tensor,
        excluded: Tensor,
    ) -> Tensor:
        """The gradient with respect to the logits, [n, K], in place of ``log_pj``.

        Args:
            log_pj: Of ``log_probabilities``.
            targets: True classes, [n, 1].
            values: Of ``evaluate``, without the penalty.
            unit: What each example counts for, [n, 1], or all.
            excluded: Which examples have the gradient 0 whatever it were, bool [n, 1].
        """
        _, *factors = self.factors(log_pj.shape[-1])
        if not self.reads_all_classes:
            weight, less_p = values
            assert less_p is not None
            # the weight of an ignored example may be infinite, and 0 times infinity is NaN
            weight = _times(unit, weight, factors[0]).masked_fill(excluded, 0.0)
            return log_pj.exp_().scatter_(-1, targets, less_p.to(log_pj.dtype)).mul_(weight)
        own = _times(unit, values[0], factors[0])
        _, inners = self._program(log_pj.shape[-1], _least(log_pj))
        assert inners is not None
        log_p = self._log_p(log_pj, targets) if inners.reads_log_p else None
        *terms, pj = inners.run(log_p, log_pj, targets, precision(log_pj))
        assert pj is not None
        wide: Tensor | None = None
        flat: Tensor | None = None
        for value, factor, term, inner in zip(
            values[1:], factors[1:], terms, inners.factors[:-1], strict=True
        ):
            outer = _times(unit, value, factor * inner)
            if term is None or term.shape[-1] == 1:
                outer = outer if term is None else term * outer
                flat = outer if flat is None else flat + outer
            elif wide is None:
                is_read_again = sum(term is other for other in (*terms, pj)) > 1
                wide = (term.clone() if is_read_again else term).mul_(outer)
            else:
                wide.addcmul_(term, outer)
        return self._assembled(pj, targets, own, wide, flat).masked_fill_(excluded, 0.0)

    def _assembled(
        self, pj: Tensor, targets: Tensor, own: Tensor, wide: Tensor | None, flat: Tensor | None
    ) -> Tensor:
        """The gradient of the derivatives by the log-probabilities: of the true class ``own``, of
        each class ``wide + flat``.
        """
        if wide is None:
            assert flat is not None
            count = pj.shape[-1] - self._skips_true_class
            total = torch.add(own, flat, alpha=count)
            if self._skips_true_class:
                own = own - flat
            result = pj.mul_(total.neg_()).add_(flat)
            return result.scatter_add_(-1, targets, _column(own, targets, pj.dtype))
        if flat is not None:
            wide.add_(flat)
        at_target = _column(own, targets, wide.dtype)
        if self._skips_true_class:
            wide.scatter_(-1, targets, at_target)
        else:
            wide.scatter_add_(-1, targets, at_target)
        total = wide.sum(-1, keepdim=True, dtype=precision(pj))
        return wide.addcmul_(pj, total, value=-1)

    def _program(
        self, classes: int, least: float = LEAST_LOG
    ) -> tuple[StepProgram, StepProgram | None]:
        """For the values and for the gradient; ``least`` bounds logarithms of probability 0."""
        found = self._programs.get((classes, least))
        if found is None:
            values = StepProgram([_with_bound(tree, least) for tree in self._values], classes)
            inners = None
            if self.reads_all_classes:
                trees = [*(_with_bound(tree, least) for tree in self._inners), _EXP_LOG_PJ]
                inners = StepProgram(trees, classes, overwrites=True)
            if len(self._programs) >= _PROGRAMS_KEPT:
                self._programs.clear()
            found = self._programs[classes, least] = values, inners
        return found


def precision(logits: Tensor) -> torch.dtype:
    """What sums over classes are computed in."""
    return torch.float32 if logits.dtype in HALF else logits.dtype


def scaled(tensor: Tensor, factor: float) -> Tensor:
    """The tensor times a number; itself where that is 1."""
    return tensor if factor == 1.0 else tensor * factor


def _times(unit: Tensor, value: Tensor | None, factor: float) -> Tensor:
    """The product; the number goes to the smaller tensor."""
    unit = scaled(unit, factor)
    return unit if value is None else value * unit


def _column(value: Tensor, targets: Tensor, dtype: torch.dtype) -> Tensor:
    value = value.to(dtype)
    return value if value.ndim else value.expand_as(targets)


def _is_read(tree: Tree, log: Name) -> bool:
    """Whether a tree reads a logarithm of probability 0 other than bounded, or as a power of e."""
    if tree == log:
        return True
    if not isinstance(tree, Call) or tree == _bound(log):
        return False
    if tree.operation in ("exp", "expm1"):
        return False
    return any(_is_read(part, log) for part in tree.arguments)


def _is_singular(tree: Tree) -> bool:
    """Whether it may be infinite where a part of it is 0."""
    if not isinstance(tree, Call):
        return False
    operation = OPERATIONS[tree.operation]
    if operation.unsafe_argument is None or 0.0 not in operation.singular_at:
        return False
    return not isinstance(tree.arguments[operation.unsafe_argument], Number)


def _least(log_pj: Tensor) -> float:
    """The least logarithm that is computed with: float16 has none of -1e18."""
    return -6e4 if log_pj.dtype is torch.float16 else LEAST_LOG


def _with_bound(tree: Tree, least: float) -> Tree:
    if least == LEAST_LOG:
        return tree
    for log in (LOG_P, LOG_PJ):
        tree = substitute(tree, _bound(log), call("max", log, least))
    return tree


def _without_bound(tree: Tree, log: Name) -> Tree:
    return substitute(tree, _bound(log), log)


def _bound(log: Name) -> Tree:
    return call("max", log, LEAST_LOG)
