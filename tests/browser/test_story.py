"""The story's seven steps, done by hand and by keyboard in a real browser."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from lossviz.charts.curves import curve_uid
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.story.steps import NEXT_PAGES, STEPS
from tests.support.accessibility import lasting_violations, tab_to
from tests.support.browser import settled
from tests.support.curve_page import press_on_slider

pytestmark = pytest.mark.browser

DRAWN = {"arrows": "svg.plane", "bars": "svg.bars-drawing", "curves": ".plot"}
Box = tuple[float, float, float, float]  # left, top, right, bottom


def box_of(node: Locator) -> Box:
    box = node.bounding_box()
    assert box
    return box["x"], box["y"], box["x"] + box["width"], box["y"] + box["height"]


def middle_of(node: Locator) -> tuple[float, float]:
    left, top, right, bottom = box_of(node)
    return (left + right) / 2, (top + bottom) / 2


def open_step(page: Page, app_url: str, number: int) -> None:
    page.goto(f"{app_url}/story?step={number}")
    settle(page, number)


def settle(page: Page, number: int) -> None:
    """Wait until a step is drawn."""
    expect(page.locator(".st-key-story-text h2")).to_have_text(
        f"{number} of 7 · {STEPS[number - 1].title}"
    )
    step = STEPS[number - 1]
    expect(page.locator(f"{DRAWN[step.drawing]}[data-drawn]")).to_have_count(1)
    if step.drawing == "curves":  # not those of the step before, as many as they may be
        shown = step.losses[:1] if step.guesses else step.losses
        expect(page.locator(".values tbody tr")).to_have_count(len(shown))
        expect(page.locator(".plot .scatterlayer .trace")).to_have_count(len(shown))
        for uid in (curve_uid(loss_from_spec(spec)) for spec in shown):
            expect(page.locator(f".plot .scatterlayer .trace{uid}")).to_have_count(1)
    settled(page)


def answer(page: Page) -> Locator:
    return page.locator(".st-key-story-done")


def next_button(page: Page) -> Locator:
    return page.get_by_role("button", name="Next")


def drawing(page: Page) -> Locator:
    return page.locator(".plot, svg.plane, svg.bars-drawing").first


def control(page: Page) -> Locator:
    """What the hand is to take hold of."""
    return page.locator(
        "svg.plane .prediction-handle, .p-handle, .st-key-story-task button,"
        " .parameter input[type=range], .nsewdrag"
    ).first


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=8)
    page.mouse.up()


def turn_the_arrow(page: Page) -> None:
    drag(
        page, middle_of(page.locator(".prediction-handle")), middle_of(page.locator(".target-head"))
    )


def pull_the_bar(page: Page) -> None:
    x, y = middle_of(page.locator(".p-handle"))
    top = box_of(page.locator(".bars-drawing .axis"))[1]
    drag(page, (x, y), (x, top + 5))


def point_at_a_low_p(page: Page) -> None:
    left, top, right, bottom = box_of(page.locator(".nsewdrag").first)
    page.mouse.move((left + right) / 2, (top + bottom) / 2)
    page.mouse.move(left + 0.012 * (right - left), (top + bottom) / 2, steps=8)


def guess_and_read(page: Page) -> None:
    page.get_by_text("cross-entropy, −ln p", exact=True).click()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)
    expect(page.get_by_text("Now read both curves")).to_be_visible()
    point_at_a_low_p(page)


def drag_k_near_1(page: Page) -> None:
    x, y, length = press_on_slider(page, "k of inverse power")
    page.mouse.move(x + length * 0.79 / 1.99, y, steps=8)
    page.mouse.up()
    expect(page.get_by_role("slider", name="k of inverse power")).to_have_value("1")


def drag_q_to_its_end(page: Page) -> None:
    x, y, length = press_on_slider(page, "q of generalised cross-entropy")
    page.mouse.move(x - length - 20, y, steps=8)
    page.mouse.up()


BY_HAND: tuple[Callable[[Page], None], ...] = (
    turn_the_arrow,
    pull_the_bar,
    guess_and_read,
    point_at_a_low_p,
    drag_k_near_1,
    point_at_a_low_p,
    drag_q_to_its_end,
)


def test_all_seven_steps_are_done_by_hand_on_one_screen_of_1280_by_720(
    page: Page, app_url: str
) -> None:
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{app_url}/story")
    for number, do in enumerate(BY_HAND, start=1):
        settle(page, number)
        do(page)
        expect(answer(page)).to_be_visible()
        last = "Back" if number == len(STEPS) else "Next"
        parts = [page.locator(".st-key-story-text h2"), page.locator(".st-key-story-task")]
        for part in [*parts, drawing(page), answer(page), page.get_by_role("button", name=last)]:
            left, top, right, bottom = box_of(part)
            assert left >= 0
            assert top >= 0
            assert right <= 1280
            assert bottom <= 720, (number, part)
        assert lasting_violations(page) == []
        if number < len(STEPS):
            next_button(page).click()
            page.wait_for_url(f"**step={number + 1}*")
    for target in NEXT_PAGES:
        expect(page.get_by_role("link", name=target.label)).to_be_visible()


def test_a_phone_shows_headline_control_and_drawing_at_first_and_the_answer_in_sight(
    phone: Page, app_url: str
) -> None:
    phone.goto(f"{app_url}/story")
    for number, do in enumerate(BY_HAND, start=1):
        settle(phone, number)
        phone.locator(".stMain").evaluate("node => node.scrollTo(0, 0)")
        assert box_of(phone.get_by_role("heading", level=1))[1] >= 0
        assert box_of(control(phone))[3] <= 844
        _, top, _, bottom = box_of(drawing(phone))
        assert (min(bottom, 844) - top) / (bottom - top) >= 0.6, number
        do(phone)
        expect(answer(phone)).to_be_in_viewport(ratio=1)
        assert phone.evaluate("document.querySelector('.stMain').scrollWidth") <= 390
        if number < len(STEPS):
            expect(next_button(phone)).to_be_in_viewport(ratio=1)
            next_button(phone).click()
            phone.wait_for_url(f"**step={number + 1}*")


def test_a_keyboard_is_enough_and_nothing_moves_for_the_answer(page: Page, app_url: str) -> None:
    page.emulate_media(color_scheme="dark")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.goto(f"{app_url}/story")
    reader = page.get_by_role("slider", name="Read at p")
    for number in range(1, len(STEPS) + 1):
        settle(page, number)
        before = box_of(drawing(page))
        if number <= 2:
            tab_to(page, page.locator(".prediction-handle, .p-handle"))
            page.keyboard.press("End")
        elif number in (5, 7):
            tab_to(page, page.locator(".parameter input[type=range]"))
            if number == 5:
                page.keyboard.press("Tab")
                page.keyboard.type("1")
                page.keyboard.press("Enter")
            else:
                page.keyboard.press("Home")
        else:
            if number == 3:
                tab_to(page, page.locator(".st-key-story-task button").first)
                page.keyboard.press("Enter")
                expect(page.get_by_text("Now read both curves")).to_be_visible()
            tab_to(page, reader)
            page.keyboard.press("Home")
        expect(answer(page)).to_be_visible()
        assert box_of(drawing(page)) == pytest.approx(before, abs=1)
        assert lasting_violations(page) == []
        if number < len(STEPS):
            tab_to(page, next_button(page))
            page.keyboard.press("Enter")
            page.wait_for_url(f"**step={number + 1}*")


def test_an_old_link_leads_to_its_step_and_back_leads_back(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/penalty_curves?story=3&loss=inverse")
    settle(page, 3)
    next_button(page).click()
    settle(page, 4)
    page.go_back()
    settle(page, 3)
    page.locator(".st-key-menu").get_by_role("link", name="Penalty curves").click()
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(4)
