"""From where the app reads images."""

from lossviz.deployment import read_deployment
from lossviz.experiments.folder_access import FolderAccess


def deployed_access() -> FolderAccess:
    """What whoever deploys the app has decided of it.

    Side effects: reads the environment.
    """
    return FolderAccess(roots=read_deployment().folders)
