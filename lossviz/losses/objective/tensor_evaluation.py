"""The evaluation of a loss on tensors: logits, probabilities, formula, gradient.

Digits are kept where torch's cross-entropy loses them: 1 - p is the sum of the other classes'
probabilities, and log p is ``-log1p((1 - p)/p)``.
"""

from collections.abc import Mapping
from typing import Any, cast

import torch
from torch import Tensor

from lossviz.language.formula import Gradient
from lossviz.language.operation import ClassReduction
from lossviz.language.program import Program
from lossviz.language.tree import LOG_PJ, Call, Name, Tree, call
from lossviz.losses.objective.tensor_backend import tensor_backend

# Below it p is near the end of float32's range, and log p is taken from the logits.
_MIN_P_FOR_RATIO = 1e-30

_PJ = Name("pj")
_EXP_LOG_PJ = call("exp", LOG_PJ)
_EXP_TWICE_LOG_PJ = call("exp", call("mul", 2, LOG_PJ))


def softmax_and_complement(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The softmax and, of the true class, log p and 1 - p.

    Args:
        logits: Shape [N, K].
        targets: True classes, shape [N, 1].

    Returns:
        The softmax with 0 in place of p [N, K], log p [N, 1] and 1 - p [N, 1].
    """
    others = torch.softmax(logits, -1)
    p = others.gather(-1, targets)
    others.scatter_(-1, targets, 0.0)
    # Where it underflows it is the smallest normal number, so that its logarithm is finite.
    complement = others.sum(-1, keepdim=True).clamp_(min=torch.finfo(logits.dtype).tiny)
    log_p = (complement / p).log1p_().neg_()
    # Where the logits are on a GPU, looking for a small p would wait for it.
    if (
        torch.compiler.is_compiling()
        or logits.is_cuda
        or (len(p) and p.amin().item() < _MIN_P_FOR_RATIO)
    ):
        from_logits = (
            logits.gather(-1, targets)
            - logits.amax(-1, keepdim=True)
            + others.amax(-1, keepdim=True).log()
        )
        log_p = torch.where(p < _MIN_P_FOR_RATIO, from_logits, log_p)
    return others, log_p, complement


def scaled(values: Any, scale: Tensor | float) -> Any:
    """``values * scale``, and 0 where the scale is 0 even if a value is infinite."""
    if isinstance(scale, Tensor):
        return torch.where(scale == 0, scale, values * scale)
    return values * scale


class TensorEvaluator:
    """Evaluates a loss of all classes and its gradient for a block of examples.

    Args:
        trees: The loss and its derivatives.
        values: The parameters' values by name.
    """

    def __init__(self, trees: Gradient, values: Mapping[str, float]) -> None:
        self._penalty = Program((_with_pj(trees.penalty),), values)
        self._derivatives = Program([_with_pj(tree) for tree in trees.derivatives], values)
        self._vanishes_at_target = all(_vanishes(_with_pj(part.inner)) for part in trees.parts)

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


class HardTargetEvaluator(TensorEvaluator):
    """For true classes [n, 1]; sums and maxima run over the other classes."""

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``TensorEvaluator``."""
        others, log_p, _ = softmax_and_complement(logits, targets)
        return cast(Tensor, self._run(self._penalty, logits, targets, others, log_p)[0])

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``TensorEvaluator``."""
        others, log_p, complement = softmax_and_complement(logits, targets)
        own, *parts = self._run(self._derivatives, logits, targets, others, log_p)
        own = own * factor
        by_class = _sum_of_products([outer * factor for outer in parts[::2]], parts[1::2])
        if not (isinstance(by_class, Tensor) and by_class.shape == logits.shape):
            by_class = _spread(by_class, logits).clone()
        if not self._vanishes_at_target:
            by_class.scatter_(-1, targets, 0.0)  # in place: the product is not used elsewhere
        total = by_class.sum(-1, keepdim=True)
        torch.addcmul(by_class, others, total + own, value=-1, out=out)
        out.scatter_(-1, targets, complement * own - log_p.exp() * total)

    def _run(
        self, program: Program, logits: Tensor, targets: Tensor, others: Tensor, log_p: Tensor
    ) -> list[Any]:
        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            if not reduction.skips_true_class:  # with pj the term is 0 at the true class anyway
                return cast(Tensor, term)
            return _spread(term, logits).scatter(-1, targets, reduction.neutral)

        arrays = bind_names(program, logits, l=log_p, pj=others)
        if "lj" in program.names:
            # Seven times as fast as another log_softmax.
            arrays["lj"] = logits - (logits.gather(-1, targets) - log_p)
        return program.run(tensor_backend(log_p, class_terms), arrays)


class SoftTargetEvaluator(TensorEvaluator):
    """For distributions [n, K]; sums and maxima run over all classes.

    The loss is the expectation over the true class.
    """

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``TensorEvaluator``."""
        log_pj = torch.log_softmax(logits, -1)
        (penalty,) = self._run(self._penalty, log_pj, log_pj.exp())
        return cast(Tensor, scaled(_spread(penalty, targets), targets).sum(-1, keepdim=True))

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``TensorEvaluator``."""
        log_pj = torch.log_softmax(logits, -1)
        pj = log_pj.exp()
        own, *parts = self._run(self._derivatives, log_pj, pj)
        outers = [
            scaled(_spread(outer, targets), targets).sum(-1, keepdim=True) for outer in parts[::2]
        ]
        own_share = scaled(_spread(own, targets), targets)
        by_class = (own_share + _sum_of_products(outers, parts[1::2])) * factor
        torch.addcmul(by_class, pj, by_class.sum(-1, keepdim=True), value=-1, out=out)

    def _run(self, program: Program, log_pj: Tensor, pj: Tensor) -> list[Any]:
        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            return _spread(term, log_pj)

        backend = tensor_backend(log_pj, class_terms)
        return program.run(backend, bind_names(program, log_pj, l=log_pj, lj=log_pj, pj=pj))


def bind_names(program: Program, logits: Tensor, **known: Tensor) -> dict[str, Tensor]:
    """The known tensors by name and, where a program uses it, the number of classes K."""
    if "K" in program.names:
        known["K"] = logits.new_tensor(float(logits.shape[-1]))
    return known


def _spread(term: Any, logits: Tensor) -> Tensor:
    return torch.as_tensor(term, dtype=logits.dtype, device=logits.device).expand_as(logits)


def _sum_of_products(outers: list[Any], inners: list[Any]) -> Any:
    products = [outer * inner for outer, inner in zip(outers, inners, strict=True)]
    return sum(products[1:], products[0]) if products else 0.0


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
