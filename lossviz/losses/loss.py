"""A loss: one formula, and everything that is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossviz.errors import FormulaError, InvalidInput, ParameterError, suggestion
from lossviz.language.formula import Formula, compile_formula
from lossviz.language.simplex_paths import SimplexPath
from lossviz.losses.evaluation import Array, evaluate_tree, value_and_gradient
from lossviz.losses.parameter import Parameter

CurveQuantity = Literal["penalty", "weight", "weight_slope"]
DEFAULT_CLASSES = 37  # where nothing else is said: the article's pets
# where a loss must be a number; p = 1 and p -> 0 may be singular
_PROBE_P = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """Where a loss was published.

    Attributes:
        authors: Family names, or what stands for them.
        year: Of publication.
        title: Of the text.
        link: Its address.
        equation: Where in it the loss stands, as "equation 5".
    """

    authors: str
    year: int
    title: str
    link: str
    equation: str

    @property
    def short(self) -> str:
        """As it is cited: ``Zhang, Sabuncu 2018``, ``Lin et al. 2017``."""
        first, *others = self.authors.split(", ")
        return f"{self.authors if len(others) < 2 else f'{first} et al.'} {self.year}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A classification loss f, a function of the softmax output: of p, the true class's
    probability, and maybe of every class's pj.

    For a loss of p alone the gradient by the logits is ``df/dz_j = f'(p) p ([j = true] - p_j)``: it
    is cross-entropy with the example weight ``-p f'(p)``.

    Attributes:
        text: The formula, in the loss language.
        parameters: Its parameters, with their values.
        name: What people call it; empty for a visitor's own without a name.
        key: The catalogue's key, None for a visitor's own.
        meaning: One sentence of intuition; empty for a visitor's own, like all that follows.
        when_to_use: When to use it.
        caveat: What to beware of.
        reference: Where it was published.
        soft_targets: Whether its expectation over the classes is what is meant where a target is a
            distribution.

    Raises:
        FormulaError: The text is no loss, or not a number anywhere in (0, 1) with these parameters.
    """

    text: str
    parameters: tuple[Parameter, ...] = ()
    name: str = ""
    key: str | None = None
    meaning: str = ""
    when_to_use: str = ""
    caveat: str = ""
    reference: Reference | None = None
    soft_targets: bool = True

    def __post_init__(self) -> None:
        values = self.penalty(_PROBE_P)
        if not np.isfinite(values).all():
            where = _PROBE_P[~np.isfinite(values)][0]
            values_text = "".join(
                f" with {name} = {value:g}" for name, value in self.values.items()
            )
            raise FormulaError(
                self.text,
                None,
                f"the formula has no finite value at p = {where:.2f}{values_text}; a loss needs one"
                " everywhere in (0, 1)",
            )

    @property
    def formula(self) -> Formula:
        """The compiled formula, shared by all losses of the same text and ranges."""
        return compile_formula(
            self.text, tuple((p.name, *p.slider_range()) for p in self.parameters)
        )

    @property
    def latex(self) -> str:
        """The formula in LaTeX, parameters by name, without delimiters."""
        return self.formula.latex

    @property
    def values(self) -> Mapping[str, float]:
        """Each parameter's value by its name."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def spec(self) -> str:
        """The loss as one string, which ``loss_from_spec`` reads back: ``inverse_power:k=0.2``,
        ``p**-k; k=0.2`` or ``my loss = p**-k; k=0.2``.
        """
        settings = [f"{name}={value!r}" for name, value in self.values.items()]
        if self.key:
            return self.key + ":" * bool(settings) + ",".join(settings)
        return f"{self.name} = " * bool(self.name) + "; ".join([self.text, *settings])

    @property
    def label(self) -> str:
        """Name and parameter values, for legends: ``inverse power, k = 0.2``."""
        return ", ".join(
            [
                self.name or self.text,
                *(f"{name} = {value:g}" for name, value in self.values.items()),
            ]
        )

    def with_values(self, /, **values: float) -> "Loss":
        """The same loss with other parameter values.

        Raises:
            ParameterError: A name that the loss does not have, or a value out of range.
        """
        known = tuple(self.values)
        for name in values:
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise ParameterError(
                    name,
                    f"{self.name or self.text} has no parameter"
                    f" {name!r}{suggestion(name, known) or ';'} {has}",
                )
        return replace(
            self,
            parameters=tuple(p.with_value(values.get(p.name, p.value)) for p in self.parameters),
        )

    def penalty(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The loss itself, f(p).

        A loss that looks at all classes is a curve over p only on a path through their
        probabilities: on "even" the others share 1 - p evenly, on "rival" one of them has it (but
        for a millionth, which the rest share). For a loss of p alone ``classes`` and ``path``
        change nothing.

        Args:
            p: Probability of the true class, any shape, in (0, 1].
            classes: Number of classes, 2 or more.
            path: "even" or "rival".

        Returns:
            float64 of the same shape; infinite where it overflows.

        Raises:
            InvalidInput: Some p lies outside (0, 1], or there are fewer than 2 classes.

        >>> from lossviz import get_loss, parse_loss
        >>> get_loss("inverse").penalty([0.5, 1.0]).tolist()
        [2.0, 1.0]
        >>> parse_loss("1 - 2*p + sum(pj**2)").penalty(0.5, classes=2).tolist()
        0.5
        """
        return self._evaluate_at("penalty", p, classes, path)

    def weight(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """``-p f'(p)``: how strongly an example is heard, where cross-entropy hears each with 1.
        Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("dot_product").weight([0.25, 1.0]).tolist()
        [0.25, 1.0]
        """
        return self._evaluate_at("weight", p, classes, path)

    def slope(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The derivative ``f'(p)`` along the path. Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").slope([0.25, 1.0]).tolist()
        [-4.0, -1.0]
        """
        return -self.weight(p, classes=classes, path=path) / np.asarray(p, dtype=np.float64)

    def pull(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """``-df/dz_true = weight(p) (1 - p)``: the force on the true class's logit. Args and errors
        as ``penalty``.

        It holds for losses of all classes too: as the true logit moves, the others keep their
            shares, and so stay on the path.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").pull([0.25, 1.0]).tolist()
        [0.75, 0.0]
        """
        with np.errstate(invalid="ignore"):  # 0 times infinity, at p = 1
            return self.weight(p, classes=classes, path=path) * (
                1 - np.asarray(p, dtype=np.float64)
            )

    def curvature(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The second derivative ``f''(p)`` along the path: below 0 where the loss is not convex in
        p. Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").curvature([0.25, 1.0]).tolist()
        [16.0, 1.0]
        """
        weight_slope = self._evaluate_at("weight_slope", p, classes, path)
        return (self.weight(p, classes=classes, path=path) - weight_slope) / np.asarray(
            p, dtype=np.float64
        ) ** 2

    def value_and_gradient(self, logits: ArrayLike, targets: ArrayLike = 0) -> tuple[Array, Array]:
        """The loss and its full gradient by the logits, ``df/dz_j``, where one class is the true
        one.

        Args:
            logits: Shape [..., K], any real values; minus infinity where a class has no
                probability.
            targets: The true classes, 0 to K - 1: shape [...], or what NumPy broadcasts to it.

        Returns:
            Losses [...] and gradients [..., K], float64.

        Raises:
            InvalidInput: Fewer than 2 classes, or a target that is none of them.

        >>> from lossviz import get_loss
        >>> loss, gradient = get_loss("dot_product").value_and_gradient([0.0, 0.0])
        >>> loss.tolist(), gradient.tolist()
        (-0.5, [-0.25, 0.25])
        """
        z, true = np.asarray(logits, dtype=np.float64), np.asarray(targets, dtype=np.int64)
        if z.ndim == 0 or z.shape[-1] < 2 or not ((true >= 0) & (true < z.shape[-1])).all():
            raise InvalidInput(
                "logits need a last axis of 2 classes or more, and targets among them: got"
                f" {z.shape} and {true.tolist()!s:.60}"
            )
        return value_and_gradient(self.formula, self.values, z, np.broadcast_to(true, z.shape[:-1]))

    def evaluate(
        self,
        quantity: CurveQuantity,
        log_p: Array,
        *,
        classes: int = DEFAULT_CLASSES,
        path: SimplexPath = "even",
    ) -> Array:
        """``penalty``, ``weight`` or ``weight_slope`` = dweight/dlog p, over log p: it reaches where p
        itself underflows. Otherwise as ``penalty``.
        """
        if classes < 2:
            raise InvalidInput(f"a classification has 2 classes or more, got {classes}")
        tree = getattr(self.formula.curve("even" if classes == 2 else path), quantity)
        return evaluate_tree(tree, self.values, classes, log_p)

    def _evaluate_at(
        self, quantity: CurveQuantity, p: ArrayLike, classes: int, path: SimplexPath
    ) -> Array:
        array = np.asarray(p, dtype=np.float64)
        if not ((array > 0) & (array <= 1)).all():
            raise InvalidInput("p must lie in (0, 1]: it is the probability of the true class")
        return self.evaluate(quantity, np.log(array), classes=classes, path=path)
