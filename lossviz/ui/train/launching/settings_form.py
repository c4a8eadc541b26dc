"""How a recipe is trained, as controls: what is not touched stays the recipe's own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import streamlit as st

from lossviz.experiments.descriptions import network_name
from lossviz.experiments.idle_settings import Place, has_effect
from lossviz.experiments.machine import Machine
from lossviz.experiments.networks import DIGITS_NETWORK, NETWORKS, local_weights
from lossviz.experiments.optimizers import OPTIMIZERS, SGD
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.experiments.recipes import Recipe
from lossviz.experiments.settings import RANGES, Settings
from lossviz.ui.state.actions import keep_form_value
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.launching.form_fields import (
    FieldProblems,
    field_box,
    keep_field,
    rate_field,
    whole_number_field,
)

_IMBALANCES = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
_AUTOMATIC = "Automatic"
_MANUAL = "Manual"
_RATE_LABEL = "Learning rate"
_START_RATE = 0.01  # in the field, where the recipe leaves the rate to be found


@dataclass(frozen=True, slots=True, kw_only=True)
class FormStart:
    """What the controls say until the visitor changes them.

    Attributes:
        recipe: What is trained.
        name: Of the set of controls: each set keeps what was changed in it.
        settings: How it is trained, at first.
    """

    recipe: Recipe
    name: str
    settings: Settings

    def settings_with(self, optimizer: str) -> Settings:
        """The same, with the learning rate that fits an optimiser."""
        if optimizer == self.settings.optimizer:
            return self.settings
        return self.recipe.settings_with(optimizer)


def pick_settings(
    start: FormStart,
    problems: FieldProblems,
    *,
    machine: Machine,
    folder: str = "",
    quotas: Quotas = UNLIMITED,
) -> Settings | None:
    """Let the visitor change how a recipe is trained, by the settings that have an effect.

    Args:
        start: What the controls say at first.
        problems: Gets to know what is wrong with the fields.
        machine: On which it is trained.
        folder: That of the images, where the recipe has none of its own.
        quotas: What visitors may use.

    Returns:
        None where a field is wrong.
    """
    fields = _Fields(start=start, problems=problems, quotas=quotas)
    with st.expander("Training settings", icon=":material/tune:", key=f"settings of {start.name}"):
        network, pretrained = start.settings.network, start.settings.pretrained
        if start.recipe.any_network:
            network, pretrained = _network(start)
        left, middle, right = st.columns(3, gap="medium")
        with left:
            schedule = _schedule(fields)
        with middle:
            batches = _batches(fields, Place.on(machine, recipe=start.recipe.key, network=network))
        with right:
            difficulty = _difficulty(start)
    if problems.found:
        return None
    return Settings(
        network=network,
        pretrained=pretrained,
        folder=folder,
        **schedule,
        **batches,
        **difficulty,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fields:
    """The fields of the settings for numbers."""

    start: FormStart
    problems: FieldProblems
    quotas: Quotas

    def count(self, name: str, label: str, explanation: str) -> int | None:
        """A field for a setting that is a whole number; None where it holds none."""
        with field_box(name):
            return whole_number_field(
                self.problems,
                label,
                name=name,
                key=f"{name} of {self.start.name}",
                start=int(getattr(self.start.settings, name)),
                limits=self.quotas.range_of(name),
                help=explanation,
            )


def _schedule(fields: _Fields) -> dict[str, Any]:
    draw_text("**Schedule**")
    frozen = fields.count(
        "frozen_epochs",
        "Frozen epochs (last layer only)",
        "Only the last layer learns; the others stay as they were pretrained. From scratch, 0"
        " makes sense.",
    )
    unfrozen = fields.count(
        "unfrozen_epochs",
        "Unfrozen epochs (all layers)",
        "After the frozen epochs, all layers learn.",
    )
    if frozen == unfrozen == 0:
        fields.problems.show(
            "Unfrozen epochs (all layers)",
            "With 0 frozen and 0 unfrozen epochs nothing is trained: enter 1 or more in one field.",
        )
    elif frozen is not None and unfrozen is not None:
        most = fields.quotas.most("epochs")
        if frozen + unfrozen > most:
            fields.problems.show(
                "Unfrozen epochs (all layers)",
                f"{frozen} + {unfrozen} epochs are {frozen + unfrozen}; in this app {most:.0f} are"
                f" the most. Enter {most - frozen:.0f} or fewer.",
            )
    return {
        "frozen_epochs": frozen,
        "unfrozen_epochs": unfrozen,
        **_optimizer(fields),
        "evaluations": fields.count(
            "evaluations",
            "Evaluations per epoch",
            "More give a finer curve, and each takes time.",
        ),
    }


def _batches(fields: _Fields, place: Place) -> dict[str, Any]:
    draw_text("**Batches**")
    start = fields.start
    picked: dict[str, Any] = {
        "batch_size": fields.count(
            "batch_size",
            "Batch size",
            "Images per step of the optimizer. All losses see the same batches.",
        ),
        "image_size": fields.count(
            "image_size",
            "Image size in pixels",
            "Width and height of the images as the network gets them.",
        ),
    }
    if has_effect("workers", place) and fields.quotas.most("workers"):
        picked["workers"] = fields.count(
            "workers",
            "Data-loading workers",
            "0: each trial loads its own batches, which is fastest for small images.",
        )
    if has_effect("mixed_precision", place):
        picked["mixed_precision"] = st.toggle(
            "Mixed precision",
            value=start.settings.mixed_precision,
            key=f"mixed_precision of {start.name}",
            on_change=keep_field,
            args=("mixed_precision", f"mixed_precision of {start.name}"),
            help="16-bit numbers where that is safe: faster on most GPUs.",
        )
    return picked


def _difficulty(start: FormStart) -> dict[str, Any]:
    draw_text("**Harder data**")
    noise_percent = st.slider(
        "Label noise",
        0,
        60,
        value=round(100 * start.settings.label_noise),
        format="%d%%",
        key=f"label_noise of {start.name}",
        on_change=keep_field,
        args=("label_noise", f"label_noise of {start.name}", _share),
        help=(
            "This share of the training labels is changed to another class, the same ones for"
            " every loss. The validation labels stay right."
        ),
    )
    imbalance = st.select_slider(
        "Class imbalance",
        sorted({*_IMBALANCES, start.settings.imbalance}),
        value=start.settings.imbalance,
        format_func=lambda ratio: "none" if ratio == 1 else f"{ratio:g} to 1",
        key=f"imbalance of {start.name}",
        on_change=keep_field,
        args=("imbalance", f"imbalance of {start.name}"),
        help=(
            "The first class keeps this many times as large a share of its training images as"
            " the last; classes in between are interpolated."
        ),
    )
    kept = start.settings.label_noise  # finer than the slider's steps where it was never moved
    noise = kept if noise_percent == round(100 * kept) else _share(noise_percent)
    return {"label_noise": noise, "imbalance": imbalance}


def _share(percent: int) -> float:
    return percent / 100


def _network(start: FormStart) -> tuple[str, bool]:
    own = start.recipe.settings.network
    names = [*([own] if own == DIGITS_NETWORK else []), *NETWORKS]
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="bottom")
    with left:
        network = st.selectbox(
            "Network",
            names,
            index=names.index(start.settings.network),
            format_func=_network_label,
            key=f"network of {start.name}",
            on_change=keep_field,
            args=("network", f"network of {start.name}"),
        )
    if network != DIGITS_NETWORK and local_weights(NETWORKS[network]) is None:
        draw_caption(
            f"{network} starts from scratch: its pretrained weights"
            f" ({NETWORKS[network].weights_file}) are not on this machine."
        )
        return network, False
    with right:
        pretrained = st.toggle(
            "Pretrained",
            value=start.settings.pretrained,
            key=f"pretrained of {start.name} {network}",
            on_change=keep_field,
            args=("pretrained", f"pretrained of {start.name} {network}"),
            help="Off: it starts from scratch.",
        )
    return network, pretrained


def _network_label(name: str) -> str:
    millions = (
        f"{NETWORKS[name].parameters_millions:g} million parameters"
        if name in NETWORKS
        else "150,000 parameters, made for the digits"
    )
    return f"{network_name(name)} · {millions}"


def _optimizer(fields: _Fields) -> dict[str, Any]:
    start = fields.start
    optimizer = st.segmented_control(
        "Optimizer",
        list(OPTIMIZERS),
        default=start.settings.optimizer,
        required=True,
        format_func=OPTIMIZERS.__getitem__,
        key=f"optimizer of {start.name}",
        on_change=keep_field,
        args=("optimizer", f"optimizer of {start.name}"),
        help=(
            "The same for all losses. Adam, fastai's default, divides each step by the size of"
            " recent gradients, so a constant factor of a loss almost cancels. With SGD, such a"
            " factor acts like a learning rate."
        ),
    )
    if optimizer == SGD:
        draw_caption(
            "With SGD, a loss that is k times as steep needs a learning rate k times as low: one"
            " that fits cross-entropy can be too high for 1/p, which then diverges."
        )
    own_rate = start.settings_with(optimizer).learning_rate
    rate = _learning_rate(fields.problems, own_rate, key=f"{start.name} {optimizer}")
    return {"optimizer": optimizer, "learning_rate": rate}


def _learning_rate(problems: FieldProblems, own: float | None, *, key: str) -> float | None:
    """The rate; None where it is to be found, and where the field holds no rate.

    Args:
        problems: Gets to know what is wrong with it.
        own: What it is where the visitor changes nothing.
        key: Names the recipe and the optimiser, as each has a rate of its own.
    """
    source = st.segmented_control(
        _RATE_LABEL,
        [_MANUAL, _AUTOMATIC],
        default=_AUTOMATIC if own is None else _MANUAL,
        required=True,
        key=f"source of the rate of {key}",
        on_change=_keep_source,
        args=(f"source of the rate of {key}", _START_RATE if own is None else own),
        help=(
            "Automatic: what fastai's lr_find suggests for cross-entropy and seed 0, once, the"
            " same for all losses."
        ),
    )
    if source == _AUTOMATIC:
        return None
    with field_box("learning rate"):
        return rate_field(
            problems,
            _RATE_LABEL,
            key=f"learning_rate of {key}",
            start=_START_RATE if own is None else own,
            limits=RANGES["learning_rate"],
        )


def _keep_source(key: str, rate: float) -> None:
    """Keep whether the rate is to be found, or this one; for callbacks."""
    keep_form_value("learning_rate", None if st.session_state[key] == _AUTOMATIC else rate)
