"""What the training page says of devices, precisions and settings without an effect, with its
claims.
"""

from dataclasses import replace

import torch

from lossviz.experiments.idle_settings import Place, idle_notes
from lossviz.experiments.machine import Machine
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.trial_devices import devices_sentence
from lossviz.training.networks.learners import can_mix_precision, device_for
from lossviz.training.preparation import NO_ACCELERATOR
from lossviz.ui.train.launching.launch_form import device_sentence
from lossviz.ui.train.launching.pets_cost import NODES_DOWNLOAD
from tests.support.claims import Cited, Claim

_RECORDS = Cited(source="Trial.device and Trial.precision; tests/training/test_device_facts.py")
_GPU, _OTHER = "NVIDIA H100, 32-bit", "the processor, 32-bit"
_MIXED = replace(get_recipe("digits").settings, mixed_precision=True, workers=2, folder="/here")
_APPLE = Machine(cores=8, accelerators=("Apple GPU (MPS)",), forks=False)
DEVICE_SENTENCES = [
    devices_sentence({0: [_GPU, _GPU]}),
    devices_sentence({0: [_GPU, _OTHER]}),
    devices_sentence({0: [_GPU, _GPU], 1: [_OTHER, _OTHER]}),
    device_sentence(Machine(cores=2), "resnet18"),
    device_sentence(Machine(cores=4, cluster="Ray cluster", nodes=2), "resnet18"),
    device_sentence(Machine(cores=1, cluster="Ray cluster", nodes=0), "resnet18"),
    NODES_DOWNLOAD,
    *idle_notes(_MIXED, Place.on(_APPLE, recipe="pets", network="resnet18")),
    *idle_notes(_MIXED, Place(recipe="digits", network="letters")),
    NO_ACCELERATOR,
]


def _a_sum_depends_on_the_precision(_: str) -> None:
    numbers = torch.rand(1000, generator=torch.Generator().manual_seed(0))
    assert numbers.sum() != numbers.half().sum().float()


def _own_network_is_on_the_processor(_: str) -> None:
    assert device_for(_MIXED).type == "cpu"


def _only_cuda_mixes_precisions(_: str) -> None:
    devices = map(torch.device, ("cpu", "mps", "cuda"))
    assert [can_mix_precision(device) for device in devices] == [False, False, True]


DEVICES: dict[str, Claim] = {
    f"All were computed on {_GPU}.": _RECORDS,
    f"Trials of one seed were not computed alike: {_GPU} (1 trial); {_OTHER} (1 trial).": _RECORDS,
    "Sums are rounded otherwise on another device or in another precision, so a part of a"
    " difference between two losses can come from that.": (
        _a_sum_depends_on_the_precision,
        Cited(
            source="PyTorch's notes on reproducibility: results may not be reproducible between CPU"
            " and GPU executions, even when using identical seeds"
        ),
    ),
    f"As far as recorded, trials of one seed were computed alike: {_GPU} (2 trials); {_OTHER}"
    " (2 trials).": _RECORDS,
    "Trained on this machine's processor (2 cores).": Cited(
        source="tests/pages/test_train_form.py"
    ),
    "Trained on a Ray cluster (2 nodes, 4 cores).": Cited(
        source="tests/experiments/engine/cluster/test_ray_engine.py"
    ),
    "Trained on a Ray cluster.": Cited(
        source="tests/experiments/engine/cluster/test_ray_engine.py"
    ),
    NODES_DOWNLOAD: Cited(source="lossviz/training/data/pets_download.py"),
    "A folder has no effect with the recipe pets, which has its own images.": Cited(
        source="lossviz/training/recipes.py"
    ),
    "A folder has no effect with the recipe digits, which has its own images.": Cited(
        source="lossviz/training/recipes.py"
    ),
    "Mixed precision has no effect without a CUDA GPU, where everything is computed in 32 bits.": (
        _only_cuda_mixes_precisions
    ),
    "Mixed precision has no effect with the network letters, which is always trained on the"
    " processor, in 32 bits.": _own_network_is_on_the_processor,
    "Data-loading workers have no effect where trials are not forked, as on accelerators and"
    " outside Linux: they can't share the images, so each trial loads its own batches.": Cited(
        source="lossviz/training/data/loaders.py"
    ),
    "The system lists an accelerator, but torch can't use it, and trains on the processor.": Cited(
        source="tests/training/test_memory.py"
    ),
    "A driver that is too old for this torch is one cause of that.": Cited(
        source="torch's own warning: The NVIDIA driver on your system is too old"
    ),
}
