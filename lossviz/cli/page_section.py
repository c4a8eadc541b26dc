"""Sections of a Markdown page that commands write: each stands between two comments."""

from pathlib import Path

from lossviz.errors import InvalidInput


def with_section(page: str, name: str, body: str) -> str:
    r"""A page with one of its sections replaced.

    Args:
        page: Markdown that holds ``<!-- NAME -->`` and, below, ``<!-- end of NAME -->``.
        name: Which section.
        body: What stands between the two.

    Raises:
        InvalidInput: The page has no such section.

    >>> page = "# Page\n<!-- a -->\nold\n<!-- end of a -->\nrest"
    >>> with_section(page, "a", "new").splitlines()
    ['# Page', '<!-- a -->', 'new', '<!-- end of a -->', 'rest']
    """
    first, last = f"<!-- {name} -->\n", f"<!-- end of {name} -->"
    before, opened, rest = page.partition(first)
    _old, closed, after = rest.partition(last)
    if not (opened and closed):
        raise InvalidInput(f"the page has no section between {first.strip()} and {last}")
    return f"{before}{first}{body.rstrip()}\n{last}{after}"


def read_page(path: Path) -> str:
    """A page's text.

    Raises:
        InvalidInput: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
