"""What strangers may read of a message: nothing of the server and of its machines. Pure."""

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
_OF_CLUSTERS: Final = tuple(  # where messages name machines, and what is left there
    (re.compile(pattern), left)
    for pattern, left in (
        (r"\bRAY_ADDRESS=\S+", "RAY_ADDRESS"),
        (r"(?:\bray://)?(?<![\w.])(?:\d{1,3}(?:\.\d{1,3}){3}|\[[0-9A-Fa-f:]+\])(?::\d+)?", "…"),
        (r"(?<=\bnode )'[^']*'", "…"),  # as ``ray_node`` quotes its name
        (r"\b(Slurm's \w+ refused): .*?(?=; ask the cluster's|$)", r"\1"),  # in the site's words
        (r"\bslurmstepd\b.*", "slurmstepd: …"),
        (r"\blossviz-\S+-\d+-[0-9a-f]{8}\b", "…"),  # as ``SlurmCluster`` names its jobs
    )
)
_SECRET: Final = re.compile(r"TOKEN|SECRET|PASSW|KEY|CREDENTIAL|DATABASE|DSN", re.IGNORECASE)
_SHORTEST: Final = 6  # a shorter value is a word or a number that may stand anywhere


def without_server(text: str, *, hidden: Iterable[str] = ()) -> str:
    """A message without where things lie on the server, of a path the last name stays, and without
    the names and addresses of a cluster's machines.

    Args:
        text: The message.
        hidden: Folders and secrets that are taken out wherever they stand, also where blanks in
            them make a path hard to tell.

    >>> without_server("no space left: /home/me/uploads/x/rose (28)")
    'no space left: …/rose (28)'
    >>> without_server("see https://example.org/a/b, or p/sqrt(q) /2")
    'see https://example.org/a/b, or p/sqrt(q) /2'
    >>> without_server("the node 'gpu-17' cannot train; no Ray cluster answers at 10.0.0.3:6379")
    'the node … cannot train; no Ray cluster answers at …'
    """
    for secret in sorted(filter(None, hidden), key=len, reverse=True):
        text = text.replace(secret, "…")
    for pattern, left in _OF_CLUSTERS:
        text = pattern.sub(left, text)
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
