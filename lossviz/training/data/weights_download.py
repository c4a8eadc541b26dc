"""The weights of torchvision's networks, downloaded to where torch looks for them."""

from pathlib import Path

from lossviz.experiments.networks import Network, checkpoints_folder
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.data.remote_file import MB, RemoteFile
from lossviz.training.data.resumable_download import Download, fetch

WEIGHTS_URL = "https://download.pytorch.org/models/"


def fetch_weights(network: Network, *, on_progress: OnProgress, check_stop: CheckStop) -> Path:
    """Have the weights where ``torch.hub`` looks for them.

    Args:
        network: Whose weights.
        on_progress: See ``Download``.
        check_stop: See ``Download``.

    Returns:
        The file.

    Raises:
        DownloadError: See ``Download.run``.
        InvalidInput: The file's name does not end with digits of its hash.

    Side effects: downloads into torch's folder of checkpoints.
    """
    file = RemoteFile(
        name=f"the weights of {network.name}",
        url=WEIGHTS_URL + network.weights_file,
        size=None,
        algorithm="sha256",
        digest=network.sha256_digits,
        home="TORCH_HOME",
    )
    download = Download(
        file=file,
        target=checkpoints_folder() / network.weights_file,
        on_progress=on_progress,
        check_stop=check_stop,
        room_for=int(network.weights_megabytes * MB),
    )
    return fetch(download)
