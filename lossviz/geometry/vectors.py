"""Measures of a prediction and its target as vectors, as the article draws them.

Every function takes vectors of shape ``[K]`` (anything that NumPy reads as numbers), computes in
float64 and returns plain floats or new arrays. A component may be at most ``MAX_COMPONENT`` in
size, so that nothing here can overflow.
"""

from __future__ import annotations

import math
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from lossviz.errors import InvalidInput

Vector: TypeAlias = NDArray[np.float64]

MAX_COMPONENT: Final = 1e100


def dot(prediction: ArrayLike, target: ArrayLike) -> float:
    """The dot product ``p·t = Σ_i p_i t_i``.

    Args:
        prediction: Shape ``[K]``.
        target: Shape ``[K]``.

    Raises:
        InvalidInput: If either is no vector of finite numbers, or their sizes differ.

    The article's example, where it is the predicted probability of the true class:

    >>> dot([0.2, 0.3, 0.1, 0.4], [0, 1, 0, 0])
    0.3
    """
    p, t = _pair(prediction, target)
    return float(p @ t)


def length(vector: ArrayLike) -> float:
    """The Euclidean length ``|v| = sqrt(Σ_i v_i²)``; 0 for the zero vector.

    Raises:
        InvalidInput: If it is no vector of finite numbers.

    >>> length([0.6, 0.8])
    1.0
    """
    return math.hypot(*_vector(vector, "the vector"))


def distance(prediction: ArrayLike, target: ArrayLike) -> float:
    """The Euclidean distance ``|p − t|`` between the two heads.

    Raises:
        InvalidInput: If either is no vector of finite numbers, or their sizes differ.

    >>> distance([0.4, 0.2], [0, 0.5])
    0.5
    """
    p, t = _pair(prediction, target)
    return math.hypot(*(p - t))


def cosine(prediction: ArrayLike, target: ArrayLike) -> float:
    """The cosine of the angle between them, ``p·t / (|p| |t|)``, in [−1, 1].

    Raises:
        InvalidInput: If either is no vector of finite numbers or has no direction, or their sizes
            differ.

    >>> cosine([0.5, 0.5], [0, 2.0])
    0.7071067811865475
    """
    p, t = _pair(prediction, target)
    value = float(_unit_vector(p, "the prediction") @ _unit_vector(t, "the target"))
    return min(1.0, max(-1.0, value))  # rounding gives 1.0000000000000002 for a vector with itself


def angle_deg(prediction: ArrayLike, target: ArrayLike) -> float:
    """The angle between them in degrees, in [0, 180].

    With unit vectors u and w it is ``2 atan2(|u − w|, |u + w|)`` (Kahan, "How Futile are Mindless
    Assessments of Roundoff", §12): exact near 0° too, where the arccos of a rounded cosine is wrong
    by 1e-6 degrees or not a number.

    Raises:
        InvalidInput: If either is no vector of finite numbers or has no direction, or their sizes
            differ.

    >>> angle_deg([1, 0], [0, 1]), angle_deg([0.3, 0.7], [0.3, 0.7])
    (90.0, 0.0)
    """
    p, t = _pair(prediction, target)
    u, w = _unit_vector(p, "the prediction"), _unit_vector(t, "the target")
    return math.degrees(2.0 * math.atan2(math.hypot(*(u - w)), math.hypot(*(u + w))))


def scalar_projection(prediction: ArrayLike, target: ArrayLike) -> float:
    """The scalar projection on the target, ``p·t / |t| = |p| cos θ``; negative beyond 90°.

    It is 0 for a prediction of zero; a target of zero has no direction.

    Raises:
        InvalidInput: If either is no vector of finite numbers, the target is zero, or their sizes
            differ.

    For the target (0, 1) it is the y value:

    >>> scalar_projection([0.2, 0.8], [0, 1])
    0.8
    """
    p, t = _pair(prediction, target)
    return float(p @ _unit_vector(t, "the target"))


def vector_projection(prediction: ArrayLike, target: ArrayLike) -> Vector:
    """The vector projection on the target, ``(|p| cos θ) t / |t|``, shape ``[K]``.

    It ends at the foot of the perpendicular from the prediction's head to the target's line.

    Raises:
        InvalidInput: As ``scalar_projection``.

    >>> vector_projection([0.2, 0.8], [0, 1]).tolist()
    [0.0, 0.8]
    """
    _, t = _pair(prediction, target)
    return scalar_projection(prediction, target) * _unit_vector(t, "the target")


def nearest_distribution(vector: ArrayLike) -> Vector:
    """The point of the probability simplex nearest to a vector, shape ``[K]``.

    ``max(v − τ, 0)`` with the τ that makes the sum 1 (Duchi et al. 2008, figure 1). With K = 2
    the simplex is the segment p1 + p2 = 1.

    Raises:
        InvalidInput: If it is no vector of finite numbers.

    >>> nearest_distribution([0.7, 0.7]).tolist()
    [0.5, 0.5]
    >>> nearest_distribution([3, 0.5]).tolist()
    [1.0, 0.0]
    """
    v = _vector(vector, "the vector")
    # A shift of all components keeps the nearest point, and one that lies 1 below the largest
    # gets 0 anyway, so the numbers stay small.
    v = np.maximum(v - v.max(), -1.0)
    falling = np.sort(v)[::-1]
    thresholds = (np.cumsum(falling) - 1.0) / np.arange(1, v.size + 1)
    tau = thresholds[np.flatnonzero(falling > thresholds)[-1]]
    nearest: Vector = np.maximum(v - tau, 0.0)
    return nearest


def _vector(value: ArrayLike, name: str) -> Vector:
    try:
        vector = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(f"{name} must be a list of numbers such as [0.2, 0.8]") from error
    if vector.ndim != 1 or vector.size == 0:
        raise InvalidInput(
            f"{name} must be one list of numbers such as [0.2, 0.8], got an array of shape"
            f" {list(vector.shape)}"
        )
    if not np.all(np.abs(vector) <= MAX_COMPONENT):  # written so that NaN fails it
        raise InvalidInput(f"{name} must hold finite numbers of at most {MAX_COMPONENT:g} in size")
    return vector


def _pair(prediction: ArrayLike, target: ArrayLike) -> tuple[Vector, Vector]:
    p, t = _vector(prediction, "the prediction"), _vector(target, "the target")
    if p.size != t.size:
        raise InvalidInput(
            f"prediction and target need the same number of classes, got {p.size} and {t.size}"
        )
    return p, t


def _unit_vector(vector: Vector, name: str) -> Vector:
    """The vector at length 1."""
    largest = np.abs(vector).max()
    if largest == 0.0:
        raise InvalidInput(
            f"{name} is the zero vector, which points nowhere: it has no angle and no cosine. Make"
            " one of its elements larger than 0."
        )
    scaled = vector / largest  # else the squares of components of 1e-200 would be 0
    return np.asarray(scaled / math.hypot(*scaled), dtype=np.float64)
