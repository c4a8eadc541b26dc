"""The playground's story: what its sentences say of trainings, and how it leads through them."""

import pytest
from playwright.sync_api import Page, expect

from lossviz.ui.playground.story import STEPS
from tests.support.browser import settled
from tests.support.lengths import light_first
from tests.support.modules import open_modules
from tests.support.playground_story import MARKS, MEASURED, train_story

pytestmark = pytest.mark.browser

JUDGED = range(1, 21)  # the playground's own seeds; a test of engine/seeds.js holds them
SOME = JUDGED[:10]
_POINTS = """(play) => {
  const { state, problems } = readState(play);
  const { train, test } = makeProblem(state);
  const count = ({ labels }, k) => labels.filter((label) => label === k).length;
  const classes = Array.from({ length: state.classes }, (_, k) => k);
  return {
    problems,
    wrong: [...train.labels].filter((k, i) => k !== train.truths[i]).length,
    wrongTest: [...test.labels].filter((k, i) => k !== test.truths[i]).length,
    train: classes.map((k) => count(train, k)),
    test: classes.map((k) => count(test, k)),
    layers: state.layers,
  };
}"""


@pytest.mark.parametrize("seeds", light_first(SOME, JUDGED), ids=["some seeds", "all seeds"])
@pytest.mark.parametrize("number", MARKS)
def test_what_a_step_says_of_trainings_is_what_they_show(
    page: Page, number: int, seeds: range
) -> None:
    seen = train_story(page, number, seeds)
    claims = [measured for measured in MEASURED if measured.step == number]
    assert claims
    assert [measured.says for measured in claims if not measured.holds(seen)] == []


def test_the_settings_of_the_steps_are_what_their_sentences_say(page: Page) -> None:
    open_modules(page, "playground/data/problem.js", "playground/state/codec.js")
    first, outlier, noise, imbalance, spirals, own = (
        page.evaluate(_POINTS, step.play) for step in STEPS
    )
    steps = (first, outlier, noise, imbalance, spirals, own)
    assert [step["problems"] for step in steps] == [[]] * len(STEPS)
    assert sum(outlier["train"]) == 61
    assert outlier["layers"] == []
    assert noise["wrong"] == 0.4 * sum(noise["train"])
    assert noise["wrongTest"] == 0
    most, _, least = imbalance["train"]
    assert most / least == pytest.approx(20, rel=0.05)
    assert len(set(imbalance["test"])) == 1
    assert len(spirals["train"]) == 5


def open_story(page: Page, app_url: str, query: str = "") -> None:
    page.goto(f"{app_url}/playground{query}")
    expect(page.get_by_role("button", name="Save as PNG")).to_be_enabled()
    settled(page)


def titles(page: Page) -> list[str]:
    return page.locator(".network .name").all_inner_texts()


def test_the_story_leads_through_its_steps_and_each_sets_losses_and_settings(
    page: Page, app_url: str
) -> None:
    open_story(page, app_url)
    page.get_by_role("button", name="A story in 6 steps").click()
    title = page.locator(".story h2")
    for number, step in enumerate(STEPS, 1):
        expect(title).to_have_text(f"{number} of 6 · {step.title}")
        expect(title).to_be_focused()
        expect(page.locator(".story .said")).to_have_text(step.text + step.task)
        expect(page.locator(".network .map")).to_have_count(len(step.losses))
        expect(page.get_by_role("button", name="Back", exact=True)).to_be_visible(
            visible=number > 1
        )
        if number < len(STEPS):
            page.get_by_role("button", name="Next", exact=True).press("Enter")
    expect(page.get_by_role("button", name="Next", exact=True)).to_be_hidden()
    page.wait_for_url("**story.is.6*")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="A story in 6 steps")).to_be_focused()
    page.wait_for_url(lambda url: "data.is.moons" in url and "story" not in url)


def test_a_link_opens_a_step_with_what_the_reader_changed(page: Page, app_url: str) -> None:
    open_story(page, app_url, "?loss=cross_entropy&play=story.is.3~noise.is.0.6")
    expect(page.locator(".story h2")).to_have_text(f"3 of 6 · {STEPS[2].title}")
    expect(page.locator(".network .map")).to_have_count(1)
    page.get_by_role("button", name="Set again").click()
    expect(page.locator(".network .map")).to_have_count(3)
    page.wait_for_url("**noise.is.0.4*")


def test_a_link_that_says_no_more_than_a_step_sets_it(page: Page, app_url: str) -> None:
    open_story(page, app_url, "?play=story.is.2")
    expect(page.locator(".network .map")).to_have_count(len(STEPS[1].losses))
    page.wait_for_url("**outliers.is.1*")
