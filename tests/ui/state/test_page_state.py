"""All that an address can say, as one table."""

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.page_state import (
    MAX_LOSSES,
    PARAMETERS,
    PageState,
    read_page_state,
    write_page_state,
)
from tests.support.page_states import PAGE_STATES


def _with(recipe: str = "digits", **settings: object) -> FormValues:
    values = FormValues.of_recipe(recipe)
    return replace(values, settings=replace(values.settings, **settings))


# Links of earlier versions, and what they opened.
OLD_LINKS: Mapping[str, PageState] = {
    "": PageState(),
    "loss=none": PageState(losses=()),
    "loss=inverse_power:k=0.35": PageState(losses=("inverse_power:k=0.35",)),
    "loss=inverse_power:k=0.5&loss=(1-p)**a;+a=3&view=Weight": PageState(
        losses=("inverse_power:k=0.5", "(1-p)**a; a=3.0"), chart=ChartSettings(views=("weight",))
    ),
    "loss=generalized:q=0.5": PageState(losses=("generalized:q=0.5",)),
    "loss=mine+%3D+p**-k;+k%3D0.5": PageState(losses=("mine = p**-k; k=0.5",)),
    "loss=p**-k/k;k=0.5": PageState(losses=("p**-k/k; k=0.5",)),
    "view=weight&view=pull&x=margin&log=y&K=10": PageState(
        chart=ChartSettings(views=("weight", "pull"), scale="margin", logs=("y",), classes=10)
    ),
    "view=Pull&view=PENALTY&log=y&log=x": PageState(
        chart=ChartSettings(views=("penalty", "pull"), logs=("x", "y"))
    ),
    "mode=logits": PageState(geometry=GeometryState(mode="logits")),
    "mode=logits&z=1.5,-0.5": PageState(geometry=GeometryState(mode="logits", logits=(1.5, -0.5))),
    "p=0.40,0.10&mode=free&target=1,0&loss=brier": PageState(
        losses=("brier",),
        geometry=GeometryState(prediction=(0.4, 0.1), mode="free", target=(1.0, 0.0)),
    ),
    "p=0.335,0.665": PageState(geometry=GeometryState(prediction=(0.34, 0.66))),
    "target=0.3,0.7": PageState(geometry=GeometryState(target=(0.3, 0.7))),
    "lab=simplex&truth=0.5,0.3,0.2&from=0.2,0.2,0.6&by=p&map=inverse&map=p**-k": PageState(
        geometry=GeometryState(
            part="simplex",
            truth=(0.5, 0.3, 0.2),
            start=(0.2, 0.2, 0.6),
            gradient_space="p",
            maps=("inverse", "p**-k"),
        )
    ),
    "lab=simplex&race=raw": PageState(geometry=GeometryState(part="simplex", race="raw")),
    "lab=simplex&show=map": PageState(geometry=GeometryState(part="simplex", step="map")),
    "lab=classes&true=0.3&others=article": PageState(
        geometry=GeometryState(part="classes", p_true=0.3, others="article")
    ),
    "at=0.05&hide=inverse&hide=dot_product": PageState(
        hidden=("dot_product", "inverse"), cursor_p=0.05
    ),
    "dataset=pets&seeds=2&name=low+rates&rates=best&baseline=inverse": PageState(
        form=replace(
            FormValues.of_recipe("pets"),
            seeds=2,
            name="low rates",
            each_at_best=True,
            baseline="inverse",
        )
    ),
    "optimizer=sgd&rate=0.01&noise=0.4&imbalance=5&frozen=0&unfrozen=3&batch=32&pixels=16"
    "&evaluations=2&workers=1": PageState(
        form=_with(
            optimizer="sgd",
            learning_rate=0.01,
            label_noise=0.4,
            imbalance=5.0,
            frozen_epochs=0,
            unfrozen_epochs=3,
            batch_size=32,
            image_size=16,
            evaluations=2,
            workers=1,
        )
    ),
    "dataset=folder&folder=/flowers&network=resnet34&weights=pretrained&mixed=yes": PageState(
        form=_with(
            recipe="folder",
            folder="/flowers",
            network="resnet34",
            pretrained=True,
            mixed_precision=True,
        )
    ),
    "loss=(1-p)**2&hide=(1-p)**2&at=0.027031": PageState(
        losses=("(1-p)**2",), hidden=("(1-p)**2",), cursor_p=0.02703
    ),
    "hide=title,menu&hide=inverse&seed=2": PageState(
        hidden=("inverse",), hidden_parts=("menu", "title"), seed=2
    ),
    "hide=menu&hide=none": PageState(hidden_parts=("menu", "none")),
    "play=data.is.moons~noise.is.0.4": PageState(play="data.is.moons~noise.is.0.4"),
}


@pytest.mark.parametrize("link", OLD_LINKS)
def test_an_old_link_still_opens_what_it_opened(link: str) -> None:
    reading = read_page_state(parse_qs(link))
    assert reading.problems == ()
    assert reading.value == OLD_LINKS[link]


def test_the_parameters_of_old_links_are_all_that_there_are() -> None:
    named = {name for link in OLD_LINKS for name in parse_qs(link)}
    assert set(PARAMETERS) == named


@given(state=PAGE_STATES)
def test_what_is_written_is_read_back_without_a_problem(state: PageState) -> None:
    reading = read_page_state(write_page_state(state))
    assert reading.problems == ()
    assert reading.value == state


def test_what_everybody_starts_with_is_not_written() -> None:
    assert write_page_state(PageState()) == {}


@given(
    query=st.dictionaries(
        st.sampled_from(PARAMETERS) | st.text(max_size=5),
        st.lists(
            st.text(max_size=30)
            | st.sampled_from(["0,1", "free", "1e400,0", "nan,1", "0.2,0.8", *LOSSES]),
            max_size=14,
        ),
    )
)
def test_a_hostile_address_gives_a_legal_state_that_can_be_written_and_read(
    query: dict[str, list[str]],
) -> None:
    reading = read_page_state(query)
    assert len(reading.value.losses) <= MAX_LOSSES
    again = read_page_state(write_page_state(reading.value))
    assert again.problems == ()
    assert again.value == reading.value
    for problem in reading.problems:
        assert any(name in problem for name in PARAMETERS)


@pytest.mark.parametrize("text", ["0", "1.1", "nan", "-0.5", "here", "1e999"])
def test_a_cursor_that_cannot_stand_there_is_left_out_with_a_sentence(text: str) -> None:
    reading = read_page_state({"at": [text]})
    assert reading.value.cursor_p is None
    assert reading.problems == (
        "The link's at should be a probability from 0.0001 to 1; it is left out.",
    )


def test_a_hidden_loss_that_the_link_does_not_show_is_left_out_with_a_sentence() -> None:
    reading = read_page_state({"loss": ["inverse"], "hide": ["brier", "inverse"]})
    assert reading.value.hidden == ("inverse",)
    assert reading.problems == (
        "The link hides 'brier', which is no part of a page and none of its losses; it is left"
        " out.",
    )


@pytest.mark.parametrize("text", ["-1", "50", "two", "1.0", "²", "9" * 5000])
def test_a_seed_that_no_comparison_has_is_left_out_with_a_sentence(text: str) -> None:
    reading = read_page_state({"seed": [text]})
    assert reading.value.seed is None
    assert reading.problems == (
        "The link's seed should be the number of a seed, from 0 to 49; it is left out.",
    )


def test_a_loss_that_cannot_be_read_is_named_and_the_others_open() -> None:
    reading = read_page_state({"loss": ["inverse", "no_such_loss"]})
    (problem,) = reading.problems
    assert problem.startswith("The link names a loss that cannot be read; it is left out.")
    assert "no_such_loss" in problem
    assert reading.value.losses == ("inverse",)
