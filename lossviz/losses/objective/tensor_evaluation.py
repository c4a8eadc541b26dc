"""The evaluation of a loss on tensors: logits, probabilities, formula, gradient.

Digits are kept where torch's cross-entropy loses them: 1 - p is the sum of the other classes'
probabilities, and log p is ``-log1p((1 - p)/p)``.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple, cast

import torch
from torch import Tensor

from lossviz.language.binding import bind
from lossviz.language.finite_products import with_finite_products
from lossviz.language.formula import Gradient
from lossviz.language.operation import ClassReduction
from lossviz.language.program import Program
from lossviz.language.tree import LOG_PJ, Call, Name, Tree, call, negate
from lossviz.losses.objective.differentiable_losses import hard_losses, soft_losses
from lossviz.losses.objective.differentiable_trees import DifferentiableTree
from lossviz.losses.objective.tensor_backend import tensor_backend

# Below it p is near the end of float32's range, and log p is taken from the logits.
_MIN_P_FOR_RATIO = 1e-30
# Of a rival: above it, the rival's entry of a gradient is the difference of terms so nearly equal
# that it is taken from the other entries instead, as all add up to 0.
_SURE_RIVAL = 0.98
HALF = (torch.float16, torch.bfloat16)

_PJ = Name("pj")
_EXP_LOG_PJ = call("exp", LOG_PJ)
_EXP_TWICE_LOG_PJ = call("exp", call("mul", 2, LOG_PJ))


def is_half(logits: Tensor) -> bool:
    """Whether they have 16 bits; they are computed with in float32 then."""
    return logits.dtype in HALF


def computable(logits: Tensor) -> Tensor:
    """The logits in the precision that is computed in."""
    return logits.float() if is_half(logits) else logits


def is_on_cpu(tensor: Tensor) -> bool:
    """Whether its values may decide what is computed.

    To look at them would make a program wait for an accelerator, and cannot be compiled.
    """
    return tensor.is_cpu and not torch.compiler.is_compiling()


def takes_accelerator_path(logits: Tensor) -> bool:
    """Whether calls cost more than what they compute."""
    return not logits.is_cpu


class Softmax(NamedTuple):
    """The softmax of some examples, read for their true classes.

    Attributes:
        others: The softmax with 0 in place of p, [N, K].
        log_p: Of the true class, [N, 1].
        complement: 1 - p, [N, 1].
        small_p: Where log_p is taken from the logits, bool [N, 1]; None where that is nowhere.
        log_normaliser: There the logarithm of the sum of the logits' exponentials, [N, 1].
    """

    others: Tensor
    log_p: Tensor
    complement: Tensor
    small_p: Tensor | None
    log_normaliser: Tensor | None

    def log_probabilities(self, logits: Tensor, targets: Tensor) -> Tensor:
        """Of every class, [N, K]; seven times as fast as another log_softmax."""
        log_normaliser = logits.gather(-1, targets) - self.log_p
        if self.small_p is not None and self.log_normaliser is not None:
            log_normaliser = torch.where(self.small_p, self.log_normaliser, log_normaliser)
        return logits - log_normaliser


def read_softmax(logits: Tensor, targets: Tensor) -> Softmax:
    """The softmax of logits [N, K] and true classes [N, 1]."""
    others = torch.softmax(logits, -1)
    p = others.gather(-1, targets)
    others.scatter_(-1, targets, 0.0)
    # Where it underflows it is the smallest normal number, so that its logarithm is finite.
    complement = others.sum(-1, keepdim=True).clamp_(min=torch.finfo(logits.dtype).tiny)
    log_p = (complement / p).log1p_().neg_()
    if is_on_cpu(logits) and not (p.shape[0] and p.amin().item() < _MIN_P_FOR_RATIO):
        return Softmax(others, log_p, complement, None, None)
    small_p = p < _MIN_P_FOR_RATIO
    log_normaliser = logits.amax(-1, keepdim=True) - others.amax(-1, keepdim=True).log()
    log_p = torch.where(small_p, logits.gather(-1, targets) - log_normaliser, log_p)
    return Softmax(others, log_p, complement, small_p, log_normaliser)


def scaled(values: Any, scale: Tensor | float) -> Any:
    """``values * scale``, and 0 where the scale is 0 even if a value is infinite."""
    if isinstance(scale, Tensor):
        return torch.where(scale == 0, scale, values * scale)
    return values * scale


@dataclass(frozen=True, slots=True, kw_only=True)
class _SureRivals:
    """Wrong classes with nearly all of the probability, one an example, for some examples.

    What is computed of them from the other classes keeps its digits.

    Attributes:
        rows: Which examples of [n, K]: all, or int64 [m].
        rival: Of each the most probable wrong class, [m, 1].
        log_rival: Its log-probability, [m, 1].
    """

    rows: Tensor | slice
    rival: Tensor
    log_rival: Tensor

    def write_logarithms(self, log_pj: Tensor) -> None:
        """Put the rivals' log-probabilities in their places in [n, K]."""
        self._write(log_pj, log_pj[self.rows], self.log_rival)

    def balance(self, gradient: Tensor) -> None:
        """Put what makes the sum of each row of a gradient 0 in their places in [n, K]."""
        rows = gradient[self.rows].scatter(-1, self.rival, 0.0)
        self._write(gradient, rows, -rows.sum(-1, keepdim=True))

    def _write(self, whole: Tensor, rows: Tensor, values: Tensor) -> None:
        whole[self.rows] = rows.scatter_(-1, self.rival, values)


def _sure_rivals(softmax: Softmax) -> _SureRivals | None:
    """The rivals that are nearly sure; where values decide nothing, that of every example."""
    others, log_p = softmax.others, softmax.log_p
    rows: Tensor | slice = slice(None)
    if is_on_cpu(others):
        if not len(others) or others.amax().item() < _SURE_RIVAL:
            return None
        rows = (others.amax(-1) >= _SURE_RIVAL).nonzero()[:, 0]
        others, log_p = others[rows], log_p[rows]
    largest, rival = others.max(-1, keepdim=True)
    rest = others.scatter(-1, rival, 0.0).sum(-1, keepdim=True) + log_p.exp()
    return _SureRivals(rows=rows, rival=rival, log_rival=-torch.log1p(rest / largest))


class TrueClassEvaluator:
    """Evaluates a loss of p alone.

    Args:
        trees: The loss, bound to its parameters' values.
    """

    def __init__(self, trees: Gradient) -> None:
        self._program = Program((trees.penalty, negate(trees.own)), {})
        self._tree = DifferentiableTree(trees.penalty)

    def evaluate(self, logits: Tensor, targets: Tensor) -> tuple[Any, Any, Tensor, Tensor]:
        """Penalty and weight, [N, 1] or a plain number; the softmax of the others and 1 - p.

        Args:
            logits: Shape [N, K].
            targets: True classes, shape [N, 1].
        """
        others, log_p, complement, *_ = read_softmax(logits, targets)
        names = bind_names(self._program, logits, l=log_p)
        penalty, weight = self._program.run(tensor_backend(log_p), names)
        return penalty, weight, others, complement

    def composed(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The losses [N, 1], differentiable as often as wanted."""
        return hard_losses(self._tree, logits, targets)


class AllClassesEvaluator:
    """Evaluates a loss of all classes and its gradient for a block of examples.

    Args:
        trees: The loss and its derivatives, bound to its parameters' values.
    """

    def __init__(self, trees: Gradient) -> None:
        self._penalty = Program((_prepared(trees.penalty),), {})
        self._derivatives = Program([_prepared(tree) for tree in trees.derivatives], {})
        self._vanishes_at_target = all(_vanishes(_prepared(part.inner)) for part in trees.parts)
        self._tree = DifferentiableTree(trees.penalty)

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The losses [n, 1]."""
        raise NotImplementedError

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """Write the gradient with respect to the logits, times a factor, into ``out``.

        Args:
            logits: Shape [n, K].
            targets: True classes [n, 1] or distributions [n, K].
            factor: Of each example, shape [n, 1], or a scalar.
            out: Shape [n, K].
        """
        raise NotImplementedError

    def composed(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The losses [N, 1], differentiable as often as wanted."""
        raise NotImplementedError


class HardTargetEvaluator(AllClassesEvaluator):
    """For true classes [n, 1]; sums and maxima run over the other classes."""

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``AllClassesEvaluator``."""
        softmax = read_softmax(logits, targets)
        (penalty,) = self._run(self._penalty, logits, targets, softmax)
        return cast(Tensor, penalty)

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``AllClassesEvaluator``."""
        softmax = read_softmax(logits, targets)
        others, log_p, complement, *_ = softmax
        rivals = _sure_rivals(softmax)
        own, *parts = self._run(self._derivatives, logits, targets, softmax, rivals)
        own = own * factor
        by_class = _sum_of_products([outer * factor for outer in parts[::2]], parts[1::2])
        if not (isinstance(by_class, Tensor) and by_class.shape == logits.shape):
            by_class = _spread(by_class, logits).clone()
        if not self._vanishes_at_target:
            by_class.scatter_(-1, targets, 0.0)  # in place: the product is not used elsewhere
        total = by_class.sum(-1, keepdim=True)
        result = out if out.dtype == logits.dtype else torch.empty_like(logits)
        torch.addcmul(by_class, others, total + own, value=-1, out=result)
        result.scatter_(-1, targets, complement * own - log_p.exp() * total)
        if rivals is not None:
            rivals.balance(result)
        if result is not out:
            out.copy_(result)

    def composed(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``AllClassesEvaluator``."""
        return hard_losses(self._tree, logits, targets)

    def _run(
        self,
        program: Program,
        logits: Tensor,
        targets: Tensor,
        softmax: Softmax,
        rivals: "_SureRivals | None" = None,
    ) -> list[Any]:
        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            if not reduction.skips_true_class:  # with pj the term is 0 at the true class anyway
                return cast(Tensor, term)
            return _spread(term, logits).scatter(-1, targets, reduction.neutral)

        arrays = bind_names(program, logits, l=softmax.log_p, pj=softmax.others)
        if "lj" in program.names:
            arrays["lj"] = softmax.log_probabilities(logits, targets)
            if rivals is not None:
                rivals.write_logarithms(arrays["lj"])
        return program.run(tensor_backend(softmax.log_p, class_terms), arrays)


class SoftTargetEvaluator(AllClassesEvaluator):
    """For distributions [n, K]; sums and maxima run over all classes.

    The loss is the expectation over the true class.
    """

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``AllClassesEvaluator``."""
        log_pj = torch.log_softmax(logits, -1)
        (penalty,) = self._run(self._penalty, log_pj, log_pj.exp())
        return cast(Tensor, scaled(_spread(penalty, targets), targets).sum(-1, keepdim=True))

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``AllClassesEvaluator``."""
        log_pj = torch.log_softmax(logits, -1)
        pj = log_pj.exp()
        own, *parts = self._run(self._derivatives, log_pj, pj)
        del log_pj  # each is as large as the logits
        by_class = scaled(_spread(own, targets), targets)
        del own
        outers = [
            scaled(_spread(outer, targets), targets).sum(-1, keepdim=True) for outer in parts[::2]
        ]
        by_class += _sum_of_products(outers, parts[1::2])
        by_class *= factor
        result = out if out.dtype == logits.dtype else torch.empty_like(logits)
        torch.addcmul(by_class, pj, by_class.sum(-1, keepdim=True), value=-1, out=result)
        if result is not out:
            out.copy_(result)

    def composed(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``AllClassesEvaluator``."""
        return soft_losses(self._tree, logits, targets)

    def _run(self, program: Program, log_pj: Tensor, pj: Tensor) -> list[Any]:
        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            return _spread(term, log_pj)

        backend = tensor_backend(log_pj, class_terms)
        return program.run(backend, bind_names(program, log_pj, l=log_pj, lj=log_pj, pj=pj))


def bind_names(program: Program, logits: Tensor, **known: Tensor) -> dict[str, Tensor]:
    """The known tensors by name and, where a program uses it, the number of classes K."""
    if "K" in program.names:
        known["K"] = logits.new_full((), float(logits.shape[-1]))
    return known


def _spread(term: Any, logits: Tensor) -> Tensor:
    tensor = term if isinstance(term, Tensor) else logits.new_full((), term)
    return tensor.expand_as(logits)


def _sum_of_products(outers: list[Any], inners: list[Any]) -> Any:
    products = [outer * inner for outer, inner in zip(outers, inners, strict=True)]
    return sum(products[1:], products[0]) if products else 0.0


def _prepared(tree: Tree) -> Tree:
    """The tree as it is evaluated here."""
    return _with_pj(with_finite_products(bind(tree, {})))


def _with_pj(tree: Tree) -> Tree:
    """The tree with ``pj``, which is 0 at the true class, in place of exponentials of ``lj``."""
    if not isinstance(tree, Call):
        return tree
    if tree == _EXP_LOG_PJ:
        return _PJ
    if tree == _EXP_TWICE_LOG_PJ:
        return call("mul", _PJ, _PJ)
    operation, arguments = tree.operation, tuple(map(_with_pj, tree.arguments))
    if operation == "other_sum" and _vanishes(arguments[0]):
        operation = "class_sum"  # the true class adds 0: it need not be masked
    return Call(operation, arguments)


def _vanishes(tree: Tree) -> bool:
    """Whether a tree is surely 0 where ``pj`` is."""
    match tree:
        case Call(operation="mul", arguments=factors):
            return any(map(_vanishes, factors))
        case Call(operation="neg" | "div", arguments=(first, *_)):
            return _vanishes(first)
    return tree == _PJ
