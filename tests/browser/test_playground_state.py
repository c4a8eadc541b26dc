"""What the playground's part of an address says, and what it cannot say."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.modules import modules_page

pytestmark = pytest.mark.browser

modules = modules_page(
    "playground/data/points_text.js",
    "playground/data/problem.js",
    "playground/state/address.js",
    "playground/state/codec.js",
    "playground/state/combinations.js",
    "playground/state/properties.js",
)


def read(page: Page, text: str) -> tuple[dict[str, Any], list[str]]:
    reading = page.evaluate("(text) => readState(text)", text)
    return reading["state"], reading["problems"]


def test_every_state_comes_back_from_its_text(modules: Page) -> None:
    values = {
        "data": "spirals",
        "classes": 5,
        "noise": 0.123456789012345,
        "decay": 1e-7,
        "layers": [],
        "rates": [0.1, 1e-5, 99.5],
        "drawn": "AAAA",
        "moved": "",
        "at": 100_000,
    }
    text = modules.evaluate("(values) => writeState({ ...START, ...values })", values)
    state, problems_of_link = read(modules, text)
    assert {name: state[name] for name in values} == values
    assert problems_of_link == []
    assert modules.evaluate("() => writeState(START)") == ""


@pytest.mark.parametrize(
    ("text", "problem_of_link"),
    [
        ("classes.is.9", "the number of classes should be a whole number from 2 to 5"),
        ("rate.is.NaN", "the learning rate should be a number from 0.00001 to 10"),
        ("noise.is.-0.1", "the share of wrong labels should be a number from 0 to 0.6"),
        ("layers.is.8_8_8_8", "the hidden layers should be at most 3 values"),
        ("drawn.is.AAA", "the points drawn by hand should be at most 500 points"),
        ("moved.is.AA____", "the points changed by hand should be at most 200 points"),
        ("data.is.constructor", "the data should be one of blobs, moons, circles"),
    ],
)
def test_nonsense_in_a_link_is_said_and_left_out(
    modules: Page, text: str, problem_of_link: str
) -> None:
    state, said = read(modules, f"seed.is.3~{text}")
    assert len(said) == 1
    assert problem_of_link in said[0]
    start = modules.evaluate("() => START")
    assert state == {**start, "seed": 3}


@pytest.mark.parametrize("text", ["__proto__.is.1", "what", "~~~.is.", "toString.is.1"])
def test_a_link_that_says_what_there_is_not_opens_all_the_same(modules: Page, text: str) -> None:
    state, said = read(modules, text)
    assert state == modules.evaluate("() => START")
    assert all("which the playground does not have" in sentence for sentence in said)


def combinations(page: Page, **state: Any) -> list[str]:
    said: list[str] = page.evaluate(
        """(values) => {
          const state = { ...START, ...values };
          return combinationProblems(state, makeProblem(state));
        }""",
        state,
    )
    return said


def test_settings_that_do_not_go_together_are_said(modules: Page) -> None:
    assert combinations(modules) == []
    assert combinations(modules, data="digits", points=264) == []
    assert combinations(modules, data="digits", points=1000) == [
        "Handwritten digits: there are 88 images of each class to train with, so there are 264"
        " training points instead of 1000."
    ]
    assert combinations(modules, imbalance=50) == []
    assert combinations(modules, points=10, imbalance=50, classes=5) == [
        "With 10 training points the classes cannot be 50 to 1: the last class has one point, the"
        " first 5."
    ]
    assert combinations(modules, data="drawn") == [
        "There are no training points yet: draw some on a map."
    ]
    four = modules.evaluate("""() => printPoints([{ x: 0, y: 0, k: 4 }])""")
    assert combinations(modules, drawn=four) == [
        "One point drawn by hand is left out: there are only 3 classes now."
    ]
    beyond = modules.evaluate(
        """() => printChanges([200, 201].map((index) =>
          ({ index, place: [0, 0], k: null, removed: false })))"""
    )
    assert combinations(modules, moved=beyond) == [
        "2 points changed by hand are left out: there are only 200 generated points."
    ]


def test_the_longest_state_leaves_room_for_losses_in_a_link(modules: Page) -> None:
    longest: int = modules.evaluate(
        """(number) => writeState({
          ...START, drawn: "A".repeat(4 * MOST_DRAWN), moved: "A".repeat(6 * MOST_CHANGES),
          data: "spirals", classes: 5, points: 1000, spread: number,
          imbalance: 49.87654321012345, noise: number, flips: "pair", outliers: 20,
          layers: [16, 16, 16], activation: "linear", optimizer: "momentum", rate: number,
          rates: [number, number, number, number],
          batch: 1000, decay: number, seed: 999999, speed: Infinity, at: 100000, story: 6,
        }).length""",
        0.12345678901234568,
    )
    assert 3200 < longest < 4000


@pytest.mark.parametrize(
    ("search", "written"),
    [
        ("", "?play=x"),
        ("?loss=a&loss=b&play=y&hide=c&at=0.5", "?loss=a&loss=b&play=x&hide=c&at=0.5"),
        ("?at=0.5", "?play=x&at=0.5"),
        ("?embed=true&seed=3", "?embed=true&play=x&seed=3"),
        ("?hide=play&loss=a", "?play=x&hide=play&loss=a"),
    ],
)
def test_the_address_keeps_the_order_in_which_python_writes_it(
    modules: Page, search: str, written: str
) -> None:
    assert modules.evaluate("(search) => withPlay(search, 'x')", search) == written
    without = written.replace("play=x", "").replace("?&", "?").replace("&&", "&").rstrip("&?")
    assert modules.evaluate("(search) => withPlay(search, '')", search) == without
