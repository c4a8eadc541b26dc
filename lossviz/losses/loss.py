"""A loss: one formula, and everything that is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from lossviz.errors import FormulaError, InvalidInput, ParameterError, suggestion
from lossviz.language.formula import Formula, ParameterRange, compile_formula
from lossviz.language.simplex_paths import SimplexPath
from lossviz.losses.evaluation import Array, evaluate_tree, value_and_gradient
from lossviz.losses.greek import greek_letter
from lossviz.losses.parameter import Parameter
from lossviz.losses.reference import Reference

CurveQuantity = Literal["penalty", "weight", "weight_slope"]
DEFAULT_CLASSES = 37  # the article's pets
# Where every loss must be finite; it may be singular at p = 1 and as p tends to 0.
PROBE_P = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A classification loss f of the softmax output.

    f depends on p, the probability of the true class, and may depend on pj, the probabilities of
    all classes. For a loss of p alone the gradient with respect to the logits is
    ``df/dz_j = f'(p) p ([j = true] - p_j)``: cross-entropy's with the example weight ``-p f'(p)``.

    Attributes:
        text: The formula, in the loss language.
        parameters: Its parameters, with their values.
        name: What people call it; empty for a typed loss without a name.
        key: The catalogue's key; None for a typed loss.
        meaning: One sentence of intuition; empty for a typed loss, as the three texts below.
        when_to_use: One sentence.
        caveat: One sentence.
        reference: Where it was published; None for a typed loss.
        soft_targets: Whether a target that is a distribution means the expectation of the loss
            over the classes.

    Raises:
        FormulaError: The text is no loss, or has no finite value somewhere in (0, 1) with these
            parameters.
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
        undefined = PROBE_P[~np.isfinite(self.penalty(PROBE_P))]
        if undefined.size:
            settings = "".join(f" with {name} = {value:g}" for name, value in self.values.items())
            raise FormulaError(
                self.text,
                None,
                f"the formula has no finite value at p = {undefined[0]:.2f}{settings}; a loss"
                " needs one everywhere in (0, 1)",
            )

    @property
    def formula(self) -> Formula:
        """The compiled formula, shared by all losses of the same text and ranges."""
        ranges = (ParameterRange(p.name, *p.slider_range()) for p in self.parameters)
        return compile_formula(self.text, tuple(ranges))

    @property
    def latex(self) -> str:
        """The formula in LaTeX, parameters by name, without delimiters."""
        return self.formula.latex

    @property
    def values(self) -> Mapping[str, float]:
        """Each parameter's value by its name."""
        return {parameter.name: parameter.value for parameter in self.parameters}

    @property
    def id(self) -> str:
        """What tells it from others, whatever its parameters: its key, or its formula if typed."""
        return self.key or self.text

    @property
    def title(self) -> str:
        """What to call it, without its parameters: its name, or its formula if it has none."""
        return self.name or self.text

    @property
    def spec(self) -> str:
        """The loss as one string, which ``loss_from_spec`` reads back.

        Such as ``inverse_power:k=0.2``, ``p**-k; k=0.2`` or ``my loss = p**-k; k=0.2``.
        """
        settings = [f"{name}={value!r}" for name, value in self.values.items()]
        if self.key:
            return f"{self.key}:{','.join(settings)}" if settings else self.key
        formula = "; ".join([self.text, *settings])
        return f"{self.name} = {formula}" if self.name else formula

    @property
    def label(self) -> str:
        """Name and parameter values, for legends: ``inverse power, k = 0.2``, ``focal, γ = 2``."""
        settings = [f"{greek_letter(name)} = {value:g}" for name, value in self.values.items()]
        return ", ".join([self.title, *settings])

    def with_values(self, /, **values: float) -> "Loss":
        """The same loss with other parameter values.

        Raises:
            ParameterError: A name that the loss does not have, or a value out of range.
        """
        known = tuple(self.values)
        for name in values:
            if name not in known:
                existing = f"it has {', '.join(known)}" if known else "it has none"
                raise ParameterError(
                    name,
                    f"{self.title} has no parameter"
                    f" {name!r}{suggestion(name, known) or ';'} {existing}",
                )
        return replace(
            self,
            parameters=tuple(p.with_value(values.get(p.name, p.value)) for p in self.parameters),
        )

    def penalty(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The loss itself, f(p).

        A loss that depends on pj is a curve over p only on a path through the probability simplex:
        on "even" the other classes share 1 - p evenly; on "rival" one of them has it, but for a
        millionth that the rest share. A loss of p alone does not depend on ``classes`` and
        ``path``.

        Args:
            p: Probability of the true class, any shape, in (0, 1].
            classes: Number of classes, 2 or more.
            path: "even" or "rival".

        Returns:
            float64 of the same shape; infinite where f overflows.

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
        """``-p f'(p)``: the weight of an example, which cross-entropy weighs 1.

        Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("dot_product").weight([0.25, 1.0]).tolist()
        [0.25, 1.0]
        """
        return self._evaluate_at("weight", p, classes, path)

    def slope(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The derivative ``f'(p)`` along the path.

        Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").slope([0.25, 1.0]).tolist()
        [-4.0, -1.0]
        """
        return -self.weight(p, classes=classes, path=path) / np.asarray(p, dtype=np.float64)

    def pull(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """``-df/dz_true = weight(p) (1 - p)``: the force on the logit of the true class.

        Args and errors as ``penalty``. It holds for losses of all classes too: as the true logit
        moves, the other classes keep their shares of 1 - p, so the prediction stays on the path.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").pull([0.25, 1.0]).tolist()
        [0.75, 0.0]
        """
        with np.errstate(invalid="ignore"):  # 0 times infinity, at p = 1
            weight = self.weight(p, classes=classes, path=path)
            return weight * (1 - np.asarray(p, dtype=np.float64))

    def curvature(
        self, p: ArrayLike, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
    ) -> Array:
        """The second derivative ``f''(p)`` along the path: negative where f is not convex in p.

        Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").curvature([0.25, 1.0]).tolist()
        [16.0, 1.0]
        """
        weight = self.weight(p, classes=classes, path=path)
        weight_slope = self._evaluate_at("weight_slope", p, classes, path)
        return (weight - weight_slope) / np.asarray(p, dtype=np.float64) ** 2

    def value_and_gradient(self, logits: ArrayLike, targets: ArrayLike = 0) -> tuple[Array, Array]:
        """The loss and its gradient with respect to the logits, ``df/dz_j``, for hard targets.

        Args:
            logits: Shape [..., K], any real values; minus infinity where a class has no
                probability.
            targets: The true classes, 0 to K - 1: shape [...], or one that broadcasts to it.

        Returns:
            Losses [...] and gradients [..., K], float64.

        Raises:
            InvalidInput: Fewer than 2 classes, or a target outside 0 to K - 1.

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
        """One quantity of the curve over log p, which reaches where p itself underflows.

        Args:
            quantity: "penalty" f, "weight" -p f'(p) or "weight_slope" dweight/dlog p.
            log_p: Log of the probability of the true class, any shape, 0 or less.
            classes: As ``penalty``.
            path: As ``penalty``.

        Returns:
            float64 of the same shape.

        Raises:
            InvalidInput: Fewer than 2 classes.
        """
        if classes < 2:
            raise InvalidInput(f"a classification has 2 classes or more, got {classes}")
        tree = getattr(self.formula.curve("even" if classes == 2 else path), quantity)
        return evaluate_tree(tree, self.values, classes, log_p)

    def _repr_html_(self) -> str:
        """Its name, formula and curve, as a notebook shows it."""
        from lossviz.losses.notebook_view import loss_html  # here, as it draws a loss

        return loss_html(self)

    def _evaluate_at(
        self, quantity: CurveQuantity, p: ArrayLike, classes: int, path: SimplexPath
    ) -> Array:
        array = np.asarray(p, dtype=np.float64)
        if not ((array > 0) & (array <= 1)).all():
            raise InvalidInput("p must lie in (0, 1]: it is the probability of the true class")
        return self.evaluate(quantity, np.log(array), classes=classes, path=path)
