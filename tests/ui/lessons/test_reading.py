"""A lesson's file is read, or refused with the line that is wrong."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.ui.lessons.lesson import Guess, LessonError, Question, Reveal, Text, View
from lossviz.ui.lessons.library import SHIPPED, read_lesson_file, read_library
from lossviz.ui.lessons.reading import MOST_CHARACTERS, read_lesson
from lossviz.ui.lessons.values import VALUES, UnknownValue, fill_values
from lossviz.ui.lessons.views import KINDS

HEADER = "---\ntitle: T\nsummary: S.\nminutes: 5\nlevel: beginner\n---\n"
WHOLE = f"""{HEADER}
# First

Text with {{penalty inverse p=0.1}} and LaTeX $\\frac{{a}}{{b}}$, e^{{-x}}.

```python
# no step, and {{no value}} is refused only outside
```

```view curves
loss: cross_entropy
loss: p**-k; k=0.5
view: weight
at: 0.2
```

```guess g
How many?
number: 0 to 10
```

```reveal g
It is {{dot 0.2,0.8 0,1}}.
```

# Second

```question
Which?
- [ ] one
- [x] two
Because.
```

```view geometry
p: 0.8,0.2
```
""".replace("and {no value} is refused only outside", "a comment")

WRONG: dict[str, tuple[str, int, str]] = {
    "nothing": ("", 1, "begins with a line ---"),
    "no end of the header": ("---\ntitle: T\n", 1, "no second line ---"),
    "no title": ("---\nsummary: S\nminutes: 5\nlevel: beginner\n---\n# A\nx", 2, "has no title"),
    "an unknown field": ("---\ntitel: T\n---\n# A", 2, "write one of title"),
    "no number": (HEADER.replace("5", "five") + "# A\nx", 4, "whole number from 1 to 600"),
    "no level": (HEADER.replace("beginner", "easy") + "# A\nx", 5, "must be one of beginner"),
    "no step": (HEADER, 7, "has no step"),
    "text before": (f"{HEADER}\nHello", 8, "stands before the first step"),
    "an empty step": (f"{HEADER}# A\n# B\nx", 7, "the step is empty"),
    "an unknown value": (f"{HEADER}# A\nx\n{{cost inverse}}", 9, "{cost inverse} cannot be"),
    "an unknown loss": (f"{HEADER}# A\n{{penalty invers p=1}}", 8, "did you mean 'inverse'?"),
    "no p": (f"{HEADER}# A\n{{penalty inverse}}", 8, "p=… is missing"),
    "an unknown view": (f"{HEADER}# A\n```view movie\n```", 8, "write view and one of curves"),
    "a view without losses": (f"{HEADER}# A\n```view curves\nat: 0.1\n```", 8, "its loss"),
    "a wrong loss": (f"{HEADER}# A\n```view curves\nloss: (\n```", 9, "cannot be read"),
    "a wrong range": (f"{HEADER}# A\n```view curves\nloss: brier\nat: 7\n```", 10, "0.0001 to 1"),
    "a wrong field": (f"{HEADER}# A\n```view curves\nlos: brier\n```", 9, "write one of loss"),
    "an experiment": (f"{HEADER}# A\n```view experiment\nname: x\n```", 9, "one of article"),
    "a recording": (f"{HEADER}# A\n```view recorded\nname: x\n```", 9, "one of article, wrong"),
    "an open block": (f"{HEADER}# A\n```question\nWhich?", 8, "no closing line"),
    "no choice": (f"{HEADER}# A\n```question\nWhich?\n```", 8, "needs 2 to 12 choices"),
    "two right ones": (
        f"{HEADER}# A\n```question\nWhich?\n- [x] a\n- [x] b\n```",
        10,
        "one choice must be right",
    ),
    "the same choice": (f"{HEADER}# A\n```guess g\nQ\n- a\n- a\n```", 10, "are the same"),
    "no name": (f"{HEADER}# A\n```guess\nQ\n- a\n- b\n```", 8, "write guess and a name"),
    "never revealed": (f"{HEADER}# A\n```guess g\nQ\n- a\n- b\n```", 7, "is not revealed"),
    "not guessed": (f"{HEADER}# A\n```reveal g\nIt is.\n```", 7, "before it is guessed"),
    "wrong limits": (f"{HEADER}# A\n```guess g\nQ\nnumber: 9 to 1\n```", 10, "0 to 100"),
    "too long": ("x" * (MOST_CHARACTERS + 1), 1, "at most 200,000 characters"),
}


def test_a_lesson_has_its_steps_and_blocks_in_order_with_its_values_filled_in() -> None:
    lesson = read_lesson(WHOLE, name="t.md")
    first, second = lesson.steps
    assert [type(block) for block in first.blocks] == [Text, View, Guess, Reveal]
    assert [type(block) for block in second.blocks] == [Question, View]
    text = first.blocks[0]
    assert isinstance(text, Text)
    assert "Text with 10 and LaTeX $\\frac{a}{b}$, e^{-x}." in text.markdown
    assert "# no step" in text.markdown
    view = first.blocks[1]
    assert isinstance(view, View)
    assert view.state.losses == ("cross_entropy", "p**-k; k=0.5")
    assert view.state.chart.views == ("weight",)
    assert view.state.cursor_p == 0.2


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_file_is_refused_with_its_line(what: str) -> None:
    text, line, problem = WRONG[what]
    with pytest.raises(LessonError) as refused:
        read_lesson(text, name="t.md")
    assert (refused.value.line, refused.value.name) == (line, "t.md")
    assert problem in refused.value.problem


PIECES = st.sampled_from(
    [
        "# A",
        "text",
        "```",
        "~~~",
        "````",
        *(f"```view {kind}" for kind in KINDS),
        "loss: brier",
        "```question",
        "```guess g",
        "```reveal g",
        "- a",
        "- [x] a",
        "- [ ] b",
        "number: 0 to 1",
        "{penalty brier p=0.5}",
        "{",
        "> # quoted",
        "  - ```view curves",
        "<script>alert(1)</script>",
    ]
)


@given(text=st.text(max_size=300))
def test_any_text_is_read_or_refused_with_a_line_that_it_has(text: str) -> None:
    _read_or_refuse(text)


@given(pieces=st.lists(PIECES | st.text(max_size=12), max_size=20))
def test_any_pieces_of_lessons_are_read_or_refused_with_a_line_that_they_have(
    pieces: list[str],
) -> None:
    _read_or_refuse(HEADER + "\n".join(pieces))


def _read_or_refuse(text: str) -> None:
    refused = None
    try:
        lesson = read_lesson(text, name="t.md")
    except LessonError as error:
        refused = error
    if refused is None:
        assert all(step.blocks for step in lesson.steps)
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1
    assert 1 <= refused.line <= lines + 1
    assert refused.problem


@given(words=st.text(alphabet=st.characters(exclude_characters="{}\n"), max_size=40))
@pytest.mark.parametrize("name", VALUES)
def test_any_words_after_a_value_s_name_give_a_number_or_a_refusal(name: str, words: str) -> None:
    with suppress(UnknownValue):
        assert fill_values(f"{{{name} {words}}}")


def test_what_ships_can_be_read_and_has_5_to_8_steps() -> None:
    library = read_library({})
    assert library.problems == ()
    assert {*library.lessons} == {path.stem for path in SHIPPED.glob("*.md")}
    assert all(5 <= len(lesson.steps) <= 8 for lesson in library.lessons.values())


def test_a_deployer_s_folder_adds_and_replaces_lessons_and_its_wrong_files_are_named(
    tmp_path: Path,
) -> None:
    (tmp_path / "mine.md").write_text(WHOLE)
    (tmp_path / "article.md").write_text(WHOLE)
    (tmp_path / "Wrong Name.md").write_text(WHOLE)
    (tmp_path / "latin.md").write_bytes(HEADER.encode() + b"# A\n\xe9\n")
    library = read_library({"LOSSVIZ_LESSONS": str(tmp_path)})
    assert {"mine", "article", "label_noise"} <= {*library.lessons}
    assert library.lessons["article"].title == "T"
    problems = {(error.name, error.line) for error in library.problems}
    assert problems == {("Wrong Name.md", 1), ("latin.md", 8)}
    missing = read_library({"LOSSVIZ_LESSONS": str(tmp_path / "none")})
    assert "cannot be read" in str(missing.problems[0])


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.md"
    path.write_text(WHOLE)
    assert read_lesson_file(path).title == "T"
    path.write_text(WHOLE.replace("title: T", "title: Other"))
    assert read_lesson_file(path).title == "Other"
