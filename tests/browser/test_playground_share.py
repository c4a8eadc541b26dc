"""What the playground saves: pictures, drawings and videos that other programs open."""

import base64
import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.playground.offer import offered
from lossviz.ui.static_files import COMPONENTS
from tests.support.browser import settled
from tests.support.modules import open_modules

pytestmark = pytest.mark.browser

SVG = "{http://www.w3.org/2000/svg}"
_PICTURE = """({ steps, data }) => {
  const state = { ...START, noise: 0.4, points: 60 };
  const losses = ["focal", "<a & b>"].map((name) => ({ ...data, name, color: "#123", dash: "" }));
  const problem = makeProblem(state);
  const run = new Run(problem, state, losses);
  for (let i = 0; i < steps; i++) run.step();
  const frame = { kind: "frame", run: 1, steps: run.steps, epoch: run.batches.epoch,
    playing: false, left: 0, networks: run.trainers.map((trainer) => ({
      map: decisionMap(trainer.network), train: evaluate(trainer, problem.train),
      test: evaluate(trainer, problem.test), stop: trainer.stop })) };
  const { text } = pictureSvg(pictureOf({ state, losses, problem, frame }));
  const errors = frame.networks.map(({ train, test }) => [train.error, test.error]);
  return { text, errors, wrong: [...problem.train.labels].filter(
    (k, i) => k !== problem.train.truths[i]).length };
}"""


def class_colors() -> NDArray[np.float64]:
    source = (COMPONENTS / "playground/view/maps/class_colors.js").read_text()
    return np.array(re.findall(r"\[(\d+), (\d+), (\d+)\]", source), dtype=float)


def open_playground(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/playground?loss=cross_entropy&loss=dot_product")
    expect(page.get_by_role("button", name="Save as PNG")).to_be_enabled()
    settled(page)


def press_steps(page: Page, count: int) -> None:
    for _ in range(count):
        page.get_by_role("button", name="One step").click()
    expect(page.locator(".toolbar")).to_contain_text(re.compile(rf"step {count}\b", re.I))


def saved(page: Page, button: str, folder: Path) -> Path:
    """The file that a button saves, under the name that it gives it."""
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    expect(page.locator(".save-menu output")).to_have_text(f"Saved: {path.name}")
    return path


def test_a_drawing_has_a_mark_for_each_point_and_the_error_rates_as_text(page: Page) -> None:
    open_modules(
        page,
        "playground/share/picture.js",
        "playground/share/picture_svg.js",
        "playground/state/codec.js",
        "playground/data/problem.js",
        "playground/engine/run.js",
        "playground/engine/decision_map.js",
        "playground/engine/evaluation.js",
    )
    drawn = page.evaluate(
        _PICTURE, {"steps": 30, "data": json.loads(json.dumps(offered(LOSSES["focal"])))}
    )
    root = ElementTree.fromstring(drawn["text"])
    networks = [group for group in root.iter(f"{SVG}g") if group.get("class") == "network"]
    texts = [[text.text for text in network.iter(f"{SVG}text")] for network in networks]
    assert [text[0] for text in texts] == ["focal, γ = 2", "<a & b>, γ = 2"]
    for network, words, (train, test) in zip(networks, texts, drawn["errors"], strict=True):
        marks = next(group for group in network.iter(f"{SVG}g") if group.get("class") == "points")
        classes = [mark.get("class") for mark in marks.iter()]
        assert classes.count("mark") == 60
        assert classes.count("wrong") == drawn["wrong"] == 24
        assert words[1] == f"Test error {100 * test:.1f}%, training error {100 * train:.1f}%"
        assert str(words[2]).startswith("Gradient from wrong labels: ")
    said = " ".join(text.text or "" for text in root.iter(f"{SVG}text"))
    assert "Step 30, epoch" in said
    assert "40% wrong labels" in said
    links = [image.get("href") or "" for image in root.iter(f"{SVG}image")]
    assert len(links) == 2
    assert all(link.startswith("data:image/png;base64,") for link in links), "nothing is elsewhere"


def test_a_png_shows_the_maps_and_opens_elsewhere(page: Page, app_url: str, tmp_path: Path) -> None:
    open_playground(page, app_url)
    press_steps(page, 3)
    path = saved(page, "Save as PNG", tmp_path)
    assert path.name == "lossviz-playground-step-3.png"
    with Image.open(path) as image:
        pixels = np.asarray(image.convert("RGB"), dtype=int).reshape(-1, 3)
    assert (pixels[0] == 255).all(), "light on any page"
    for color in class_colors()[:3]:
        near = np.abs(pixels - color).sum(axis=1) < 12
        assert near.sum() > 500, color
    colored = np.ptp(pixels, axis=1) > 20
    assert colored.mean() > 0.3, "the maps cover much of it"


def test_an_svg_is_saved_as_it_is_drawn(page: Page, app_url: str, tmp_path: Path) -> None:
    open_playground(page, app_url)
    press_steps(page, 2)
    root = ElementTree.parse(saved(page, "Save as SVG", tmp_path)).getroot()
    said = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert "Step 2, epoch 0" in said
    assert len([text for text in said if text.startswith("Test error ")]) == 2


def test_a_video_replays_the_run_from_its_first_step(
    page: Page, app_url: str, tmp_path: Path
) -> None:
    open_playground(page, app_url)
    expect(page.locator(".no-video")).to_have_text("A video needs a run: press Play first.")
    expect(page.get_by_role("button", name="Save a video")).to_be_hidden()
    press_steps(page, 4)
    path = saved(page, "Save a video", tmp_path)
    assert re.fullmatch(r"lossviz-playground-step-4\.(webm|mp4)", path.name)
    seen = page.evaluate(
        """async (data) => {
          const video = document.createElement("video");
          const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
          video.src = URL.createObjectURL(new Blob([bytes]));
          video.muted = true;
          await new Promise((resolve, reject) => {
            video.onloadedmetadata = resolve;
            video.onerror = () => reject(new Error("no video"));
          });
          return [video.duration, video.videoWidth, video.videoHeight];
        }""",
        base64.b64encode(path.read_bytes()).decode(),
    )
    duration_s, width, height = seen
    assert 1 < duration_s < 10
    assert width > 600
    assert height > 300


def test_a_video_can_be_canceled(page: Page, app_url: str) -> None:
    open_playground(page, app_url)
    press_steps(page, 2)
    page.get_by_role("button", name="Save a video").click()
    page.get_by_role("button", name="Cancel the video").click()
    expect(page.locator(".save-menu output")).to_have_text("Cancelled: no video was saved.")
    expect(page.get_by_role("button", name="Save a video")).to_be_visible()


def test_a_browser_that_records_nothing_has_no_button_and_says_why(
    browser: Browser, app_url: str
) -> None:
    with browser.new_context() as context:
        context.add_init_script("delete window.MediaRecorder;")
        page = context.new_page()
        page.set_default_timeout(60_000)
        open_playground(page, app_url)
        expect(page.locator(".no-video")).to_have_text("This browser cannot record a video.")
        expect(page.get_by_role("button", name="Save a video")).to_be_hidden()
