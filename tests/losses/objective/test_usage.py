"""The objective works with what torch and fastai do with a criterion.

Class weights, ignored and soft targets, MixUp, compiling, fastai's ``show_results`` and ``export``.
"""

import math
from pathlib import Path

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import matplotlib.pyplot as plt
import pytest
import torch
from fastai.callback.mixup import MixUp
from fastai.data.core import DataLoaders, Datasets
from fastai.data.load import DataLoader
from fastai.data.transforms import Categorize
from fastai.learner import Learner, load_learner
from fastai.vision.core import TensorImageBW
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, loss_from_spec, objective
from lossviz.errors import InvalidInput
from lossviz.losses.loss import Loss
from lossviz.losses.objective.module import Objective
from tests.support.loss_cases import every_loss

SOFT = [loss for loss in LOSSES.values() if loss.soft_targets]
some_losses = pytest.mark.parametrize(
    "loss",
    [LOSSES[key] for key in ("cross_entropy", "focal", "cosine", "label_smoothing")],
    ids=lambda loss: loss.key,
)


def draw(seed: int = 0, rows: int = 40, classes: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * 2
    return logits.requires_grad_(), torch.randint(classes, (rows,), generator=generator)


def gradient_of(loss: Tensor, logits: Tensor) -> Tensor:
    return torch.autograd.grad(loss, logits)[0]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_class_weights_and_ignored_targets_are_torchs(reduction: str) -> None:
    logits, targets = draw()
    targets[::7] = -100
    weight = torch.rand(6, dtype=torch.float64) + 0.1
    ours = objective(LOSSES["cross_entropy"], reduction, weight=weight)(logits, targets)
    theirs = F.cross_entropy(logits, targets, weight=weight, reduction=reduction)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours.sum(), logits), gradient_of(theirs.sum(), logits))


@every_loss
def test_an_ignored_example_changes_nothing(loss: Loss) -> None:
    logits, targets = draw()
    shown = targets.clone()
    shown[5:20] = 3
    keep = shown != 3
    ours = objective(loss, ignore_index=3)(logits, shown)
    assert ours.item() == pytest.approx(
        objective(loss)(logits[keep], shown[keep]).item(), rel=1e-12
    )
    gradient = gradient_of(ours, logits)
    assert (gradient[~keep] == 0).all()


def test_ignored_examples_may_have_an_infinite_loss() -> None:
    logits = torch.tensor([[0.0, 200.0], [0.0, 0.0]], requires_grad=True)
    value = objective(LOSSES["inverse"], ignore_index=0)(logits, torch.tensor([0, 1]))
    value.backward()
    assert value.item() == pytest.approx(2.0)
    assert logits.grad.isfinite().all()


@every_loss
def test_a_weight_of_one_for_every_class_changes_nothing(loss: Loss) -> None:
    logits, targets = draw()
    weighted = objective(loss, weight=torch.ones(6, dtype=torch.float64))(logits, targets)
    assert weighted.item() == pytest.approx(objective(loss)(logits, targets).item(), rel=1e-12)


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (torch.ones(5), "5 classes, the logits 6"),
        (torch.ones(2, 3), "one value a class"),
        (torch.ones(6, dtype=torch.int64), "float"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weight: Tensor, words: str) -> None:
    logits, targets = draw()
    with pytest.raises(InvalidInput, match=words):
        objective(LOSSES["focal"], weight=weight)(logits, targets)


@pytest.mark.parametrize("weight", [None, torch.tensor([0.5, 1, 2, 3, 1, 1], dtype=torch.float64)])
def test_soft_targets_of_cross_entropy_are_torchs(weight: Tensor | None) -> None:
    logits, _ = draw()
    soft = torch.rand(40, 6, dtype=torch.float64).softmax(1)
    ours = objective(LOSSES["cross_entropy"], weight=weight)(logits, soft)
    theirs = F.cross_entropy(logits, soft, weight=weight)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours, logits), gradient_of(theirs, logits))


@pytest.mark.parametrize("loss", SOFT, ids=lambda loss: loss.key)
def test_a_soft_target_is_the_expectation_over_the_true_class(loss: Loss) -> None:
    logits, _ = draw()
    soft = torch.rand(40, 6, dtype=torch.float64).softmax(1)
    soft[:, 2] = 0.0
    each = torch.stack(
        [objective(loss, "none")(logits, torch.full((40,), k)) for k in range(6)], dim=1
    )
    expected = (each * soft).sum()
    found = objective(loss, "sum")(logits, soft)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(
        gradient_of(found, logits), gradient_of(expected, logits), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("spec", ["jensen_shannon", "hinge", "sum((pj-p)**2)-p"])
def test_a_loss_of_one_true_class_refuses_soft_targets(spec: str) -> None:
    logits, _ = draw()
    with pytest.raises(InvalidInput, match="defined for one true class"):
        objective(loss_from_spec(spec))(logits, torch.full((40, 6), 1 / 6, dtype=torch.float64))


@pytest.mark.slow
@some_losses
@pytest.mark.parametrize("backend", ["aot_eager", "inductor"])
def test_torch_compile_computes_the_same(loss: Loss, backend: str) -> None:
    torch.compiler.reset()
    logits, targets = draw()
    criterion = objective(loss)
    compiled = torch.compile(criterion, backend=backend, fullgraph=True)
    ours, theirs = compiled(logits, targets), criterion(logits, targets)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours, logits), gradient_of(theirs, logits))


def learner_of(criterion: object, cbs: object = None) -> Learner:
    """A tiny learner of three classes; its items can be decoded and shown."""
    generator = torch.Generator().manual_seed(0)
    rows = [(torch.randn(6, generator=generator), torch.tensor(i % 3)) for i in range(24)]
    loaders = DataLoaders(
        DataLoader(rows, bs=8), DataLoader(rows, bs=8), device=torch.device("cpu")
    )
    return Learner(loaders, torch.nn.Linear(6, 3), loss_func=criterion, cbs=cbs)


@every_loss
def test_mixup_trains_with_it(loss: Loss) -> None:
    learner = learner_of(objective(loss), cbs=MixUp(0.4))
    assert learner.loss_func.y_int
    with learner.no_bar(), learner.no_logging():
        learner.fit(1, lr=1e-3)
    assert math.isfinite(learner.recorder.values[-1][0])
    assert learner.loss_func.reduction == "mean"


def test_mixup_mixes_the_losses_of_both_labels() -> None:
    criterion = objective(LOSSES["brier"])
    learner = learner_of(criterion, cbs=MixUp(0.4))
    mixup = learner.mix_up
    mixup.learn.training = True
    logits, targets = draw(rows=8, classes=3)
    mixup.lam, mixup.yb1, mixup.learn.pred, mixup.learn.yb = (
        torch.full((8,), 0.3, dtype=torch.float64),
        (targets.flip(0),),
        logits,
        (targets,),
    )
    mixup.before_train()
    mixed = learner.loss_func(logits, targets)
    each = Objective(LOSSES["brier"], reduction="none")
    torch.testing.assert_close(
        mixed, torch.lerp(each(logits, targets.flip(0)), each(logits, targets), 0.3).mean()
    )


def picture(i: int) -> TensorImageBW:
    return TensorImageBW(torch.rand(1, 4, 4, generator=torch.Generator().manual_seed(i)))


def name_of(i: int) -> str:
    return "abc"[i % 3]


def learner_of_pictures(loss: Loss) -> Learner:
    """A learner on items that fastai can show: pictures with a category."""
    items = list(range(12))
    datasets = Datasets(items, [[picture], [name_of, Categorize]], splits=[items[:8], items[8:]])
    model = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(16, 3))
    return Learner(
        datasets.dataloaders(bs=4, device=torch.device("cpu")), model, loss_func=objective(loss)
    )


@some_losses
def test_an_exported_learner_loads_and_predicts(loss: Loss, tmp_path: Path) -> None:
    learner = learner_of_pictures(loss)
    learner.path = tmp_path
    learner.export("learner.pkl")
    with pytest.warns(UserWarning, match="pickle"):
        loaded = load_learner(tmp_path / "learner.pkl")
    assert loaded.loss_func.loss == loss
    with loaded.no_bar(), loaded.no_logging():
        name, place, probabilities = loaded.predict(3)
    assert name == "abc"[int(place)] == "abc"[int(probabilities.argmax())]
    assert probabilities.sum().item() == pytest.approx(1.0)


# matplotlib asks fastai's tensors for one
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@some_losses
def test_show_results_shows_what_it_decodes(loss: Loss, monkeypatch: pytest.MonkeyPatch) -> None:
    learner = learner_of_pictures(loss)
    titles: list[str] = []
    monkeypatch.setattr(plt.Axes, "set_title", lambda axes, title, **_: titles.append(title))
    with learner.no_bar(), learner.no_logging():
        learner.show_results(max_n=4, shuffle=False)
        decoded = learner.get_preds(with_decoded=True)[2]
    plt.close("all")
    # what is true, then what is predicted
    assert titles == [*map(name_of, range(8, 12)), *("abc"[int(place)] for place in decoded)]
