"""Pretrained weights are downloaded to where torch looks for them."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from lossviz.errors import InvalidInput
from lossviz.experiments.networks import Network
from lossviz.training.data import weights_download
from lossviz.training.data.weights_download import fetch_weights
from tests.support.downloads import CONTENT
from tests.support.file_server import Fault, Served

pytestmark = pytest.mark.usefixtures("direct")


def test_weights_are_verified_by_the_digits_in_their_name_and_put_where_torch_looks(
    served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"resnet18-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"
    (tmp_path / "server" / name).write_bytes(CONTENT)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    monkeypatch.setattr(weights_download, "WEIGHTS_URL", served.url)
    network = Network(
        name="resnet18", parameters_millions=11.69, weights_file=name, weights_megabytes=1.3
    )
    served.faults += [Fault(cut_after=300_000)]
    weights = fetch_weights(network, on_progress=lambda *_: None, check_stop=lambda: None)
    assert (
        weights
        == Path(torch.hub.get_dir()) / "checkpoints" / name
        == tmp_path / "torch" / "hub" / "checkpoints" / name
    )
    assert weights.read_bytes() == CONTENT
    assert served.requests == [0, 300_000]
    with pytest.raises(InvalidInput, match="a hash is 8 or more hex digits, got 'own'"):
        fetch_weights(
            replace(network, weights_file="own.pth"),
            on_progress=lambda *_: None,
            check_stop=lambda: None,
        )
