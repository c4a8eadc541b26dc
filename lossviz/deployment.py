"""How an app is deployed: for the public or for its own user, as the environment says."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.quotas import UNLIMITED, Quotas, read_quotas

_YES: Final = ("1", "true", "yes", "on")
_NO: Final = ("0", "false", "no", "off")


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What whoever deploys an app has decided.

    Attributes:
        public: Whether strangers use it: then each visitor changes only what is their own, within
            quotas.
        engine: Who runs trials, see ``lossviz.experiments.engine.engines``.
        folders: Below these, any visitor may train on a folder by its path. None stands for every
            folder, which only a private app allows.
        deployer_token: Opens the page of the deployer; empty where none was set.
        deployers: The logins of those who deploy the app: an address that the provider has
            verified, in small letters, or issuer and subject with a space between them.
        quotas: What visitors may use; a private app limits nothing.
    """

    public: bool
    engine: str = "local"
    folders: tuple[Path, ...] | None = ()
    deployer_token: str = ""
    deployers: frozenset[str] = frozenset()
    quotas: Quotas = UNLIMITED


def read_deployment(environment: Mapping[str, str] = os.environ) -> Deployment:
    """The deployment that environment variables describe: ``LOSSVIZ_PUBLIC``, ``LOSSVIZ_ENGINE``,
    ``LOSSVIZ_FOLDERS``, ``LOSSVIZ_DEPLOYER_TOKEN``, ``LOSSVIZ_DEPLOYERS`` (logins, with commas
    between them) and ``LOSSVIZ_QUOTAS``.

    An app is public unless it is told otherwise: ``streamlit run app.py`` is what Community Cloud
    and containers start.

    Raises:
        InvalidInput: A variable has a value that means nothing.

    >>> read_deployment({}).public, read_deployment({"LOSSVIZ_PUBLIC": "0"}).folders
    (True, None)
    """
    public = _yes_or_no(environment, "LOSSVIZ_PUBLIC", default=True)
    folders = environment.get("LOSSVIZ_FOLDERS", "")
    deployers = environment.get("LOSSVIZ_DEPLOYERS", "").split(",")
    listed = tuple(Path(folder) for folder in folders.split(os.pathsep) if folder.strip())
    quotas = read_quotas(environment.get("LOSSVIZ_QUOTAS", ""))
    return Deployment(
        public=public,
        engine=environment.get("LOSSVIZ_ENGINE", "").strip() or "local",
        folders=listed if listed or public else None,
        deployer_token=environment.get("LOSSVIZ_DEPLOYER_TOKEN", "").strip(),
        deployers=frozenset(filter(None, map(_login, deployers))),
        quotas=quotas if public else UNLIMITED,
    )


def _login(text: str) -> str:
    """A login as it is compared: addresses in small letters, issuer and subject as they are."""
    login = " ".join(text.split())
    return login.lower() if "@" in login and " " not in login else login


def _yes_or_no(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "").strip().lower()
    if not text:
        return default
    if text not in (*_YES, *_NO):
        raise InvalidInput(f"{name} must be 1 or 0, got {text!r}")
    return text in _YES
