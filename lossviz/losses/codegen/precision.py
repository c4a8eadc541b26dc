"""Whether a loss needs 1 - p to the last digit, which log_softmax rounds away near p = 1."""

import math
from collections.abc import Mapping

import numpy as np

from lossviz.language.numpy_backend import over_classes
from lossviz.language.operations import OPERATIONS
from lossviz.language.program import program
from lossviz.language.tree import LOG_P, LOG_PJ, Call, Tree, call, subtrees
from lossviz.losses.codegen.tree_properties import is_array, is_whole_number

# three classes, the first being true
_NEARLY_CERTAIN = {LOG_P.name: np.array([-1e-12]), LOG_PJ.name: np.log([1.0, 5e-13, 5e-13])}
_OTHERS = np.array([False, True, True])
_NEARLY_0 = 1e-6


def vanishes_at_certainty(tree: Tree, values: Mapping[str, float]) -> bool:
    """Whether the tree takes a root, a power, a logarithm or the inverse of something that is 0 at
    p = 1, where each digit of 1 - p counts.

    >>> root = call("sqrt", -call("expm1", LOG_P))
    >>> vanishes_at_certainty(root, {}), vanishes_at_certainty(-LOG_P, {})
    (True, False)
    """
    distances = tuple(
        distance
        for part in subtrees(tree)
        for distance in _distances_to_singularities(part)
        if is_array(distance)
    )
    run = program(distances, (*values.items(), ("K", 3.0))).run
    with np.errstate(all="ignore"):
        found = run(over_classes(_OTHERS), _NEARLY_CERTAIN)
    return any(bool((np.abs(value) < _NEARLY_0).any()) for value in found)


def _distances_to_singularities(tree: Tree) -> list[Tree]:
    """What is 0 where the tree's outermost operation is singular."""
    if not isinstance(tree, Call):
        return []
    record = OPERATIONS[tree.operation]
    if record.unsafe_argument is None:
        return []
    if record.name == "pow" and is_whole_number(tree.arguments[1]):
        return []
    argument = tree.arguments[record.unsafe_argument]
    return [
        argument if place == 0 else call("add", -place, argument)
        for place in record.singular_at
        if math.isfinite(place)
    ]
