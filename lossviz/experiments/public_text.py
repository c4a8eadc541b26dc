"""What strangers may read of a message: nothing of the server's folders and secrets. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

# A path from the root with two names or more, so that 1 /p and a name like /train stay; an address
# of the web does not begin so.
_PATH: Final = re.compile(
    r"(?<![\w/.:…])(?:(?:file|sqlite):/{2,3})?(?:…|[A-Za-z]:)?[/\\]"
    r"(?:[^\s/\\'\"`,;:()<>|]+[/\\])+(?P<name>[^\s/\\'\"`,;:()<>|]*)"
    r"|…(?:[/\\][^\s/\\'\"`,;:()<>|]+)*[/\\](?P<last>[^\s/\\'\"`,;:()<>|]*)"
)
_SECRET: Final = re.compile(r"TOKEN|SECRET|PASSW|KEY|CREDENTIAL|DATABASE|DSN", re.IGNORECASE)
_SHORTEST: Final = 6  # a shorter value is a word or a number that may stand anywhere


def without_server(text: str, *, hidden: Iterable[str] = ()) -> str:
    """A message without where things lie on the server: of a path, the last name stays.

    Args:
        text: The message.
        hidden: Folders and secrets that are taken out wherever they stand, also where blanks in
            them make a path hard to tell.

    >>> without_server("no space left: /home/me/uploads/x/rose (28)")
    'no space left: …/rose (28)'
    >>> without_server("see https://example.org/a/b, or p/sqrt(q) /2")
    'see https://example.org/a/b, or p/sqrt(q) /2'
    """
    for secret in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(secret, "…")
    return _PATH.sub(lambda found: f"…/{found['name'] or found['last'] or ''}".rstrip("/"), text)


def secrets_of(environment: Mapping[str, str]) -> list[str]:
    """The values of variables whose names say that they are not for everybody.

    >>> secrets_of({"LOSSVIZ_DEPLOYER_TOKEN": "abcdefgh", "HOME": "/home/me", "API_KEY": "1"})
    ['abcdefgh']
    """
    return [
        value
        for name, value in environment.items()
        if _SECRET.search(name) and len(value) >= _SHORTEST
    ]
