"""A loss is invented: typed, seen, analysed, kept, copied as code and sent to training, in a real
browser.
"""

import statistics

import pytest
from playwright.sync_api import Locator, Page, expect

from lossviz import parse_loss
from lossviz.losses.analysis.lint import lint
from tests.support.curve_page import open_curves
from tests.support.lengths import heavy

pytestmark = pytest.mark.browser

# Before its last key each is no loss, so that no finding can be an earlier text's.
TYPED = (
    "-(1-p)**g*log(p)",
    "1/p + sin(p)",
    "k*(1-p)**2 + exp(-3*p)",
    "2*(1-p) + sum(pj**2)",
    "tanh(2-p)",
    "p**(-0.2)",
    "-log(p)/log(K) + sin(1-p)",
)
MOST_MS = 600
CLOCK = """([label, sentences]) => {
  window.took = null;
  const key = () => (window.pressed = performance.now());
  document.addEventListener('keydown', key, true);
  const check = () => {
    const card = document.querySelector('.stTextInput').closest('.stVerticalBlock');
    const typed = document.querySelector('.values button:disabled');
    const drawn = document.querySelector('.overlay .preview').getAttribute('d').length > 99;
    const explained = sentences.every((sentence) => card.textContent.includes(sentence));
    if (typed?.textContent === label && drawn && card.querySelector('.katex') && explained) {
      document.removeEventListener('keydown', key, true);
      return (window.took = performance.now() - window.pressed);
    }
    requestAnimationFrame(check);
  };
  requestAnimationFrame(check);
}"""


def field_of(page: Page) -> Locator:
    return page.get_by_role("textbox", name="A loss of your own")


@pytest.mark.alone
def test_curve_formula_and_findings_follow_the_last_key(page: Page, app_url: str) -> None:
    """The target is 300 ms from the last key to the last finding on two idle cores; the test
    prints, and allows for other programs: it takes the best of three rounds.
    """
    open_curves(page, f"{app_url}/penalty_curves")
    field = field_of(page)
    field.fill("3-3*p")  # the first text compiles the catalogue, and loads the browser's fonts
    expect(page.get_by_text("no mistake costs more than 3")).to_be_visible()
    medians: list[float] = []
    for _ in range(3):
        times = {text: milliseconds_to_the_findings(page, text) for text in TYPED}
        print(
            "\nfrom the last key to the last finding:",
            ", ".join(f"{text} {time:.0f} ms" for text, time in times.items()),
        )
        medians.append(statistics.median(times.values()))
        if medians[-1] < MOST_MS:
            break
    assert min(medians) < MOST_MS


def milliseconds_to_the_findings(page: Page, text: str) -> float:
    loss, field = parse_loss(text), field_of(page)
    field.fill("")
    expect(page.locator(".values button:disabled")).to_have_count(0)
    page.evaluate(CLOCK, [loss.label, [finding.message for finding in lint(loss)]])
    field.press_sequentially(text, delay=120)
    page.wait_for_function("window.took !== null")
    return float(page.evaluate("window.took"))


@pytest.mark.alone
def test_no_key_is_lost_however_fast_one_types(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    text = "(1-p)**2 + 1 - p + 1/p - log(p)"
    # shorter, about as long and longer than the pause after which it is reported to Python
    for delay in (20, 60, 90):
        field_of(page).fill("")
        field_of(page).press_sequentially(text, delay=delay)
        expect(page.locator(".stTextInput input")).to_have_value(text)
        expect(page.locator(".values button:disabled")).to_have_text(text)


def test_an_error_stands_under_the_field_with_a_caret_and_nothing_is_lost(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves")
    field = field_of(page)
    field.fill("p**-0.2 + lgo(p)")
    alert = page.get_by_role("alert").filter(has_text="did you mean 'log'")
    expect(alert).to_be_visible()
    expect(alert.locator("pre")).to_have_text("p**-0.2 + lgo(p)\n          ^")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(4)
    expect(field).to_have_value("p**-0.2 + lgo(p)")
    field.fill("p**-0.2 + log(p)")
    expect(alert).to_have_count(0)
    field.fill("")
    expect(page.locator(".values button:disabled")).to_have_count(0)
    assert page.locator(".overlay .preview").get_attribute("d") == "M0,0"


@pytest.mark.alone
def test_enter_keeps_the_loss_even_right_after_the_last_key(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse")
    field = field_of(page)
    field.focus()
    page.keyboard.type("mine = (1-p)**3")
    page.keyboard.press("Enter")
    page.wait_for_url("**mine*")
    expect(page.locator(".plot .scatterlayer .trace")).to_have_count(2)
    expect(field).to_have_value("")
    expect(page.locator(".lossviz-name").filter(has_text="mine")).to_be_visible()


@pytest.mark.parametrize(
    ("framework", "words"),
    [("PyTorch", "import torch"), heavy("fastai", "fastai"), heavy("Keras", "import keras")],
)
def test_a_kept_loss_can_be_copied_as_code(
    page: Page, app_url: str, framework: str, words: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=mine = (1-p)**a; a=3")
    page.get_by_role("button", name="Code").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name=framework).click()
    expect(dialog.locator("code")).to_contain_text(words)
    expect(dialog.locator("code")).to_contain_text("Mine")


def test_one_click_sends_what_is_typed_to_training_with_the_others(
    page: Page, app_url: str
) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse")
    field_of(page).fill("mine = (1-p)**2")
    page.locator(".stPageLink a[href*='mine']").click()
    page.wait_for_url("**/train?*")
    expect(page.get_by_role("button", name="Train 12 trials")).to_be_visible()
    expect(page.get_by_role("button", name="mine", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
    expect(page.get_by_role("button", name="inverse", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )


def test_a_card_sends_its_loss_to_training_against_cross_entropy(page: Page, app_url: str) -> None:
    open_curves(page, f"{app_url}/penalty_curves?loss=inverse&loss=dot_product")
    page.locator(".stPageLink").filter(has_text="Train").last.click()
    page.wait_for_url("**/train?*")
    expect(page.get_by_role("button", name="Train 12 trials")).to_be_visible()
    expect(page.get_by_role("button", name="cross-entropy", exact=True)).to_have_attribute(
        "aria-pressed", "true"
    )
