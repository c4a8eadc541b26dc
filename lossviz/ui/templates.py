"""HTML that a page draws itself: Jinja templates beside the Python that fills them.

Every value is escaped unless it is ``Markup``, which only ``render`` makes.
"""

from base64 import b64encode
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

_FOLDER = Path(__file__).parent


def render(template: str, /, **values: object) -> Markup:
    """A template's HTML.

    Args:
        template: Its path below this folder.
        values: What it shows; whatever stands in them appears as text.

    Raises:
        jinja2.UndefinedError: The template names a value that is not there.
    """
    return Markup(_environment().get_template(template).render(values))


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["base64"] = lambda data: b64encode(data).decode()
    return environment
