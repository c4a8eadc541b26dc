"""The page of lessons, run without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from lossviz.ui.lessons.lesson import Guess, Lesson, Question, Reveal
from lossviz.ui.lessons.library import read_library
from tests.support.pages import opened
from tests.support.words import without_links
from tests.ui.lessons.test_reading import HEADER

PAGE = "pages/lessons.py"
LESSONS = read_library({}).lessons


def works(app: AppTest) -> AppTest:
    assert not app.exception
    assert not app.error
    return app


def press(app: AppTest, label: str) -> AppTest:
    return works(next(button for button in app.button if button.label == label).click().run())


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.success, app.info, app.caption, app.warning)
    text = "\n".join(without_links(str(element.value)) for kind in kinds for element in kind)
    return text.replace("\\", "")  # before what means something in Markdown


def answer(app: AppTest, lesson: Lesson, number: int) -> AppTest:
    """The page after everything that a step asks for was answered."""
    for block in lesson.steps[number - 1].blocks:
        if isinstance(block, Question | Guess):
            key = f"{lesson.key}: {block.key}"
            if block.choices:
                app.radio(key).set_value(block.choices[0])
            else:
                app.number_input(key).set_value(1.0)
            works(app.run())
    return app


@pytest.mark.parametrize("key", LESSONS)
def test_a_lesson_is_done_from_start_to_end_and_nothing_is_revealed_before_it_is_guessed(
    key: str,
) -> None:
    lesson = LESSONS[key]
    app = works(opened(PAGE))
    app.button(f"open {key}").click()
    works(app.run())
    for number, step in enumerate(lesson.steps, 1):
        assert app.header[0].value == f"{number} of {len(lesson.steps)} · {step.title}"
        assert app.query_params["step"] == str(number)
        reveals = [block.markdown for block in step.blocks if isinstance(block, Reveal)]
        assert not any(reveal in texts(app) for reveal in reveals)
        answer(app, lesson, number)
        assert all(reveal in texts(app) for reveal in reveals)
        if number < len(lesson.steps):
            press(app, "Next")
    press(app, "Back")
    press(app, "Next")
    reveals = [block.markdown for block in lesson.steps[-1].blocks if isinstance(block, Reveal)]
    assert all(reveal in texts(app) for reveal in reveals)  # what was guessed is kept
    press(app, "All lessons")
    assert any(b.label == f"Go on at step {len(lesson.steps)}" for b in app.button)


def test_a_link_opens_a_step_and_one_that_names_nothing_says_so() -> None:
    app = works(opened(PAGE, lesson="article", step="3"))
    assert app.header[0].value.startswith("3 of 7")
    app = works(opened(PAGE, lesson="article", step="99"))
    assert "The link's step is '99', but this lesson has 7; it begins at step 1." in texts(app)
    app = works(opened(PAGE, lesson="moon"))
    assert "There is no lesson 'moon' in this app; these are its lessons." in texts(app)
    assert app.button("open article")


def test_html_in_a_lesson_is_text_and_a_wrong_file_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = "<script>document.title = 'run'</script><b>bold</b>"
    (tmp_path / "mine.md").write_text(f"{HEADER}# A\n\nx {script}\n")
    (tmp_path / "wrong.md").write_text(f"{HEADER}# A\n{{penalty}}")
    monkeypatch.setenv("LOSSVIZ_LESSONS", str(tmp_path))
    app = opened(PAGE, lesson="mine")
    works(app)
    assert not any(element.allow_html for element in app.markdown if script in element.value)
    assert any(script in element.value for element in app.markdown)
    app = opened(PAGE)
    said = [error.value for error in app.error] + [warning.value for warning in app.warning]
    assert len(said) == 1
