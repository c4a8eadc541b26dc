"""Every network of torchvision can be built for our classes, from scratch or from weights on this
machine.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fastai.data.core import DataLoaders
from fastai.learner import Learner
from torch import Tensor, nn
from torchvision.models import WeightsEnum, get_model, get_model_builder

from lossviz.errors import LossvizError, UnknownNetwork
from lossviz.experiments.networks import (
    DIGITS_NETWORK,
    NETWORKS,
    checkpoints_folder,
    get_network,
    local_weights,
)
from lossviz.training.networks import torchvision_networks
from lossviz.training.networks.torchvision_networks import make_torchvision, splitter
from tests.support.lengths import heavy
from tests.support.networks import OFFICIAL_WEIGHTS, _Unfilled, same, skeleton

# the first by the module that builds it
ONE_OF_EACH = {get_model_builder(name).__module__: name for name in reversed(NETWORKS)}
VISION_TRANSFORMERS = [name for name in NETWORKS if name.startswith("vit")]


def layers(model: nn.Module) -> list[tuple[str, type, str]]:
    return [(place, type(layer), layer.extra_repr()) for place, layer in model.named_modules()]


def test_the_table_holds_every_classifying_network_of_torchvision_and_not_our_own() -> None:
    assert list(NETWORKS) == list(OFFICIAL_WEIGHTS)
    assert DIGITS_NETWORK not in NETWORKS


@pytest.mark.parametrize("name", OFFICIAL_WEIGHTS)
def test_the_table_says_what_torchvision_states_of_its_default_weights(name: str) -> None:
    network, weights = NETWORKS[name], OFFICIAL_WEIGHTS[name]
    assert network.name == name
    assert weights.url == f"https://download.pytorch.org/models/{network.weights_file}"
    assert network.parameters_millions == round(weights.meta["num_params"] / 1e6, 2)
    # torchvision states 2**20 bytes as a MB
    assert network.weights_megabytes == round(weights.meta["_file_size"] * 2**20 / 1e6, 1)
    assert network.sha256_digits == torch.hub.HASH_REGEX.search(network.weights_file)[1]
    assert len(network.sha256_digits) >= 8


@pytest.mark.parametrize(
    "known",
    [
        {},
        {"XDG_CACHE_HOME": "/cache"},
        {"TORCH_HOME": "/torch", "XDG_CACHE_HOME": "/cache"},
        {"TORCH_HOME": "~/torch"},
    ],
)
def test_weights_are_searched_where_torch_puts_them(
    known: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("TORCH_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in known.items():
        monkeypatch.setenv(variable, value)
    assert checkpoints_folder() == Path(torch.hub.get_dir()) / "checkpoints"


def test_an_unknown_network_is_answered_with_a_near_name_and_the_command_that_lists_all() -> None:
    with pytest.raises(
        UnknownNetwork,
        match=(
            r"no network called 'resnet81'; did you mean 'resnet18'\? python -m lossviz networks"
            r" lists them"
        ),
    ) as caught:
        get_network("resnet81")
    assert len(str(caught.value)) < 120
    with pytest.raises(UnknownNetwork):
        make_torchvision("resnet81", classes=2, weights=False)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [name if name in ONE_OF_EACH.values() else heavy(name) for name in NETWORKS]
)
def test_every_network_gives_a_logit_for_each_class_and_every_parameter_is_body_or_last_layer(
    name: str,
) -> None:
    model = skeleton(name, classes=7)
    size = 224 if name.startswith(("vit", "maxvit")) else 96
    assert model(torch.zeros(2, 3, size, size, device="meta")).shape == (2, 7)
    body, last = splitter(model)
    # weight and bias
    assert [parameter.shape[0] for parameter in last] == ([7] if name == "maxvit_t" else [7, 7])
    assert sorted(map(id, [*body, *last])) == sorted(map(id, model.parameters()))
    if name != "vit_h_14":  # the meta counts the places of 518 × 518 pixels, not of 224 × 224
        auxiliary = 3_326_696 if name == "inception_v3" else 0
        parameters = OFFICIAL_WEIGHTS[name].meta["num_params"] - auxiliary
        assert sum(parameter.numel() for parameter in body) == parameters - sum(
            1000 * parameter[0].numel() for parameter in last
        )


def test_fine_tune_freezes_the_body() -> None:
    model = make_torchvision("squeezenet1_1", classes=3, weights=False)
    Learner(DataLoaders([], []), model, loss_func=nn.CrossEntropyLoss(), splitter=splitter).freeze()
    body, last = splitter(model)
    assert not any(parameter.requires_grad for parameter in body)
    assert all(parameter.requires_grad for parameter in last)


def test_initial_weights_depend_on_the_seed_alone() -> None:
    drawn = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        drawn.append(make_torchvision("resnet18", classes=3, weights=False))
    states = [model.state_dict() for model in drawn]
    assert same(states[0], states[1])
    assert not torch.equal(states[0]["fc.weight"], states[2]["fc.weight"])
    assert not torch.equal(states[0]["conv1.weight"], states[2]["conv1.weight"])


@pytest.fixture
def put_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str, dict[str, Tensor]], Path]:
    """Puts a file of weights where torch looks for it, and its name into the table."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    checkpoints_folder().mkdir(parents=True)

    def put(name: str, state: dict[str, Tensor]) -> Path:
        saved = tmp_path / "saved"
        torch.save(state, saved)
        network = replace(
            NETWORKS[name],
            weights_file=f"{name}-{hashlib.sha256(saved.read_bytes()).hexdigest()[:8]}.pth",
        )
        monkeypatch.setattr("lossviz.experiments.networks.NETWORKS", {name: network})
        return saved.rename(checkpoints_folder() / network.weights_file)

    return put


# as in torchvision's files
OLD_NAMES = (re.compile(r"(denselayer\d+\.(?:norm|conv))([12])"), r"\1.\2")


@pytest.mark.parametrize(
    "name",
    [
        "squeezenet1_1",
        "mobilenet_v3_small",
        "mnasnet0_5",
        "densenet121",
        "googlenet",
        "inception_v3",
    ],
)
def test_all_layers_but_the_last_start_from_the_weights(
    name: str, put_weights: Callable[[str, dict[str, Tensor]], Path]
) -> None:
    torch.manual_seed(1)
    auxiliary = (
        {"aux_logits": True, "init_weights": False} if name in ("googlenet", "inception_v3") else {}
    )
    before = get_model(name, weights=None, **auxiliary).state_dict()
    state = type(before)(
        (OLD_NAMES[0].sub(OLD_NAMES[1], key), value) for key, value in before.items()
    )
    state._metadata = before._metadata  # the mnasnets ask for it
    put_weights(name, state)
    loaded = []
    for seed in (2, 2, 3):
        torch.manual_seed(seed)
        loaded.append(make_torchvision(name, classes=5, weights=True))
    last = [
        name
        for name, parameter in loaded[0].named_parameters()
        if any(parameter is other for other in splitter(loaded[0])[1])
    ]
    states = [model.state_dict() for model in loaded]
    assert same(states[0], states[1])
    assert not torch.equal(states[0][last[0]], states[2][last[0]])
    without = {key for key in before if key.startswith(("aux", "Aux"))}
    assert states[0].keys() == before.keys() - without
    assert all(torch.equal(states[2][key], before[key]) for key in states[2].keys() - set(last))


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [*VISION_TRANSFORMERS, "googlenet", "inception_v3", "swin_v2_t", "maxvit_t", "regnet_y_128gf"],
)
def test_a_network_with_weights_is_built_as_torchvision_builds_it(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        torchvision_networks, "_verified_weights", lambda network: Path(network.weights_file)
    )
    monkeypatch.setattr(torchvision_networks, "_load_state", lambda path: {})
    monkeypatch.setattr(WeightsEnum, "get_state_dict", lambda self, **more: {})
    monkeypatch.setattr(nn.Module, "load_state_dict", lambda self, state: None)
    with _Unfilled():
        theirs = get_model(name, weights="DEFAULT")
    if name == "inception_v3":
        theirs.AuxLogits = None
    ours = skeleton(name, weights=True)
    assert layers(ours) == layers(theirs)
    assert {key: value.shape for key, value in ours.state_dict().items()} == {
        key: value.shape for key, value in theirs.state_dict().items()
    }
    for settings in ("transform_input", "image_size"):
        assert getattr(ours, settings, None) == getattr(theirs, settings, None)


def test_weights_that_are_not_what_their_name_says_are_refused(
    put_weights: Callable[[str, dict[str, Tensor]], Path],
) -> None:
    path = put_weights("squeezenet1_1", get_model("squeezenet1_1", weights=None).state_dict())
    with path.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(
        LossvizError, match=rf"{path.name} is damaged.*delete it, so that it is downloaded again"
    ):
        make_torchvision("squeezenet1_1", classes=2, weights=True)


def test_weights_that_are_missing_are_refused_and_not_downloaded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert local_weights(NETWORKS["resnet18"]) is None
    with pytest.raises(
        LossvizError,
        match=r"weights of resnet18 are not on this machine: .*resnet18-f37072fd.pth is missing",
    ):
        make_torchvision("resnet18", classes=2, weights=True)
    assert list(tmp_path.iterdir()) == []


def test_weights_are_at_hand_where_the_file_is(
    put_weights: Callable[[str, dict[str, Tensor]], Path],
) -> None:
    path = put_weights("resnet18", {})
    assert local_weights(get_network("resnet18")) == path
