"""A caption says all that a reader needs who sees the figure only."""

from dataclasses import replace

import pytest

from lossviz import __version__
from lossviz.experiments.figure_caption import caption, conditions_hash
from lossviz.experiments.judging.judgement import judge_comparison
from tests.support.figure_snapshots import (
    SNAPSHOTS,
    diverged,
    empty,
    one_loss,
    one_seed,
    running,
    twelve_losses,
    usual,
)


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "part",
    [
        "N = 6 seeds of each loss, 359 validation images and 1,438 training images.",
        "thin lines are seeds, thick lines their means, bands ± one standard deviation",
        "Each mean is over the 6 finished seeds of its loss.",
        "with 95% confidence they hold together",
        "Within the grey band, ± 1.8 images (0.5 points)",
        "Handwritten digits; small residual network, pretrained; epochs: 1 frozen, 1 unfrozen;"
        " Adam; learning rate 0.004; batches of 64; 8 × 8 pixels",
        "no label noise",
        "inverse power, k = 0.2: p**-k",
        "had the same split into training and validation, initial weights, first batch and last",
        "Trained with lossviz 0.1.0, torch 2.15.0, fastai 2.8.12.",
        f"Drawn by lossviz {__version__}.",
    ],
)
def test_it_holds_numbers_intervals_settings_conditions_and_versions(part: str) -> None:
    assert part in plain(caption(usual()))


@pytest.mark.parametrize("name", SNAPSHOTS)
def test_its_verdict_is_the_comparisons(name: str) -> None:
    snapshot = SNAPSHOTS[name]()
    verdicts = snapshot.judgement.verdicts
    assert caption(snapshot).verdict == (
        verdicts.summary
        if verdicts
        else "There is only one loss, so there is nothing to compare it with."
    )


def test_label_noise_is_said() -> None:
    snapshot = usual()
    settings = replace(snapshot.data.comparison.settings, label_noise=0.4)
    comparison = replace(snapshot.data.comparison, settings=settings)
    data = replace(snapshot.data, comparison=comparison)
    noisy = replace(snapshot, data=data, judgement=judge_comparison(data))
    assert "40% of the training labels wrong" in plain(caption(noisy))
    assert "no label noise" not in plain(caption(noisy))


def test_what_is_left_out_or_still_open_is_said() -> None:
    text = plain(caption(diverged()))
    assert "Means are over 2 of 4 seeds, 2 diverged (inverse); 3 of 4 seeds, 1 failed" in text
    assert "Crosses: where a seed diverged." in text
    assert "8 of 12 trainings had not ended." in plain(caption(running()))
    assert "Until two seeds have finished" in plain(caption(running()))
    assert "nothing has been measured yet" in plain(caption(empty()))
    assert "each line is a seed" in plain(caption(one_seed()))
    assert "(a)" not in plain(caption(one_loss()))
    assert "34 of them added after a look" in plain(caption(twelve_losses()))


def test_the_hash_of_the_conditions_is_of_what_was_trained_on_and_nothing_else() -> None:
    data = usual().data
    assert conditions_hash(data) == conditions_hash(replace(data, trials=data.trials[::-1]))
    changed = {id: parts | {"split": "another"} for id, parts in data.fingerprints.items()}
    assert conditions_hash(data) != conditions_hash(replace(data, fingerprints=changed))
