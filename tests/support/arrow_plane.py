"""The plane of arrows in a real browser, for tests of what a person does with it."""

from playwright.sync_api import Locator, Page, expect

from tests.support.browser import settled

# Counts, in the page: the time of each frame, the drawings, and the messages to Python.
WATCH = """() => {
  Object.assign(window, { frames: [], draws: 0, sent: 0 });
  if (window.isWatched) return;  // a second drag: it is counted already
  window.isWatched = true;
  const watch = (time) => { window.frames.push(time); requestAnimationFrame(watch); };
  requestAnimationFrame(watch);
  new MutationObserver(() => window.draws++)
    .observe(document.querySelector("svg.plane"), { attributeFilter: ["data-drawn"] });
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (...parts) { window.sent++; return send.apply(this, parts); };
}"""


def open_plane(page: Page, app_url: str, query: str = "") -> None:
    page.goto(f"{app_url}/geometry?{query}")
    page.wait_for_selector("svg.plane[data-drawn]")
    settled(page)


def handle(page: Page) -> Locator:
    return page.get_by_role("slider", name="Prediction")


def drawn(page: Page) -> tuple[float, float]:
    x, y = (page.locator("svg.plane").get_attribute("data-drawn") or "").split(",")
    return float(x), float(y)


def expect_drawn(page: Page, text: str) -> None:
    expect(page.locator("svg.plane")).to_have_attribute("data-drawn", text)


def spot(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a point of the plane is in the window, by the unit square that is drawn."""
    box = page.locator("svg.plane .unit").bounding_box()
    assert box
    return box["x"] + x * box["width"], box["y"] + (1 - y) * box["height"]


def grab(page: Page) -> None:
    page.locator("svg.plane").scroll_into_view_if_needed()
    page.mouse.move(*spot(page, *drawn(page)))
    page.mouse.down()


def value_of(page: Page, measure: str) -> str:
    return page.locator(f"[data-measure={measure}] b").inner_text()


def sum_of(page: Page, measure: str) -> str:
    return page.locator(f"[data-measure={measure}] dd").inner_text()


def cost_of(page: Page, loss_id: str) -> str:
    return page.locator(f"[data-loss={loss_id}] b").inner_text()
