"""A loss: one formula, and everything that is derived from it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.errors import FormulaError, InvalidInput, ParameterError, suggestion
from lossviz.language.formula import Formula, compile_formula
from lossviz.language.tree import Tree, evaluate
from lossviz.losses.parameter import Parameter

Array = NDArray[np.float64]
_PROBE = np.linspace(0.05, 0.95, 19)  # where a loss must be a number; p = 1 and p -> 0 may be singular


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A classification loss f(p), p being the predicted probability of the true class.

    For such a loss the gradient by the logits is ``df/dz_j = f'(p) p ([j = true] - p_j)``: it is cross-entropy with the example weight
    ``-p f'(p)``.

    Attributes:
        text: The formula, in the loss language.
        parameters: Its parameters, with their values.
        name: What people call it; the formula itself for a visitor's own.
        key: The catalogue's key, None for a visitor's own.
        meaning: One sentence of intuition; empty for a visitor's own.

    Raises:
        FormulaError: The text is no loss, or not a number anywhere in (0, 1) with these parameters.
    """

    text: str
    parameters: tuple[Parameter, ...] = ()
    name: str = ""
    key: str | None = None
    meaning: str = ""

    def __post_init__(self) -> None:
        values = self.penalty(_PROBE)
        if not np.isfinite(values).all():
            where = _PROBE[~np.isfinite(values)][0]
            values_text = "".join(f" with {name} = {value:g}" for name, value in self.values.items())
            raise FormulaError(
                self.text, None, f"the formula has no finite value at p = {where:.2f}{values_text}; a loss needs one everywhere in (0, 1)"
            )

    @property
    def formula(self) -> Formula:
        """The compiled formula, shared by all losses of the same text and ranges."""
        return compile_formula(self.text, tuple((p.name, *p.slider_range()) for p in self.parameters))

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
        """The loss as one string, which ``loss_from_spec`` reads back: ``inverse_power:k=0.2`` or ``p**-k; k=0.2``."""
        settings = [f"{name}={value!r}" for name, value in self.values.items()]
        return (self.key + ":" * bool(settings) + ",".join(settings)) if self.key else "; ".join([self.text, *settings])

    @property
    def label(self) -> str:
        """Name and parameter values, for legends: ``inverse power, k = 0.2``."""
        return ", ".join([self.name or self.text, *(f"{name} = {value:g}" for name, value in self.values.items())])

    def at(self, /, **values: float) -> "Loss":
        """The same loss with other parameter values.

        Raises:
            ParameterError: A name that the loss does not have, or a value out of range.
        """
        known = tuple(self.values)
        for name in values:
            if name not in known:
                has = f"it has {', '.join(known)}" if known else "it has none"
                raise ParameterError(name, f"{self.name or self.text} has no parameter {name!r}{suggestion(name, known) or ';'} {has}")
        return replace(self, parameters=tuple(p.at(values.get(p.name, p.value)) for p in self.parameters))

    def penalty(self, p: ArrayLike) -> Array:
        """The loss f(p) itself.

        Args:
            p: Probability of the true class, any shape, in (0, 1].

        Returns:
            float64 of the same shape; infinite where it overflows.

        Raises:
            InvalidInput: Some p lies outside (0, 1].

        >>> from lossviz import get_loss
        >>> get_loss("inverse").penalty([0.5, 1.0]).tolist()
        [2.0, 1.0]
        """
        return self._evaluate(self.formula.penalty, p)

    def weight(self, p: ArrayLike) -> Array:
        """``-p f'(p)``: how strongly an example is heard, where cross-entropy hears each with 1. Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("dot_product").weight([0.25, 1.0]).tolist()
        [0.25, 1.0]
        """
        return self._evaluate(self.formula.weight, p)

    def slope(self, p: ArrayLike) -> Array:
        """The derivative ``f'(p)``. Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").slope([0.25, 1.0]).tolist()
        [-4.0, -1.0]
        """
        return -self.weight(p) / np.asarray(p, dtype=np.float64)

    def pull(self, p: ArrayLike) -> Array:
        """``-df/dz_true = weight(p) (1 - p)``: the force on the true class's logit. Args and errors as ``penalty``.

        >>> from lossviz import get_loss
        >>> get_loss("cross_entropy").pull([0.25, 1.0]).tolist()
        [0.75, 0.0]
        """
        return self.weight(p) * (1 - np.asarray(p, dtype=np.float64))

    def _evaluate(self, tree: Tree, p: ArrayLike) -> Array:
        array = np.asarray(p, dtype=np.float64)
        if not ((array > 0) & (array <= 1)).all():
            raise InvalidInput("p must lie in (0, 1]: it is the probability of the true class")
        with np.errstate(all="ignore"):  # infinities are answers here, and are shown as such
            result = evaluate(tree, {"l": np.log(array), **self.values})
        return np.broadcast_to(result, array.shape) + 0.0  # a copy, without negative zeros
