"""A setting that has no effect is offered nowhere, refused, and noted where it is stored."""

import time
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.messages import Request, RunTrial
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.idle_settings import Place, has_effect, idle_notes, refuse_idle
from lossviz.experiments.machine import Machine
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings
from lossviz.experiments.store.store import Store
from tests.support.records import comparison

GPU = Machine(cores=16, accelerators=("NVIDIA H100",), has_cuda=True)
APPLE = Machine(cores=8, accelerators=("Apple GPU",), forks=False)
PROCESSOR = Machine(cores=2)
WINDOWS = Machine(cores=2, forks=False)
FOLDER = get_recipe("folder").settings


@pytest.mark.parametrize(
    ("machine", "recipe", "network", "idle"),
    [
        (PROCESSOR, "digits", "letters", {"folder", "mixed_precision"}),
        (PROCESSOR, "folder", "resnet18", {"mixed_precision"}),
        (GPU, "digits", "letters", {"folder", "mixed_precision"}),
        (GPU, "digits", "resnet18", {"folder", "workers"}),
        (GPU, "folder", "resnet18", {"workers"}),
        (APPLE, "pets", "resnet18", {"folder", "mixed_precision", "workers"}),
        (WINDOWS, "folder", "resnet18", {"mixed_precision", "workers"}),
    ],
)
def test_which_settings_have_no_effect_follows_from_recipe_network_and_device(
    machine: Machine, recipe: str, network: str, idle: set[str]
) -> None:
    place = Place.on(machine, recipe=recipe, network=network)
    names = {field.name for field in fields(Settings)}
    assert {name for name in names if not has_effect(name, place)} == idle


def test_a_recipes_own_settings_use_none_without_an_effect() -> None:
    for recipe in ("digits", "pets", "folder"):
        settings = get_recipe(recipe).settings
        for machine in (PROCESSOR, GPU, APPLE, WINDOWS):
            place = Place.on(machine, recipe=recipe, network=settings.network)
            refuse_idle(settings, place)
            assert idle_notes(settings, place) == ()


def test_what_is_used_without_an_effect_is_refused_and_noted_with_the_same_reason() -> None:
    settings = replace(FOLDER, folder="/here", mixed_precision=True, workers=2)
    place = Place.on(APPLE, recipe="folder", network="resnet18")
    first, second = idle_notes(settings, place)
    assert first == (
        "Mixed precision has no effect without a CUDA GPU, where everything is computed in 32 bits."
    )
    assert second.startswith("Data-loading workers have no effect where trials are not forked")
    with pytest.raises(InvalidInput, match=r"without a CUDA GPU.*; leave it out"):
        refuse_idle(settings, place)
    assert idle_notes(settings, Place(recipe="folder", network="resnet18")) == ()


def test_a_stored_comparison_that_holds_one_is_opened_and_run_again_with_a_note(
    tmp_path: Path,
) -> None:
    earlier = comparison(seeds=1)
    earlier = replace(earlier, settings=replace(earlier.settings, mixed_precision=True))
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        store.add_comparison(earlier)
        stored = store.comparison("c")
        assert stored == earlier
        dispatcher = Dispatcher(store, cores=2, clock=time.time)
        dispatcher.add(QueuedTrial(trial=trial, comparison=stored) for trial in stored.trials())
        started: list[Request] = []
        dispatcher.start_jobs(started.append)
        assert [type(request) for request in started] == [RunTrial, RunTrial]
        (note,) = store.preparation("c").notes
        assert note.startswith("Mixed precision has no effect with the network letters")


def test_a_setting_is_noted_once_though_two_reasons_hold() -> None:
    settings = replace(get_recipe("digits").settings, mixed_precision=True)
    (note,) = idle_notes(settings, Place.on(PROCESSOR, recipe="digits", network="letters"))
    assert "with the network letters" in note
