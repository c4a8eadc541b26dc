"""The playground's points: what its settings generate, and what a hand makes of them."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Page

from lossviz.ui.playground.digits_plane import FILE, digits_module
from tests.support.modules import modules_page

pytestmark = pytest.mark.browser

modules = modules_page(
    "playground/data/class_counts.js",
    "playground/data/hand.js",
    "playground/data/points_text.js",
    "playground/data/problem.js",
    "playground/engine/batches.js",
    "playground/state/codec.js",
    "playground/state/combinations.js",
    "playground/state/properties.js",
)

Places: TypeAlias = NDArray[np.float64]  # [points, 2]
Classes: TypeAlias = NDArray[np.int64]  # [points]
CLASSES = (2, 3, 4, 5)
SEEDS = (0, 77)
DIGITS_OF_CLASS = 88
_MAKE = """(states) => states.map((state) => {
  const { train, test, generated, origins } = makeProblem({ ...START, ...state });
  const plain = ({ places, labels, truths }) =>
    ({ places: [...places], labels: [...labels], truths: [...truths] });
  return { train: plain(train), test: plain(test), generated, origins: [...origins] };
})"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points of a problem."""

    places: Places
    labels: Classes
    truths: Classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What the browser's makeProblem gives."""

    train: Points
    test: Points
    generated: int
    origins: list[int]


def _blob(places: Places, classes: int) -> Classes:
    angles = 2 * np.pi * np.arange(classes) / classes + np.pi / 4
    centres = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    # all centres are as far from the middle
    return np.asarray((places @ centres.T).argmax(axis=1))


def _moon(places: Places, classes: int) -> Classes:
    radius = min(2.6, 9.6 / ((classes - 1) * 1.2 + 2))
    away = []
    for k in range(classes):
        up = 1 - 2 * (k % 2)
        x = places[:, 0] - radius * 1.2 * (k - (classes - 1) / 2)
        y = up * places[:, 1] + 0.25 * radius
        on_arc = np.abs(np.hypot(x, y) - radius)
        at_end = np.hypot(np.abs(x) - radius, y)
        away.append(np.where(y >= 0, on_arc, at_end))
    return np.asarray(np.argmin(away, axis=0))


def _circle(places: Places, classes: int) -> Classes:
    return np.asarray(np.linalg.norm(places, axis=1) * classes / 4.8).astype(int)


def _spiral(places: Places, classes: int) -> Classes:
    turned = (0.5 + 1.5 / classes) * np.linalg.norm(places, axis=1) / 4.8
    turns = np.arctan2(places[:, 1], places[:, 0]) / (2 * np.pi) - turned
    return np.asarray(np.rint(turns * classes).astype(int) % classes)


def _square(places: Places, classes: int) -> Classes:
    column, row = np.floor((places * [1, -1] + 4.8) * classes / 9.6).astype(int).T
    return np.asarray((column + row) % classes)


TRUE_RULES: Mapping[str, Callable[[Places, int], Classes]] = {
    "blobs": _blob,
    "moons": _moon,
    "circles": _circle,
    "spirals": _spiral,
    "xor": _square,
}
FORMULAS = tuple(TRUE_RULES)


def points(plain: Mapping[str, Any]) -> Points:
    return Points(
        places=np.array(plain["places"], float).reshape(-1, 2),
        labels=np.array(plain["labels"], int),
        truths=np.array(plain["truths"], int),
    )


def problems(page: Page, states: list[dict[str, Any]]) -> list[Problem]:
    return [
        Problem(
            train=points(made["train"]),
            test=points(made["test"]),
            generated=made["generated"],
            origins=made["origins"],
        )
        for made in page.evaluate(_MAKE, states)
    ]


def problem(page: Page, **state: Any) -> Problem:
    return problems(page, [state])[0]


def nearest_classes(places: Places, known: Points) -> Classes:
    """The true class of the known point that is nearest to each place."""
    distances = np.linalg.norm(places[:, None] - known.places[None], axis=2)
    return np.asarray(known.truths[distances.argmin(axis=1)])


def every_shape(**more: Any) -> list[dict[str, Any]]:
    return [
        {"points": 100, "data": data, "classes": classes, "seed": seed, **more}
        for data, classes, seed in product((*FORMULAS, "digits"), CLASSES, SEEDS)
    ]


def test_points_are_whole_hundredths_of_the_plane_and_as_many_as_were_asked_for(
    modules: Page,
) -> None:
    states = every_shape(spread=1, points=99)
    for state, made in zip(states, problems(modules, states), strict=True):
        assert len(made.train.labels) == 99, state
        each = Counter(made.test.truths.tolist())
        assert each == dict.fromkeys(range(state["classes"]), -(-99 // state["classes"])), state
        for part in (made.train, made.test):
            hundredths = 100 * part.places
            assert np.abs(hundredths - hundredths.round()).max() < 1e-9, state
            assert np.abs(part.places).max() <= 6, state
            assert np.array_equal(part.labels, part.truths), state


def test_the_seed_decides_the_points_and_test_points_are_others(modules: Page) -> None:
    states = every_shape(noise=0.3, outliers=3)
    first, again = problems(modules, states), problems(modules, states)
    for one, same in zip(first, again, strict=True):
        assert np.array_equal(one.train.places, same.train.places)
        assert np.array_equal(one.train.labels, same.train.labels)
        assert np.array_equal(one.test.places, same.test.places)
    for one, other in zip(first[0::2], first[1::2], strict=True):
        assert not np.array_equal(one.train.places, other.train.places)
        assert not np.array_equal(one.train.places[:50], one.test.places[:50])


@pytest.mark.parametrize("data", FORMULAS)
def test_without_spread_the_classes_lie_apart_by_the_shapes_own_rule(
    modules: Page, data: str
) -> None:
    states = [state for state in every_shape(spread=0, points=200) if state["data"] == data]
    for state, made in zip(states, problems(modules, states), strict=True):
        for part in (made.train, made.test):
            classes = TRUE_RULES[data](part.places, state["classes"])
            assert np.array_equal(classes, part.truths), state
        apart = made.train.truths[:, None] != made.train.truths[None]
        distances = np.linalg.norm(made.train.places[:, None] - made.train.places[None], axis=2)
        assert distances[apart].min() > 0.3, state


@pytest.mark.parametrize("data", FORMULAS)
def test_more_spread_mixes_the_classes_more(modules: Page, data: str) -> None:
    states = [
        {"data": data, "spread": spread, "points": 300, "classes": 3} for spread in (0, 0.5, 1)
    ]
    errors = [
        np.mean(nearest_classes(made.test.places, made.train) != made.test.truths)
        for made in problems(modules, states)
    ]
    assert errors[0] < errors[1] < errors[2]


def test_the_first_class_has_as_many_points_for_one_of_the_last_as_was_set(modules: Page) -> None:
    for imbalance, classes in product((1, 5, 20, 50), CLASSES):
        counts = modules.evaluate(
            "([imbalance, classes]) => trainingCounts(1000, classes, imbalance)",
            [imbalance, classes],
        )
        shares = np.array([imbalance ** (-k / (classes - 1)) for k in range(classes)])
        assert np.abs(counts - 1000 * shares / shares.sum()).max() < 1
        assert sum(counts) == 1000
    made = problem(modules, points=1000, imbalance=50, classes=5)
    assert np.bincount(made.train.truths).tolist() == counts
    assert np.bincount(made.test.truths).tolist() == [200] * 5


def test_imbalance_keeps_the_points_of_each_class(modules: Page) -> None:
    balanced, imbalanced = (problem(modules, imbalance=imbalance) for imbalance in (1, 20))
    for k in range(3):
        few = imbalanced.train.places[imbalanced.train.truths == k]
        many = balanced.train.places[balanced.train.truths == k]
        common = min(len(few), len(many))
        assert np.array_equal(few[:common], many[:common])


@pytest.mark.parametrize("flips", ["symmetric", "pair"])
def test_exactly_the_set_share_of_labels_is_wrong_and_more_noise_keeps_them(
    modules: Page, flips: str
) -> None:
    for classes, seed in product(CLASSES, SEEDS):
        shares = (0, 0.01, 0.25, 0.4, 0.6)
        states = [
            {"noise": noise, "flips": flips, "classes": classes, "seed": seed, "points": 137}
            for noise in shares
        ]
        all_made = problems(modules, states)
        before = all_made[0].train
        for noise, made in zip(shares, all_made, strict=True):
            train = made.train
            wrong = train.labels != train.truths
            assert wrong.sum() == int(noise * 137 + 0.5)
            was_wrong = before.labels != before.truths
            assert np.array_equal(train.labels[was_wrong], before.labels[was_wrong])
            assert train.labels.max() < classes
            if flips == "pair":
                assert np.array_equal(train.labels[wrong], (train.truths[wrong] + 1) % classes)
            assert np.array_equal(made.test.labels, made.test.truths)
            before = train


def test_symmetric_noise_gives_every_other_label_about_as_often(modules: Page) -> None:
    made = problem(modules, noise=0.6, points=1000, classes=5)
    wrong = made.train.labels != made.train.truths
    steps = Counter(((made.train.labels - made.train.truths) % 5)[wrong].tolist())
    assert sorted(steps) == [1, 2, 3, 4]
    assert all(abs(count - 150) < 40 for count in steps.values())


def test_outliers_lie_among_others_and_far_from_their_own_class(modules: Page) -> None:
    states = every_shape(outliers=6)
    for state, made in zip(states, problems(modules, states), strict=True):
        train = made.train
        assert len(train.labels) == made.generated
        count = made.generated - 6
        regular = Points(
            places=train.places[:count], labels=train.labels[:count], truths=train.truths[:count]
        )
        places, truths = train.places[count:], train.truths[count:]
        assert np.array_equal(truths, np.arange(6) % state["classes"])
        assert np.array_equal(train.labels[count:], truths)
        assert np.all(nearest_classes(places, regular) != truths), state
        for place, k in zip(places, truths, strict=True):
            own = regular.places[regular.truths == k]
            away = np.linalg.norm(own - place, axis=1).min()
            among = np.linalg.norm(own[:, None] - own[None], axis=2)
            np.fill_diagonal(among, np.inf)
            assert away > 2 * np.median(among.min(axis=1)), state


def test_more_outliers_leave_the_others_where_they_are(modules: Page) -> None:
    few, many = (problem(modules, outliers=count) for count in (2, 20))
    assert np.array_equal(few.train.places, many.train.places[:202])


def test_the_file_of_digits_is_what_its_module_makes() -> None:
    assert FILE.read_text() == digits_module()


def test_digits_are_trained_and_tested_with_different_images(modules: Page) -> None:
    for seed in SEEDS:
        made = problem(modules, data="digits", classes=5, points=1000, seed=seed)
        assert Counter(made.train.truths.tolist()) == dict.fromkeys(range(5), DIGITS_OF_CLASS)
        assert Counter(made.test.truths.tolist()) == dict.fromkeys(range(5), DIGITS_OF_CLASS)
        images = Counter((k, *place) for k in range(5) for place in _images(modules, k))
        used = Counter(
            (int(k), *place)
            for part in (made.train, made.test)
            for k, place in zip(part.truths, part.places.tolist(), strict=True)
        )
        assert used <= images


def _images(page: Page, digit: int) -> list[list[float]]:
    places: list[list[float]] = page.evaluate(
        """async (digit) => {
          const { DIGITS } = await import("/playground/data/digits.js");
          return parsePoints(DIGITS[digit]).map(({ x, y }) => [x, y]);
        }""",
        digit,
    )
    return places


def test_points_of_a_hand_come_back_from_their_text(modules: Page) -> None:
    drawn = [
        {"x": x, "y": y, "k": k}
        for x, y, k in ((-6, -6, 0), (6, 6, 4), (0.01, -0.29, 2), (-5.99, 3.14, 1))
    ]
    text = modules.evaluate("(points) => printPoints(points)", drawn)
    assert len(text) == 16
    assert modules.evaluate("(text) => parsePoints(text)", text) == drawn
    changes = [
        {"index": 0, "place": [6, -6], "k": None, "removed": False},
        {"index": 1019, "place": None, "k": 4, "removed": False},
        {"index": 7, "place": [-0.57, 1.15], "k": 0, "removed": False},
        {"index": 8, "place": None, "k": None, "removed": True},
    ]
    text = modules.evaluate("(changes) => printChanges(changes)", changes)
    assert len(text) == 24
    assert modules.evaluate("(text) => parseChanges(text)", text) == changes


@pytest.mark.parametrize("text", ["A", "AAAAA", "____", "AA.A", "ÄAAA", "AAAG"])
def test_what_is_no_text_of_points_is_refused(modules: Page, text: str) -> None:
    assert modules.evaluate("(text) => parsePoints(text) === undefined", text)
    assert modules.evaluate("(text) => parseChanges(text) === undefined", text)


_DEEDS = """(deeds) => {
  let state = { ...START, points: 30, outliers: 1 };
  for (const [name, ...rest] of deeds) {
    const problem = makeProblem(state);
    const outcome =
      name === "draw" ? drawPoint(state, rest[0]) : changePoint(state, problem, ...rest);
    if (outcome.refusal) return outcome.refusal;
    state = { ...state, ...outcome.values };
  }
  return { drawn: state.drawn, moved: state.moved };
}"""


def by_hand(page: Page, *deeds: tuple[Any, ...]) -> Problem:
    values = page.evaluate(_DEEDS, [list(deed) for deed in deeds])
    return problem(page, points=30, outliers=1, **values)


def test_a_hand_moves_relabels_removes_and_draws_points(modules: Page) -> None:
    before = problem(modules, points=30, outliers=1).train
    made = by_hand(
        modules,
        ("draw", {"x": 1.234, "y": -9, "k": 2}),
        ("change", 4, {"place": [0.5, 0.25]}),
        ("change", 4, {"k": (before.labels[4].item() + 1) % 3}),
        ("change", 2, {"removed": True}),
        ("change", 30, {"k": 0}),
        ("draw", {"x": 3, "y": 3, "k": 1}),
        ("change", 30, {"place": [1, 1]}),
    )
    train = made.train
    assert made.generated == 31
    assert made.origins == [0, 1, *range(3, 31), 31, 32]
    assert train.places[3].tolist() == [0.5, 0.25]
    assert train.labels[3] != train.truths[3] == before.truths[4]
    assert train.places[30:].tolist() == [[1, 1], [3, 3]]
    assert train.labels[30:].tolist() == train.truths[30:].tolist() == [0, 1]
    others = [i for i in range(31) if i not in (2, 4)]
    kept = [made.origins.index(i) for i in others]
    assert np.array_equal(train.places[kept], before.places[others])


def test_a_removed_drawn_point_is_forgotten(modules: Page) -> None:
    values = modules.evaluate(
        _DEEDS, [["draw", {"x": 1, "y": 1, "k": 0}], ["change", 31, {"removed": True}]]
    )
    assert values == {"drawn": "", "moved": ""}


def test_the_hand_is_told_where_there_is_no_more_room(modules: Page) -> None:
    assert modules.evaluate(
        """() => drawPoint({ ...START, drawn: "A".repeat(4 * MOST_DRAWN) }, { x: 0, y: 0, k: 0 })"""
    ) == {"refusal": "At most 500 points can be drawn by hand. Remove one to draw another."}
    refusal, moved = modules.evaluate(
        """() => {
          let state = { ...START, points: 300 };
          const problem = makeProblem(state);
          const move = (i) => changePoint(state, problem, i, { place: [1, 1] });
          for (let i = 0; i < MOST_CHANGES; i++) state = { ...state, ...move(i).values };
          return [move(MOST_CHANGES).refusal, move(3).values.moved.length];
        }"""
    )
    assert refusal.startswith("At most 200 of the generated points can be moved")
    assert moved == 1200


def test_drawn_data_have_only_the_hands_points_and_test_points_around_them(modules: Page) -> None:
    empty = problem(modules, data="drawn")
    assert len(empty.train.labels) == len(empty.test.labels) == 0
    drawn = modules.evaluate(
        """() => printPoints([{ x: -3, y: 0, k: 0 }, { x: 3, y: 0, k: 1 }, { x: 3, y: 1, k: 1 }])"""
    )
    made = problem(modules, data="drawn", drawn=drawn, spread=0, outliers=4, noise=0.5)
    assert made.train.places.tolist() == [[-3, 0], [3, 0], [3, 1]]
    assert made.train.labels.tolist() == [0, 1, 1]
    assert Counter(made.test.truths.tolist()) == {0: 67, 1: 67}
    assert np.array_equal(nearest_classes(made.test.places, made.train), made.test.truths)


def test_batches_go_on_with_points_that_come_and_go(modules: Page) -> None:
    epoch, rest, next_epoch = modules.evaluate(
        """() => {
          let state = 1;
          const uniform = () => (state = (state * 16807) % 2147483647) / 2147483647;
          const batches = new Batches(10, uniform);
          const seen = [...batches.next(4)];
          batches.setCount(12);
          const rest = [];
          while (batches.epoch === 0) rest.push(...batches.next(4));
          batches.setCount(3);
          const next = [];
          while (batches.epoch === 1) next.push(...batches.next(2));
          batches.setCount(0);
          batches.setCount(2);
          const last = batches.epoch;
          const after = [];
          while (batches.epoch === last) after.push(...batches.next(2));
          return [[...seen, ...rest], rest.slice(-2), [next, after]];
        }"""
    )
    assert sorted(epoch) == list(range(12))
    assert rest == [10, 11]
    assert [sorted(order) for order in next_epoch] == [[0, 1, 2], [0, 1]]
