"""Losses to test with: the catalogue, the corners of its parameters, and hypothesis strategies."""

from itertools import product

import numpy as np
import pytest
from hypothesis import strategies as st

from lossviz import LOSSES
from lossviz.language.simplex_paths import PATHS
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter

every_loss = pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
class_counts = st.sampled_from([2, 10, 37])
paths = st.sampled_from(list(PATHS))

NESTED_REDUCTIONS = {
    "max(pj-mean(pj))-p": lambda p, pj: (pj - pj.mean()).max() - p,
    "sum(pj*max(pj))-p": lambda p, pj: (pj * pj.max()).sum() - p,
    "max(pj*sum(pj**2))-p": lambda p, pj: (pj * (pj**2).sum()).max() - p,
    "max(pj*max(pj**2))-p": lambda p, pj: (pj * (pj**2).max()).max() - p,
    "sum(abs(pj-max(pj)))-p": lambda p, pj: abs(pj - pj.max()).sum() - p,
    "p + sum((pj-mean(pj**2))**2)": lambda p, pj: p + ((pj - (pj**2).mean()) ** 2).sum(),
    "sum(pj**2*sum(where(pj > p, pj, 2)))": (
        lambda p, pj: (pj**2 * np.where(pj > p, pj, 2.0).sum()).sum()
    ),
}


@st.composite
def catalogue_losses(draw: st.DrawFn) -> Loss:
    """Any loss of the catalogue, at any parameter values that it allows."""
    loss = draw(st.sampled_from(list(LOSSES.values())))
    return loss.with_values(
        **{parameter.name: draw(values_of(parameter)) for parameter in loss.parameters}
    )


def values_of(parameter: Parameter) -> st.SearchStrategy[float]:
    """Values in the parameter's range, none so small that its products are denormal numbers."""
    return st.floats(parameter.minimum, parameter.maximum).filter(
        lambda value: value == 0 or abs(value) > 1e-250
    )


def parameter_corners(loss: Loss) -> list[Loss]:
    """The loss at every combination of its parameters' ends, defaults and special values."""
    choices = [
        sorted({p.minimum, p.value, p.maximum, *(s.value for s in p.special_values)})
        for p in loss.parameters
    ]
    return [
        loss.with_values(**dict(zip(loss.values, values, strict=True)))
        for values in product(*choices)
    ]
