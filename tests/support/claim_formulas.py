"""What the claims about losses are checked on: the catalogue as its papers define it, its special
values, and formulas as people type them. Evaluated by NumPy, without any of lossviz's own code.

A prediction is an array [..., K] of probabilities; a loss takes it and the index of the true class.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz import LOSSES, loss_from_spec, parse_loss
from lossviz.losses.loss import Loss

Array = NDArray[np.float64]
Definition = Callable[[Array, int], Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A loss of lossviz, and the same loss as others define it.

    Attributes:
        loss: What lossviz makes of it.
        classes: Number of classes K.
        definition: The loss [...] of predictions [..., K], for the true class.
        name: For the test's report.
    """

    loss: Loss = field(repr=False)
    classes: int
    definition: Definition = field(repr=False)
    name: str

    def cost(self, predictions: Array, true: int = 0) -> Array:
        """The loss of predictions [..., K]; infinite or NaN where it is."""
        with np.errstate(all="ignore"):
            return np.asarray(self.definition(predictions, true), dtype=np.float64)

    def even(self, p: Any) -> Array:
        """The loss where the true class has p and the others share the rest alike."""
        return self.cost(even_prediction(np.asarray(p, dtype=np.float64), self.classes))

    def rival(self, p: Any) -> Array:
        """The loss where one other class has the rest, but for a millionth of it."""
        return self.cost(rival_prediction(np.asarray(p, dtype=np.float64), self.classes))

    def weight(self, p: float) -> float:
        """``-p f'(p)`` where the others share the rest alike; at a corner the mean of both sides.

        By differences on either side, so that a jump at p does not count.
        """
        step = 1e-5
        cost = self.even(p * np.exp(step * np.array([-2.0, -1.0, 1.0, 2.0])))
        with np.errstate(invalid="ignore"):
            return float(cost[0] - cost[1] + cost[2] - cost[3]) / (2 * step)

    @property
    def switches(self) -> Array:
        """P on either side of each number in the formula, where it may switch."""
        named = {float(text) for text in re.findall(r"\d*\.?\d+(?:e-?\d+)?", self.loss.spec)}
        places = {a + s * b for a in named for b in (0.0, *named) for s in (-1, 1)}
        inside = np.array(sorted(place for place in places if 0 < place < 1))
        beside = np.unique(np.outer(inside, 1 + np.array([-1e-3, -1e-8, 1e-8, 1e-3])))
        return beside[beside < 1]

    def by_class(self, predictions: Array) -> Array:
        """The loss of predictions [..., K] for every true class: [..., K]."""
        if not re.search(r"\bpj\b|\bK\b", self.loss.text):  # then two classes tell as much
            return self.cost(np.stack([predictions, 1 - predictions], axis=-1))
        return np.stack([self.cost(predictions, k) for k in range(self.classes)], axis=-1)

    def expected(self, truth: Array, predictions: Array) -> Array:
        """The mean loss of predictions [..., K] where the classes are as often right as the truth
        says; a class that is never right costs nothing.
        """
        costs = self.by_class(predictions)
        return np.where(truth > 0, truth * costs, 0.0).sum(axis=-1)


def even_prediction(p: Array, classes: int) -> Array:
    """Predictions [..., K] that give the first class p and the others the same."""
    rest = np.broadcast_to(((1 - p) / (classes - 1))[..., None], (*p.shape, classes - 1))
    return np.concatenate([p[..., None], rest], axis=-1)


def rival_prediction(p: Array, classes: int) -> Array:
    """Predictions [..., K] that give the first class p and the second almost all of the rest."""
    if classes == 2:
        return even_prediction(p, 2)
    missing = (1 - p)[..., None]
    rest = np.broadcast_to(missing * 1e-6 / (classes - 2), (*p.shape, classes - 2))
    return np.concatenate([p[..., None], missing * (1 - 1e-6), rest], axis=-1)


def typed_definition(text: str, values: Mapping[str, float]) -> Definition:
    """A formula, which is also Python, evaluated by NumPy."""
    code = compile(text, "<formula>", "eval")

    def definition(predictions: Array, true: int) -> Array:
        classes = predictions.shape[-1]

        def over_classes(reduce: Callable[..., Any]) -> Callable[[Any], Any]:
            def reduction(term: Any) -> Any:
                shape = np.broadcast_shapes(np.shape(term), predictions.shape)
                return reduce(np.broadcast_to(term, shape), axis=-1, keepdims=True)

            return reduction

        def extremum(pairwise: np.ufunc, over: Callable[..., Any]) -> Callable[..., Any]:
            def function(*terms: Any) -> Any:
                if len(terms) == 1:
                    return over_classes(over)(terms[0])
                result = terms[0]
                for term in terms[1:]:
                    result = pairwise(result, term)
                return result

            return function

        names = {
            "p": predictions[..., true, None],
            "pj": predictions,
            "K": float(classes),
            "sum": over_classes(np.sum),
            "mean": over_classes(np.mean),
            "max": extremum(np.maximum, np.max),
            "min": extremum(np.minimum, np.min),
            **{
                name: getattr(np, name)
                for name in ("log", "exp", "sqrt", "abs", "tanh", "sin", "cos", "where", "log1p")
            },
            **values,
        }
        result = eval(code, {"__builtins__": {}}, names)
        return np.broadcast_to(result, (*predictions.shape[:-1], 1))[..., 0]

    return definition


def _box_cox(x: Array, q: float) -> Array:
    return -np.log(x) if q == 0 else (1 - x**q) / q


def _smoothed(q: Array, true: int, eps: float) -> Array:
    target = np.full(q.shape[-1], eps / q.shape[-1])
    target[true] += 1 - eps
    return target


def _jensen_shannon(q: Array, true: int, pi: float) -> Array:
    target = np.eye(q.shape[-1])[true]
    mixture = pi * target + (1 - pi) * q
    to_mixture = np.where(q > 0, q * np.log(q / mixture), 0.0).sum(-1)
    return -pi * np.log(mixture[..., true]) + (1 - pi) * to_mixture


def _asymmetric(q: Array, true: int, gp: float, gn: float, eps: float) -> Array:
    focusing = q**gn
    focusing[..., true] = (1 - q[..., true]) ** gp
    with_log = np.where(q > 0, focusing * np.log(q), -math.inf if gn == 0 else 0.0)
    return -(_smoothed(q, true, eps) * with_log).sum(-1)


def _confidence(q: Array, true: int, beta: float) -> Array:
    entropy = -np.where(q > 0, q * np.log(q), 0.0).sum(-1)
    return -np.log(q[..., true]) - beta * entropy


def _margin(q: Array, true: int) -> Array:
    others = np.delete(q, true, axis=-1)
    return np.maximum(0, 1 - q[..., true] + others.max(-1))


# By key, as the papers define them: of predictions, the true class and the parameters.
DEFINITIONS: dict[str, Callable[..., Array]] = {
    "cross_entropy": lambda x, y: -np.log(x[..., y]),
    "dot_product": lambda x, y: -x[..., y],
    "inverse": lambda x, y: 1 / x[..., y],
    "inverse_power": lambda x, y, k: x[..., y] ** -k,
    "generalized": lambda x, y, q: _box_cox(x[..., y], q),
    "alpha": lambda x, y, a: _box_cox(x[..., y], (a - 1) / a),
    "focal": lambda x, y, gamma: -((1 - x[..., y]) ** gamma) * np.log(x[..., y]),
    "poly": lambda x, y, eps: -np.log(x[..., y]) + eps * (1 - x[..., y]),
    "taylor": lambda x, y, t: sum((1 - x[..., y]) ** i / i for i in range(1, int(t) + 1)),
    "mean_absolute_error": lambda x, y: np.abs(np.eye(x.shape[-1])[y] - x).sum(-1),
    "symmetric_cross_entropy": lambda x, y, alpha, beta, **v: (
        -alpha * np.log(x[..., y]) + beta * v["A"] * (1 - x[..., y])
    ),
    "huberised": lambda x, y, tau: np.where(
        x[..., y] > 1 / tau, -np.log(x[..., y]), -tau * x[..., y] + math.log(tau) + 1
    ),
    "truncated": lambda x, y, k, q: np.where(x[..., y] > k, _box_cox(x[..., y], q), (1 - k**q) / q),
    "agce": lambda x, y, a, q: ((a + 1) ** q - (a + x[..., y]) ** q) / q,
    "aue": lambda x, y, a, q: ((a - x[..., y]) ** q - (a - 1) ** q) / q,
    "ael": lambda x, y, a: np.exp(-x[..., y] / a),
    "jensen_shannon": lambda x, y, **v: _jensen_shannon(x, y, *v.values()),
    "cosine": lambda x, y: 1 - x[..., y] / np.sqrt((x**2).sum(-1)),
    "brier": lambda x, y: ((np.eye(x.shape[-1])[y] - x) ** 2).sum(-1),
    "label_smoothing": lambda x, y, eps: -(_smoothed(x, y, eps) * np.log(x)).sum(-1),
    "confidence_penalty": _confidence,
    "normalised_cross_entropy": lambda x, y: np.log(x[..., y]) / np.log(x).sum(-1),
    "normalised_generalized": lambda x, y, q: _box_cox(x[..., y], q) / _box_cox(x, q).sum(-1),
    "asymmetric": _asymmetric,
    "hinge": _margin,
}

TYPED = (
    # plain, scaled and shifted
    "-p", "-37*p", "1-p", "-sqrt(p)", "-p**2", "-p**64", "-20*log(p)", "-1000*log(p)", "3-2*log(p)",
    "-0.001*log(p)", "(1-p)**2", "(1-p)**0.5", "(1-p)**8", "1/p", "1/p**2", "p**-0.2", "p**-64",
    "1/sqrt(p)", "exp(1/p)", "exp(-20*p)", "tanh(1-p)", "tanh(1/p)", "-log(p)/(2-p)", "cos(p)",
    "-log(p)**3", "log(p)**2",
    # bounded by a small number
    "-log(p+1e-12)", "-log(p+1e-8)", "-log(p+0.1)", "1/(p+1e-6)", "1/(1.001-p)", "1/(p+1)",
    # the wrong way up, and valleys
    "log(p)", "p", "p**3-2", "-1/p", "exp(p/3)", "(p-0.5)**2", "p**2-p", "sin(20*p)",
    "-0.9*log(p)-0.1*log(1-p)", "-0.6*log(p)-0.4*log(1-p)", "-log(1-p)", "1/(1-p)", "log(1-p)",
    # jumps, corners and flat stretches
    "where(p<0.5,1-p,2-p)", "where(p<0.5,2-p,1-p)", "where(p<0.5,1,0)",
    "-log(p)*where(p<0.00001,0,1)", "where(p<1e-200,0,-log(p))", "where(p>0.998,0,-log(p))",
    "where(p<1e-5,-log(1e-5),-log(p))", "max(0,0.6-p)", "-min(p,0.5)", "-max(p,0.004)",
    "abs(p-0.3)", "-p-abs(p-0.5)", "max(1-p,0.2*(1-p)+0.3)", "where(p>0.997,0.003,1-p)",
    "abs(p-0.5)/(p-0.5)-2*p", "where(abs(p-0.31)<0.000001,5,1-p)",
    "where(p<0.1,where(p<0.01,3,4),1)-p",
    # of all classes, and of their number
    "1-2*p+sum(pj**2)", "sum(pj**2)-2.1*p", "1-p+max(pj)", "max(pj)-p", "1-p/sqrt(sum(pj**2))",
    "-log(p)+3*sum(pj*log(pj))", "-log(p)+0.7*sum(pj*log(pj))", "-log(p)*0.4-0.6*mean(log(pj))",
    "log(p)/sum(log(pj))", "-log(p)+(K-3)*(1-p)", "-log(p)/log(K)", "(K-1)*(1-p)**2",
    "2*p-sum(pj**2)", "max(pj)-2*p", "-log(p)+mean(log(pj))", "where(max(pj)>p,1-p,0)",
    # poles and places without a value
    "1/(p-0.512)", "log(abs(p-0.312))", "-log(p)+1e-3/(p-0.613)**2",
)  # fmt: skip

SPECIAL = (
    "label_smoothing:eps=0.6", "confidence_penalty:beta=0.7", "huberised:tau=100",
    "inverse_power:k=0.01", "inverse_power:k=1", "inverse_power:k=2", "generalized:q=-0.2",
    "generalized:q=1", "generalized:q=0", "ael:a=0.5", "ael:a=10", "aue:a=10,q=5",
    "aue:a=1.1,q=0.01",
    "truncated:k=0.01,q=0.7", "truncated:k=0.95,q=0.7", "taylor:t=1", "taylor:t=8", "focal:gamma=5",
    "focal:gamma=0", "agce:a=10,q=1", "alpha:a=10", "poly:eps=-1",
    "asymmetric:gp=0,gn=0,eps=0.1",
    "symmetric_cross_entropy:alpha=0,beta=1,A=4", "normalised_generalized:q=0.2",
)  # fmt: skip


def catalogue_case(spec: str, classes: int) -> Case:
    """A loss of the catalogue, as its paper defines it."""
    loss = loss_from_spec(spec)
    define = DEFINITIONS[loss.key or ""]
    return Case(
        loss=loss,
        classes=classes,
        definition=lambda predictions, true: define(predictions, true, **loss.values),
        name=f"{spec} at K = {classes}",
    )


def typed_case(text: str, classes: int) -> Case:
    """A formula that somebody types."""
    loss = parse_loss(text)
    return Case(
        loss=loss,
        classes=classes,
        definition=typed_definition(text, loss.values),
        name=f"{text} at K = {classes}",
    )


def claim_cases() -> list[Case]:
    """All of them, each at a number of classes: 37, and for one in three 2, 3 or 10."""
    classes = (37, 10, 37, 3, 37, 2)
    specs = [*LOSSES, *SPECIAL]
    found = [catalogue_case(spec, classes[i % 6]) for i, spec in enumerate(specs)]
    return found + [typed_case(text, classes[i % 6]) for i, text in enumerate(TYPED)]
