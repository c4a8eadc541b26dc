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
_PUBLIC_MB: Final = 1000.0
_PUBLIC_UPLOADS_DAYS: Final = 7.0


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
        json_log: Whether events are logged as JSON, one object a line.
        keep_days: How long the whole course of a comparison is kept after its end, in days; None
            for ever.
        keep_uploads_days: How long an upload is kept after it came, in days; None for ever.
        max_mb: How large the database may become before old courses are thinned, in MB (2**20
            bytes); None without limit.
    """

    public: bool
    engine: str = "local"
    folders: tuple[Path, ...] | None = ()
    deployer_token: str = ""
    deployers: frozenset[str] = frozenset()
    quotas: Quotas = UNLIMITED
    json_log: bool = False
    keep_days: float | None = None
    keep_uploads_days: float | None = None
    max_mb: float | None = None


def read_deployment(environment: Mapping[str, str] = os.environ) -> Deployment:
    """The deployment that environment variables describe: ``LOSSVIZ_PUBLIC``, ``LOSSVIZ_ENGINE``,
    ``LOSSVIZ_FOLDERS``, ``LOSSVIZ_DEPLOYER_TOKEN``, ``LOSSVIZ_DEPLOYERS`` (logins, with commas
    between them), ``LOSSVIZ_QUOTAS``, ``LOSSVIZ_LOG``, ``LOSSVIZ_KEEP_DAYS``,
    ``LOSSVIZ_KEEP_UPLOADS_DAYS`` and ``LOSSVIZ_MAX_MB``.

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
        json_log=_one_of(environment, "LOSSVIZ_LOG", ("text", "json")) == "json",
        keep_days=_positive(environment, "LOSSVIZ_KEEP_DAYS", default=None),
        keep_uploads_days=_positive(
            environment,
            "LOSSVIZ_KEEP_UPLOADS_DAYS",
            default=_PUBLIC_UPLOADS_DAYS if public else None,
        ),
        max_mb=_positive(environment, "LOSSVIZ_MAX_MB", default=_PUBLIC_MB if public else None),
    )


def _login(text: str) -> str:
    """A login as it is compared: addresses in small letters, issuer and subject as they are."""
    login = " ".join(text.split())
    return login.lower() if "@" in login and " " not in login else login


def _one_of(environment: Mapping[str, str], name: str, choices: tuple[str, ...]) -> str:
    """A variable's value, the first of its choices where it is not set."""
    text = environment.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise InvalidInput(f"{name} must be {' or '.join(choices)}, got {text!r}")
    return text


def _positive(environment: Mapping[str, str], name: str, *, default: float | None) -> float | None:
    text = environment.get(name, "").strip()
    if not text:
        return default
    try:
        number = float(text)
    except ValueError:
        number = 0.0
    if not 0 < number < float("inf"):
        raise InvalidInput(f"{name} must be a number above 0, got {text!r}")
    return number


def _yes_or_no(environment: Mapping[str, str], name: str, *, default: bool) -> bool:
    text = environment.get(name, "").strip().lower()
    if not text:
        return default
    if text not in (*_YES, *_NO):
        raise InvalidInput(f"{name} must be 1 or 0, got {text!r}")
    return text in _YES
