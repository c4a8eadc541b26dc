"""A comparison of which a link shows one seed only, so that all who open it see the same numbers.

The app numbers seeds from 0, so whoever trains anew in such a view trains the seeds up to that one.
Trainings of a notebook have any seeds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list, format_count
from lossviz.experiments.judging.judgement import Judgement
from lossviz.ui.state.view import only_seed
from lossviz.ui.text import draw_text


def shown_seed(data: ComparisonData) -> int | None:
    """The only seed that is shown of a comparison; None where all are, as also where the link names
    one that it does not have.
    """
    seed = only_seed()
    return seed if seed in _seeds(data) else None


def _seeds(data: ComparisonData) -> list[int]:
    return sorted({trial.seed for trial in data.trials})


def _named(seeds: Sequence[int]) -> str:
    """Seeds in words, in rising order."""
    if len(seeds) > 1 and seeds[-1] - seeds[0] == len(seeds) - 1:
        return f"{seeds[0]} to {seeds[-1]}"
    return and_list([str(seed) for seed in seeds])


def seeds_to_train(usual: int) -> int:
    """How many seeds a launch trains: in a view of one seed those up to it.

    Args:
        usual: How many else.
    """
    seed = only_seed()
    return usual if seed is None else seed + 1


def narrowed(data: ComparisonData, seed: int) -> ComparisonData:
    """What is known of one seed of a comparison."""
    return replace(data, trials=[trial for trial in data.trials if trial.seed == seed])


def without_verdict(judgement: Judgement) -> Judgement:
    """The numbers of a judgement, without what follows from them."""
    losses = tuple(replace(loss, verdict=None) for loss in judgement.losses)
    return replace(judgement, losses=losses, verdicts=None, convergence=None)


def seed_sentence(seed: int, seeds: Sequence[int]) -> str:
    """That one seed is shown of a comparison, and what cannot be said of it.

    >>> seed_sentence(2, range(6))[:44]
    'Only seed 2 of the 6 seeds, 0 to 5, is shown'
    """
    others = len(seeds) > 1
    of = f" of the {format_count(len(seeds), 'seed')}, {_named(seeds)}," if others else ""
    return (
        f"Only seed {seed}{of} is shown: one seed cannot tell losses apart, so there is no verdict."
    )


def missing_sentence(seed: int, seeds: Sequence[int]) -> str:
    """That a link names a seed which a comparison does not have.

    >>> missing_sentence(9, [0])
    'The link names seed 9, but this comparison has only seed 0; it is shown.'
    >>> missing_sentence(9, [3, 7, 42])
    'The link names seed 9, but this comparison has the seeds 3, 7 and 42; all are shown.'
    """
    has = (
        f"the seeds {_named(seeds)}; all are" if len(seeds) > 1 else f"only seed {seeds[0]}; it is"
    )
    return f"The link names seed {seed}, but this comparison has {has} shown."


def training_sentence(seed: int) -> str:
    """What a launch trains in a view of one seed.

    >>> training_sentence(2).rpartition("; ")[2]
    'a launch trains the seeds 0 to 2.'
    """
    trained = "seed 0" if seed == 0 else f"the seeds 0 to {seed}"
    return (
        f"This view shows seed {seed} only, so that all who open it see the same numbers; a launch"
        f" trains {trained}."
    )


def show_lock(data: ComparisonData) -> None:
    """Say that one seed is shown, or that the link names one that is not there; nothing where the
    link names none.
    """
    seed, seeds = only_seed(), _seeds(data)
    if seed is None or not seeds:
        return
    if seed in seeds:
        draw_text(f":material/filter_1: {seed_sentence(seed, seeds)}")
    else:
        st.warning(missing_sentence(seed, seeds), icon=":material/link_off:")
