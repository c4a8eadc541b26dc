"""``lossviz lessons check``."""

from pathlib import Path

import pytest

from lossviz.cli.main import main
from lossviz.ui.lessons.library import SHIPPED
from tests.ui.lessons.test_reading import HEADER


def _run(monkeypatch: pytest.MonkeyPatch, *words: str) -> int:
    monkeypatch.setattr("sys.argv", ["lossviz", "lessons", *words])
    return main()


def test_a_lesson_is_named_with_its_steps(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [str(path) for path in sorted(SHIPPED.glob("*.md"))]
    assert _run(monkeypatch, "check", *paths) == 0
    assert capsys.readouterr().out.count(" steps\n") == len(paths)


@pytest.mark.parametrize("content", [f"{HEADER}# A\n{{penalty inverse}}", None])
def test_a_wrong_or_missing_file_ends_with_2_and_its_line_and_no_trace(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    content: str | None,
) -> None:
    path = tmp_path / "mine.md"
    if content is not None:
        path.write_text(content)
    assert _run(monkeypatch, "check", str(path)) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"error: mine.md, line {8 if content else 1}: ")
    assert said.count("\n") == 1
