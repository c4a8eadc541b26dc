"""The lessons that an app has: those of the package, and those of the deployer's folder."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Final

import lossviz
from lossviz.ui.lessons.lesson import Lesson, LessonError
from lossviz.ui.lessons.reading import MOST_CHARACTERS, read_lesson

FOLDER_VARIABLE: Final = "LOSSVIZ_LESSONS"
SHIPPED: Final = Path(lossviz.__file__).with_name("lessons")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_MOST_LESSONS: Final = 200
_LONGEST_BYTES: Final = 4 * MOST_CHARACTERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The lessons that can be shown.

    Attributes:
        lessons: By their keys, those of the package first.
        problems: What is wrong with files that cannot be.
    """

    lessons: Mapping[str, Lesson] = field(default_factory=dict)
    problems: tuple[LessonError, ...] = ()


def read_library(environment: Mapping[str, str] = os.environ) -> Library:
    """The lessons of the package and of the folder that ``LOSSVIZ_LESSONS`` names. One of the
    folder takes the place of the package's of the same name.

    Side effects: reads files; one that has not changed is not read again.
    """
    folders = [SHIPPED]
    if named := environment.get(FOLDER_VARIABLE, "").strip():
        folders.append(Path(named))
    lessons: dict[str, Lesson] = {}
    problems = []
    for folder in folders:
        try:
            paths = sorted(folder.glob("*.md"))[:_MOST_LESSONS]
            if not folder.is_dir():
                raise NotADirectoryError
        except OSError:
            problem = f"{FOLDER_VARIABLE} names a folder that cannot be read"
            problems.append(LessonError(folder.name, 1, problem))
            continue
        for path in paths:
            try:
                lesson = read_lesson_file(path)
                lessons[lesson.key] = lesson
            except LessonError as error:
                problems.append(error)
    return Library(lessons=lessons, problems=tuple(problems))


def read_lesson_file(path: Path) -> Lesson:
    """Read a lesson from its file.

    Raises:
        LessonError: It is no lesson, or cannot be read.

    Side effects: reads the file, unless it is as it was when it was read before.
    """
    if not _KEY.fullmatch(path.stem):
        problem = (
            "the file's name is the lesson's name in an address: use small letters, digits, dashes"
            " and underscores, at most 60, and .md"
        )
        raise LessonError(path.name, 1, problem)
    try:
        known = path.stat()
        if known.st_size > _LONGEST_BYTES:
            raise LessonError(path.name, 1, f"a lesson has at most {MOST_CHARACTERS:,} characters")
        return _read(path, known.st_mtime_ns, known.st_size)
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise LessonError(path.name, line, "the file is not UTF-8") from error
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise LessonError(path.name, 1, f"the file cannot be read: {reason}") from error


@lru_cache(maxsize=_MOST_LESSONS)
def _read(path: Path, changed_ns: int, size: int) -> Lesson:
    return read_lesson(path.read_text(encoding="utf-8-sig"), name=path.name, key=path.stem)
