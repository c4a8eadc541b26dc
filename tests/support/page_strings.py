"""Every string of the source that a page, a command or an error can show."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeGuard

from tests.support.browser import ROOT

_FOLDERS = ("lossviz", "pages")
# Their strings reach nobody: benchmarks and what makes tables and weights for the project itself.
_NOT_SHOWN = ("benchmarks", "migrations", "make_limits.py", "pretrain_letters.py")
_JAVASCRIPT = re.compile(
    r"//[^\n]*|/\*.*?\*/"
    r"|(?P<text>\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`)",
    re.DOTALL,
)
_HTML = re.compile(r"<!--.*?-->|\{[{%#].*?[}%#]\}|<[^>]*>", re.DOTALL)
_ATTRIBUTE = re.compile(r"(?:aria-label|title|alt|placeholder)=\"([^\"]*)\"")


@dataclass(frozen=True, slots=True, kw_only=True)
class PageString:
    """A string with the file it stands in, below the repository, and its line."""

    text: str
    path: str
    line: int


@cache
def page_strings() -> tuple[PageString, ...]:
    """All of them, but docstrings and comments."""
    return tuple(_page_strings())


def _page_strings() -> Iterator[PageString]:
    paths = [ROOT / "app.py"]
    for folder in _FOLDERS:
        paths += sorted((ROOT / folder).rglob("*"))
    readers = {".py": _of_python, ".js": _of_javascript, ".html": _of_html}
    for path in paths:
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in readers and not any(part in name for part in _NOT_SHOWN):
            for line, text in readers[path.suffix](path.read_text(encoding="utf-8")):
                yield PageString(text=" ".join(text.split()), path=name, line=line)


def _of_python(source: str) -> Iterator[tuple[int, str]]:
    tree = ast.parse(source)
    docstrings = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    joined = [node for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)]
    within = {id(part) for node in joined for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_part(part) for part in node.values)
        elif _is_text(node) and id(node) not in docstrings | within:
            yield node.lineno, str(node.value)


def _is_text(node: ast.AST) -> TypeGuard[ast.Constant]:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _part(part: ast.expr) -> str:
    """A piece of an f-string; a digit stands for what is filled in."""
    return str(part.value) if isinstance(part, ast.Constant) else "0"


def _of_javascript(source: str) -> Iterator[tuple[int, str]]:
    for match in _JAVASCRIPT.finditer(source):
        if match["text"]:
            text = re.sub(r"\$\{[^}]*\}", "0", match["text"][1:-1])
            yield source.count("\n", 0, match.start()) + 1, text


def _of_html(source: str) -> Iterator[tuple[int, str]]:
    for place, line in enumerate(source.splitlines(), 1):
        for text in [_HTML.sub(" ", line), *_ATTRIBUTE.findall(line)]:
            if text.strip():
                yield place, text
