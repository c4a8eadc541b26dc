"""Label noise and class imbalance are drawn from the seed alone, change the training images only,
and are off by default.
"""

import pytest
import torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.metrics import error_rate
from fastai.torch_core import params, set_seed
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from torch import Tensor, nn

from lossviz import LOSSES, objective
from lossviz.training.data.dataset import flip_labels, subsample_classes
from lossviz.training.data.digits import load_images
from lossviz.training.data.loaders import ImageSubset
from lossviz.training.networks.digits_network import make_body, make_head
from lossviz.training.networks.pretrain_letters import WEIGHTS
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from tests.support.trials import settings_of, train

pytestmark = pytest.mark.usefixtures("one_thread")
SEEDS = st.integers(0, 49)
TARGETS = st.integers(2, 40).flatmap(
    lambda classes: st.tuples(
        st.just(classes),
        st.lists(st.integers(0, classes - 1), min_size=1, max_size=300).map(torch.tensor),
    )
)


def rows_of(
    loss: str = "cross_entropy", seed: int = 0, **changes: object
) -> tuple[ImageSubset, ImageSubset]:
    """What a trial of digits is trained on, and validated on."""
    settings = settings_of("digits", **changes)
    loaders = seeded_learner(
        "digits", settings, LOAD["digits"](settings, LoadOptions()), objective(LOSSES[loss]), seed
    ).dls
    return loaders.train.dataset, loaders.valid.dataset


@given(TARGETS, st.floats(0, 0.6), SEEDS)
def test_exactly_the_share_of_the_labels_is_flipped_to_another_class(
    data: tuple[int, Tensor], share: float, seed: int
) -> None:
    classes, targets = data
    flipped = flip_labels(targets, classes=classes, share=share, seed=seed)
    assert (flipped != targets).sum() == round(share * len(targets))
    assert flipped.min() >= 0
    assert flipped.max() < classes
    assert torch.equal(flipped, flip_labels(targets, classes=classes, share=share, seed=seed))


@given(TARGETS, st.floats(0, 0.6), st.floats(0, 0.6), SEEDS)
def test_more_noise_keeps_the_flips_of_less(
    data: tuple[int, Tensor], one: float, other: float, seed: int
) -> None:
    classes, targets = data
    less, more = (
        flip_labels(targets, classes=classes, share=share, seed=seed)
        for share in sorted((one, other))
    )
    flipped = less != targets
    assert torch.equal(more[flipped], less[flipped])


def test_each_other_class_is_equally_likely_and_another_seed_flips_others() -> None:
    targets = torch.zeros(30_000, dtype=torch.long)
    flipped = flip_labels(targets, classes=4, share=0.6, seed=0)
    counts = torch.bincount(flipped, minlength=4)
    assert counts[0] == 12_000
    # four standard deviations
    assert ((counts[1:] - 6_000).abs() < 4 * (18_000 * 2 / 9) ** 0.5).all()
    both = (flipped != 0) & (flip_labels(targets, classes=4, share=0.6, seed=1) != 0)
    assert abs(int(both.sum()) - 0.36 * 30_000) < 400


@given(TARGETS, st.floats(1, 100), SEEDS)
def test_class_sizes_follow_a_geometric_series_and_every_class_keeps_one(
    data: tuple[int, Tensor], ratio: float, seed: int
) -> None:
    classes, targets = data
    rows = torch.arange(len(targets)) * 3 + 5
    kept = subsample_classes(rows, targets, classes=classes, ratio=ratio, seed=seed)
    assert torch.equal(kept, kept.sort().values)
    left = torch.bincount(targets[(kept - 5) // 3], minlength=classes)
    for number, before in enumerate(torch.bincount(targets, minlength=classes).tolist()):
        assert left[number] == (
            max(1, round(before * ratio ** (-number / (classes - 1)))) if before else 0
        )


def test_the_first_class_keeps_as_many_times_as_many_as_the_last() -> None:
    targets = torch.arange(5).repeat(1000)
    kept = subsample_classes(torch.arange(5000), targets, classes=5, ratio=16.0, seed=0)
    assert torch.bincount(targets[kept]).tolist() == [1000, 500, 250, 125, 62]


@pytest.mark.parametrize("seed", [0, 3])
def test_noise_and_imbalance_are_the_same_for_all_losses_and_leave_validation_alone(
    seed: int,
) -> None:
    right = load_images()[1]
    clean_training, clean_validation = rows_of(seed=seed)
    assert torch.equal(clean_training.targets, right[clean_training.rows])
    for changes in (
        {"label_noise": 0.3},
        {"imbalance": 20.0},
        {"label_noise": 0.3, "imbalance": 20.0},
    ):
        training, validation = rows_of(seed=seed, **changes)
        assert torch.equal(validation.rows, clean_validation.rows)
        assert torch.equal(validation.targets, right[validation.rows])
        assert (training.targets != right[training.rows]).sum() == round(
            changes.get("label_noise", 0) * len(training)
        )
        assert set(training.rows.tolist()) <= set(clean_training.rows.tolist())
        assert (len(training) < len(clean_training)) == ("imbalance" in changes)
        for loss in ("dot_product", "inverse"):
            other, _ = rows_of(loss, seed=seed, **changes)
            assert torch.equal(other.rows, training.rows)
            assert torch.equal(other.targets, training.targets)


def test_trials_of_harder_data_agree_over_losses_and_differ_from_the_plain_one() -> None:
    plain = train().fingerprints
    harder = train(label_noise=0.4, imbalance=10.0).fingerprints
    assert train(loss="p**-0.2", label_noise=0.4, imbalance=10.0).fingerprints == harder
    assert harder["weights"] == plain["weights"]
    assert harder["split"] != plain["split"]


def test_learning_suffers_from_noise_and_imbalance() -> None:
    plain = train().error_rates[-1]
    assert train(label_noise=0.6).error_rates[-1] > plain
    assert train(imbalance=100.0).error_rates[-1] > plain


def by_fastai_alone(seed: int) -> Learner:
    """Digits with the loaders that fastai has, and nothing of ours between them and the training
    but network and loss.
    """
    set_seed(seed, reproducible=True)
    order = torch.randperm(1797)  # as RandomSplitter does
    images, targets = load_images()

    def loader(rows: Tensor, **more: object) -> DataLoader:
        return DataLoader(
            rows.tolist(),
            num_workers=0,
            create_batch=lambda chosen: (images[chosen], targets[chosen]),
            device="cpu",
            **more,
        )

    loaders = DataLoaders(
        loader(order[359:], bs=64, shuffle=True, drop_last=True),
        loader(order[:359], bs=359),
        device="cpu",
    )
    set_seed(seed, reproducible=True)
    body = make_body()
    body.load_state_dict(load_file(WEIGHTS))
    return Learner(
        loaders,
        nn.Sequential(body, make_head(10)),
        loss_func=objective(LOSSES["cross_entropy"]),
        metrics=error_rate,
        splitter=lambda model: [params(part) for part in model],
    )


@pytest.mark.parametrize("seed", [0, 1])
def test_without_options_the_digits_are_trained_as_by_fastai_alone(seed: int) -> None:
    learner, rows = by_fastai_alone(seed), []
    with learner.no_bar(), learner.no_logging():
        learner.freeze()
        learner.fit_one_cycle(1, slice(4e-3), pct_start=0.99)
        rows += learner.recorder.values
        learner.unfreeze()
        learner.fit_one_cycle(1, slice(2e-3 / 100, 2e-3), pct_start=0.3, div=5.0)
        rows += learner.recorder.values
    ours = train(
        seed=seed, label_noise=0.0, imbalance=1.0, evaluations=1, workers=0, mixed_precision=False
    ).epochs
    assert [epoch.error_rate for epoch in ours] == [row[2] for row in rows]
    losses = [value for epoch in ours for value in (epoch.train_loss, epoch.valid_loss)]
    # torch's sums differ in the last digits
    assert losses == pytest.approx([value for row in rows for value in row[:2]], rel=1e-4)
