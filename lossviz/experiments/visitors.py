"""Who uses an app: pure."""

import hashlib
from dataclasses import dataclass
from typing import Final

NOBODY: Final = ""  # the owner of what a private app trains


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who uses an app.

    Attributes:
        key: Who it is, as the owner of a comparison; ``NOBODY`` where that is not known, as of one
            who has not logged in. A secret token is not to be found from it.
        name: To be shown to the visitor; empty where it is not known.
        is_deployer: Whether it is the one who deployed the app.
        owns_all: Whether every comparison is theirs, as in a private app.
    """

    key: str = NOBODY
    name: str = ""
    is_deployer: bool = False
    owns_all: bool = False


PRIVATE_USER: Final = Visitor(is_deployer=True, owns_all=True)  # whoever uses a private app


def login_key(issuer: str, subject: str) -> str:
    """The key of a visitor whom a login provider knows.

    OpenID Connect Core 1.0, section 2: only issuer and subject together name a person.
    """
    return f"login-{_digest(issuer, subject)}"


def browser_key(token: str) -> str:
    """The key of a visitor whose browser keeps a secret token."""
    return f"browser-{_digest(token)}"


def _digest(*parts: str) -> str:
    joined = "".join(f"{len(part)}:{part}" for part in parts)  # so that no two pairs are the same
    return hashlib.sha256(joined.encode()).hexdigest()[:32]
