"""HTML from templates: whatever a user names stays text."""

from html.parser import HTMLParser

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.charts.loss_style import style_for
from lossviz.experiments.engine.messages import PreviewImage
from lossviz.losses.catalogue import LOSSES
from lossviz.ui.legend_key import legend_key
from lossviz.ui.templates import render
from lossviz.ui.train.launching.preview_images import preview_caption, preview_html
from lossviz.ui.train.results.epoch_table import epoch_table
from lossviz.ui.verdict.verdict_lines import VerdictLine
from tests.support.records import metrics

HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "' onmouseover='alert(1)",
    "a & b &lt;",
    "{{ 7 * 7 }}",
    "</figcaption></figure><h1>x</h1>",
)


class Reader(HTMLParser):
    """The tags of a piece of HTML with their attributes, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(str(html))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def image(true_class: str, label: str) -> PreviewImage:
    return PreviewImage(png=b"png", true_class=true_class, label=label)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_class_name_is_text_in_the_tiles(name: str) -> None:
    page = Reader(preview_html([image(name, name), image(name, f"other {name}")]))
    assert page.tags == ["div", "figure", "img", "figcaption", *page.tags[4:]]
    assert page.tags[4:] == ["figure", "img", "figcaption", "s", "b"]
    assert page.text.split() == f"{name} {name} other {name}".split()
    assert [value for key, value in page.attributes if key == "alt"] == [name, name]
    assert {key for key, _ in page.attributes} == {"class", "role", "aria-label", "src", "alt"}


@given(name=st.text(alphabet=st.characters(exclude_characters="\r\0", codec="utf-8")))
def test_any_class_name_makes_the_same_elements(name: str) -> None:
    assert Reader(preview_html([image(name, name)])).tags == ["div", "figure", "img", "figcaption"]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_loss_name_is_text_in_the_verdict(text: str) -> None:
    line = VerdictLine(
        loss=text,
        legend_key=legend_key(style_for(LOSSES["inverse"])),
        sentence=text,
        new_images=text,
        tone="better",
    )
    others = {"plan": text, "warning": text, "kornblith": "", "claims": ""}
    verdict = render("verdict/verdict.html", lines=[line], kornblith_link="", **others)
    page = Reader(render("verdict/verdict_summary.html", summary=text) + verdict)
    assert not {"script", "img", "h1"} & set(page.tags)
    assert [value for key, value in page.attributes if key == "data-loss"] == [text]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_loss_name_is_text_in_its_card(name: str) -> None:
    key = legend_key(style_for(LOSSES["inverse"]))
    page = Reader(render("loss_title.html", legend_key=key, name=name))
    assert page.tags == ["div", "span", "strong"]
    assert page.text.strip() == name


def test_the_table_of_epochs_has_the_article_s_columns_and_no_more_digits_than_images() -> None:
    page = Reader(epoch_table([metrics(1)], images=359))
    assert page.text.split("\n")[0] == ""
    head = ["phase", "epoch", "training loss", "validation loss", "error rate", "seconds"]
    assert [line for line in page.text.split("\n") if line] == [
        *head,
        "frozen",
        "1",
        "1.250",
        "−0.750",
        "12.5%",
        "0.5",
    ]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (0, "as the network gets it."),
        (1, "Of these, 1 has a wrong label"),
        (2, "Of these, 2 have a wrong label"),
    ],
)
def test_the_caption_counts_the_wrong_labels(wrong: int, sentence: str) -> None:
    images = [image("a", "b")] * wrong + [image("a", "a")] * 3
    assert sentence in preview_caption(images)


def test_a_value_that_is_missing_is_an_error_and_no_gap() -> None:
    with pytest.raises(jinja2.UndefinedError):
        render("loss_title.html", name="x")
