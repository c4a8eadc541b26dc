"""Vector measures, against NumPy and SciPy and against the article's own numbers."""

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.optimize import minimize
from scipy.spatial.distance import cosine as cosine_distance
from scipy.spatial.distance import euclidean

from lossviz.errors import InvalidInput
from lossviz.geometry import vectors as geometry

SIZES = st.integers(1, 12)
NUMBERS = st.floats(-1e3, 1e3, allow_subnormal=False)
PAIRS = SIZES.flatmap(
    lambda size: st.tuples(
        arrays(np.float64, size, elements=NUMBERS), arrays(np.float64, size, elements=NUMBERS)
    )
)
MEASURES = (
    geometry.dot,
    geometry.distance,
    geometry.cosine,
    geometry.angle_deg,
    geometry.scalar_projection,
    geometry.vector_projection,
)
NEED_DIRECTIONS = (geometry.cosine, geometry.angle_deg)
anything = st.floats(-geometry.MAX_COMPONENT, geometry.MAX_COMPONENT)  # subnormal numbers too


@given(PAIRS)
def test_dot_length_and_distance_are_those_of_numpy_and_scipy(pair):
    p, t = pair
    assert geometry.dot(p, t) == pytest.approx(np.dot(p, t), rel=1e-12, abs=1e-9)
    assert geometry.length(p) == pytest.approx(np.linalg.norm(p), rel=1e-12)
    assert geometry.distance(p, t) == pytest.approx(euclidean(p, t), rel=1e-12)


@given(PAIRS)
def test_the_cosine_is_one_minus_scipys_cosine_distance(pair):
    p, t = pair
    assume(np.linalg.norm(p) > 1e-3 and np.linalg.norm(t) > 1e-3)
    assert geometry.cosine(p, t) == pytest.approx(1 - cosine_distance(p, t), abs=1e-9)
    assert math.cos(math.radians(geometry.angle_deg(p, t))) == pytest.approx(
        geometry.cosine(p, t), abs=1e-9
    )
    assert geometry.scalar_projection(p, t) == pytest.approx(
        geometry.length(p) * geometry.cosine(p, t), abs=1e-9
    )


@given(PAIRS)
def test_the_line_from_the_head_to_the_foot_is_perpendicular_to_the_target(pair):
    p, t = pair
    assume(np.linalg.norm(t) > 1e-3)
    foot = geometry.vector_projection(p, t)
    assert geometry.dot(p - foot, t) == pytest.approx(
        0, abs=1e-7 * (1 + geometry.length(p)) * geometry.length(t)
    )
    assert geometry.length(foot) == pytest.approx(abs(geometry.scalar_projection(p, t)), abs=1e-9)


@given(arrays(np.float64, 3, elements=anything), arrays(np.float64, 3, elements=anything))
def test_no_measure_is_ever_nan_however_large_or_small_the_vectors_are(p, t):
    assume(p.any() and t.any())
    assert -1 <= geometry.cosine(p, t) <= 1
    assert 0 <= geometry.angle_deg(p, t) <= 180
    assert all(np.isfinite(measure(p, t)).all() for measure in MEASURES)


@given(arrays(np.float64, 4, elements=st.floats(1e-3, 1e3)), st.floats(1e-6, 1e6))
def test_the_angle_depends_on_direction_only_and_the_dot_product_on_length_too(p, factor):
    target = [0, 1, 0, 0]
    assert geometry.angle_deg(p * factor, target) == pytest.approx(
        geometry.angle_deg(p, target), abs=1e-9
    )
    assert geometry.dot(p * factor, target) == pytest.approx(factor * geometry.dot(p, target))


@given(arrays(np.float64, 5, elements=st.floats(-9, 9)))
def test_the_angle_of_a_vector_to_itself_is_zero(p):
    assume(np.abs(p).max() > 1e-6)
    assert geometry.angle_deg(p, p) == 0
    assert geometry.angle_deg(p, -p) == pytest.approx(180)
    assert geometry.cosine(p, p) == pytest.approx(1, abs=1e-15)


@given(arrays(np.float64, SIZES, elements=st.floats(-3, 3)))
def test_the_nearest_distribution_is_a_distribution_and_keeps_distributions(v):
    nearest = geometry.nearest_distribution(v)
    assert nearest.min() >= 0
    assert nearest.sum() == pytest.approx(1)
    assert geometry.nearest_distribution(nearest) == pytest.approx(nearest, abs=1e-12)
    corners = np.eye(v.size)
    assert all(geometry.dot(v - nearest, corner - nearest) <= 1e-9 for corner in corners), (
        "no corner may lie nearer in any direction"
    )


def test_the_nearest_distribution_is_the_one_that_an_optimiser_finds():
    v = np.array([0.9, 0.6, -0.4, 0.1])
    found = minimize(
        lambda q: ((q - v) ** 2).sum(),
        np.full(4, 0.25),
        method="SLSQP",
        bounds=[(0, 1)] * 4,
        constraints={"type": "eq", "fun": lambda q: q.sum() - 1},
    )
    assert geometry.nearest_distribution(v) == pytest.approx(found.x, abs=1e-5)


@pytest.mark.parametrize("measure", NEED_DIRECTIONS)
def test_the_zero_vector_is_refused_with_advice(measure):
    with pytest.raises(
        InvalidInput, match=r"the prediction is the zero vector.*Make one of its elements larger"
    ):
        measure([0, 0], [0, 1])
    with pytest.raises(InvalidInput, match="the target is the zero vector"):
        measure([0, 1], [0, 0])


def test_the_projection_of_a_zero_prediction_is_zero_and_a_zero_target_is_refused():
    assert geometry.scalar_projection([0, 0], [0, 1]) == 0
    assert geometry.vector_projection([0, 0], [0, 1]).tolist() == [0, 0]
    with pytest.raises(InvalidInput, match="the target is the zero vector"):
        geometry.scalar_projection([0, 1], [0, 0])


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    ("p", "t", "reason"),
    [
        ([1, 2, 3], [1, 2], "same number of classes, got 3 and 2"),
        ([[1, 2]], [1, 2], r"shape \[1, 2\]"),
        (0.5, [1, 2], r"shape \[\]"),
        ([], [], r"shape \[0\]"),
        ([float("nan"), 1], [1, 2], "finite"),
        ([1, 2], [float("inf"), 1], "finite"),
        ([1e101, 2], [0, 1], "finite numbers of at most 1e"),
        (["a", "b"], [1, 2], "list of numbers"),
        ([[1], [2, 3]], [1, 2], "list of numbers"),
    ],
)
def test_an_invalid_pair_of_vectors_is_refused_with_the_reason(measure, p, t, reason):
    with pytest.raises(InvalidInput, match=reason):
        measure(p, t)


class TestTheArticle:
    """Each number and each claim of the article's geometry section."""

    target, prediction = (0, 1, 0, 0), (0.2, 0.3, 0.1, 0.4)

    def test_the_dot_product_of_its_example_is_the_probability_of_the_true_class(self):
        assert geometry.dot(self.prediction, self.target) == 0.3

    def test_with_the_logarithm_it_is_the_logarithm_of_that_probability(self):
        assert geometry.dot(np.log(self.prediction), self.target) == pytest.approx(
            -1.2039728043259361, abs=1e-15
        )

    def test_for_the_target_0_1_the_worst_prediction_is_1_0_and_0_01_0_99_is_a_good_one(self):
        angles = {
            p: geometry.angle_deg((p, 1 - p), (0, 1))
            for p in np.linspace(0, 1, 101).round(2).tolist()
        }
        assert max(angles, key=angles.__getitem__) == 1.0
        assert angles[1.0] == pytest.approx(90)
        assert angles[0.01] < 1
        assert angles[0.99] > 89

    def test_the_cosine_falls_strictly_from_1_to_0_between_0_and_90_degrees(self):
        theta = np.radians(np.linspace(0, 90, 181))
        values = [geometry.cosine((math.sin(angle), math.cos(angle)), (0, 1)) for angle in theta]
        assert values[0] == 1
        assert values[-1] == pytest.approx(0, abs=1e-15)
        assert (np.diff(values) < 0).all()

    @given(st.floats(0, 1), st.floats(0, 1))
    def test_for_the_target_0_1_the_projection_is_just_the_y_value(self, x, y):
        assert geometry.scalar_projection((x, y), (0, 1)) == y
        assert geometry.dot((x, y), (0, 1)) == y
