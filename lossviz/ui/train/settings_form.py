"""How a recipe is trained, as controls: what is not touched stays the recipe's own."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from lossviz.experiments.descriptions import network_name
from lossviz.experiments.folder_paths import folder_path
from lossviz.experiments.networks import DIGITS_NETWORK, NETWORKS, local_weights
from lossviz.experiments.optimizers import OPTIMIZERS, SGD
from lossviz.experiments.recipes import RECIPES, Recipe
from lossviz.experiments.settings import RANGES, Settings
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.train.class_count import FOLDER_KEY

_IMBALANCES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_FIND = "find it"
_GIVEN = "set it"
_START_RATE = 0.01  # in the field, where the recipe leaves the rate to be found


def recipes_on_offer() -> list[str]:
    """The keys of the recipes that the visitor can choose.

    Folders only where the browser runs on the machine that they are on.
    """
    return [key for key in RECIPES if key != "folder" or _is_local()]


def _is_local() -> bool:
    """Whether the browser runs on this machine.

    By where it connects from, and by the address that it shows, which a proxy's would not match.
    """
    address, host = st.context.ip_address, urlsplit(st.context.url or "").hostname
    # Streamlit gives None for the usual spellings
    near = not isinstance(address, str) or address.removeprefix("::ffff:") == "127.0.0.1"
    return near and host in (None, "localhost", "127.0.0.1", "::1")


def pick_settings(recipe: Recipe) -> Settings:
    """Let the visitor change how a recipe is trained.

    Raises:
        InvalidInput: What is chosen makes no sense together.
    """
    typed_folder = _folder() if recipe.key == "folder" else ""
    with st.expander("How it is trained", icon=":material/tune:", key=f"settings of {recipe.key}"):
        network, pretrained = recipe.settings.network, recipe.settings.pretrained
        if recipe.any_network:
            network, pretrained = _network(recipe)
        left, middle, right = st.columns(3, gap="medium")
        with left:
            schedule = _schedule(recipe)
        with middle:
            batches = _batches(recipe, network)
        with right:
            difficulty = _difficulty(recipe)
    return Settings(
        network=network,
        pretrained=pretrained,
        folder=folder_path(typed_folder),  # last: it can fail, and all controls are drawn by now
        **schedule,
        **batches,
        **difficulty,
    )


def _schedule(recipe: Recipe) -> dict[str, Any]:
    st.markdown("**Schedule**")
    return {
        "frozen_epochs": _count(
            recipe,
            "frozen_epochs",
            "Epochs, last layer only",
            "All other layers stay as they were pretrained. From scratch, 0 makes sense.",
        ),
        "unfrozen_epochs": _count(
            recipe, "unfrozen_epochs", "Epochs, all layers", "The epochs after that."
        ),
        **_optimizer(recipe),
        "evaluations": _count(
            recipe,
            "evaluations",
            "Evaluations an epoch",
            "More give a finer curve, and each takes time.",
        ),
    }


def _batches(recipe: Recipe, network: str) -> dict[str, Any]:
    st.markdown("**Batches**")
    counts = {
        "batch_size": _count(
            recipe, "batch_size", "Images a batch", "All losses see the same batches."
        ),
        "image_size": _count(
            recipe,
            "image_size",
            "Image size in pixels",
            "Width and height of the images as the network gets them.",
        ),
        "workers": _count(
            recipe,
            "workers",
            "Reading processes",
            "0: each trial reads its own batches, which is fastest for small images.",
        ),
    }
    if network == DIGITS_NETWORK:  # it is trained on the processor, in 32 bits
        return counts
    mixed_precision = st.toggle(
        "Mixed precision",
        value=recipe.settings.mixed_precision,
        key=f"mixed_precision of {recipe.key}",
        on_change=keep_selection,
        help=(
            "16-bit numbers where that is safe: faster on a graphics processor. Without one it"
            " changes nothing."
        ),
    )
    return {**counts, "mixed_precision": mixed_precision}


def _difficulty(recipe: Recipe) -> dict[str, Any]:
    st.markdown("**Make it harder**")
    noise_percent = st.slider(
        "Label noise",
        0,
        60,
        value=round(100 * recipe.settings.label_noise),
        format="%d %%",
        key=f"label_noise of {recipe.key}",
        on_change=keep_selection,
        help=(
            "This share of the training labels becomes another class, the same ones for"
            " every loss. The validation images keep theirs."
        ),
    )
    imbalance = st.select_slider(
        "Class imbalance",
        _IMBALANCES,
        value=recipe.settings.imbalance,
        format_func=lambda ratio: "none" if ratio == 1 else f"{ratio:g} to 1",
        key=f"imbalance of {recipe.key}",
        on_change=keep_selection,
        help=(
            "The first class keeps this many times as large a share of its training images"
            " as the last; those between lie between."
        ),
    )
    return {"label_noise": noise_percent / 100, "imbalance": imbalance}


def _folder() -> str:
    return st.text_input(
        "Folder with a folder of images for each class",
        key=FOLDER_KEY,
        placeholder="/home/me/flowers",
        on_change=keep_selection,
        help=(
            "Such as flowers/rose/1.jpg, flowers/tulip/2.png. It is read on the machine that runs"
            " this app, which is yours. A path pasted with quotes or as file:// works too. Folders"
            " train and valid (or val, validation, test) that hold a folder for each class are used"
            " as the split."
        ),
    )


def _network(recipe: Recipe) -> tuple[str, bool]:
    names = [*([DIGITS_NETWORK] if recipe.settings.network == DIGITS_NETWORK else []), *NETWORKS]
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="bottom")
    with left:
        network = st.selectbox(
            "Network",
            names,
            index=names.index(recipe.settings.network),
            format_func=_network_label,
            key=f"network of {recipe.key}",
            on_change=keep_selection,
        )
    available = network == DIGITS_NETWORK or local_weights(NETWORKS[network]) is not None
    with right:
        pretrained = st.toggle(
            "Pretrained",
            value=recipe.settings.pretrained and available,
            disabled=not available,
            key=f"pretrained of {recipe.key} {network} {available}",
            on_change=keep_selection,
            help="Off: it starts from scratch.",
        )
    if not available:
        st.caption(
            f"{network} starts from scratch: its pretrained weights"
            f" ({NETWORKS[network].weights_file}) are not on this machine."
        )
    return network, pretrained


def _network_label(name: str) -> str:
    millions = (
        f"{NETWORKS[name].parameters_millions:g} million parameters"
        if name in NETWORKS
        else "150,000 parameters, made for the digits"
    )
    return f"{network_name(name)} · {millions}"


def _count(recipe: Recipe, name: str, label: str, explanation: str) -> int:
    least, most = RANGES[name]
    return st.number_input(
        label,
        min_value=int(least),
        max_value=int(most),
        value=int(getattr(recipe.settings, name)),
        key=f"{name} of {recipe.key}",
        on_change=keep_selection,
        help=explanation,
    )


def _optimizer(recipe: Recipe) -> dict[str, Any]:
    optimizer = st.segmented_control(
        "Optimizer",
        list(OPTIMIZERS),
        default=recipe.settings.optimizer,
        required=True,
        format_func=OPTIMIZERS.__getitem__,
        key=f"optimizer of {recipe.key}",
        on_change=keep_selection,
        help=(
            "For all losses alike. Adam, fastai's own, divides each step by the size of recent"
            " gradients, so a constant factor of a loss almost cancels. With SGD the factor is a"
            " learning rate."
        ),
    )
    if optimizer == SGD:
        st.caption(
            "With SGD, a loss that is k times as steep wants a learning rate k times as low: one"
            " that fits cross-entropy can be too high for 1/p, which then diverges."
        )
    own_rate = recipe.settings_with(optimizer).learning_rate
    rate = _learning_rate(own_rate, key=f"{recipe.key} {optimizer}")
    return {"optimizer": optimizer, "learning_rate": rate}


def _learning_rate(own: float | None, *, key: str) -> float | None:
    """The rate; None where it is to be found.

    Args:
        own: What it is where the visitor changes nothing.
        key: Names the recipe and the optimiser, as each has a rate of its own.
    """
    source = st.segmented_control(
        "Learning rate",
        [_GIVEN, _FIND],
        default=_FIND if own is None else _GIVEN,
        required=True,
        key=f"source of the rate of {key}",
        on_change=keep_selection,
        help=(
            "Find it: what fastai's lr_find suggests for cross-entropy and seed 0, once, for all"
            " losses alike."
        ),
    )
    if source == _FIND:
        return None
    least, most = RANGES["learning_rate"]
    return st.number_input(
        "Learning rate",
        min_value=least,
        max_value=most,
        value=_START_RATE if own is None else own,
        format="%g",
        step=1e-3,
        key=f"learning_rate of {key}",
        on_change=keep_selection,
        label_visibility="collapsed",
    )
