"""What the environment says of the deployment."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from lossviz.deployment import Deployment
from lossviz.doctor.finding import Finding, fault, ok, warning

_SHORTEST_TOKEN: Final = 16


def examine_deployment(deployment: Deployment) -> Finding:
    """Whether what was decided about the deployment makes sense."""
    if missing := [str(folder) for folder in deployment.folders or () if not folder.is_dir()]:
        return fault(
            f"LOSSVIZ_FOLDERS names no folder: {', '.join(missing)}",
            "make these folders, or take them off the list",
        )
    if 0 < len(deployment.deployer_token) < _SHORTEST_TOKEN:
        return warning(
            f"LOSSVIZ_DEPLOYER_TOKEN has less than {_SHORTEST_TOKEN} characters",
            'set it to one that nobody guesses: python -c "import secrets;'
            ' print(secrets.token_urlsafe())"',
        )
    return ok(f"{_users(deployment)}; {_folders(deployment.folders)}")


def examine_secrets(secrets: Mapping[str, Any]) -> Finding:
    """What of lossviz's settings stands in Streamlit's secrets; names only."""
    if not secrets:
        return ok("Streamlit's secrets are not used")
    names = [name for name in sorted(secrets) if name.startswith("LOSSVIZ_")]
    connections = secrets.get("connections", {})
    if isinstance(connections, Mapping) and "lossviz" in connections:
        names.append("[connections.lossviz]")
    if "auth" in secrets:
        names.append("[auth]")
    return ok(f"Streamlit's secrets have {', '.join(names) if names else 'nothing for lossviz'}")


def _users(deployment: Deployment) -> str:
    if not deployment.public:
        return "private: everyone who reaches it may change everything"
    page = "open by its token" if deployment.deployer_token else "without a token"
    return f"public: visitors change only what is theirs; the page of the deployer is {page}"


def _folders(folders: tuple[Path, ...] | None) -> str:
    if folders is None:
        return "every folder may be trained on"
    if not folders:
        return "no folder of this machine may be trained on"
    return f"folders that may be trained on: {', '.join(map(str, folders))}"
