"""The objective and the class that is exported for fastai do all that a fastai learner asks of its
criterion: MixUp, CutMix, ``get_preds``, ``lr_find``, ``show_results`` and ``export``.
"""

import math
from pathlib import Path

import matplotlib.pyplot as plt
import pytest
import torch
from fastai.callback.core import Callback
from fastai.callback.mixup import CutMix, MixUp
from fastai.callback.schedule import minimum
from fastai.learner import load_learner
from fastai.torch_core import TensorCategory, TensorImage

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from tests.support.implementations import (
    FASTAI,
    OBJECTIVE,
    Implementation,
    draw,
    each_of,
    some_losses,
)
from tests.support.learners import (
    learner_of_maps,
    learner_of_pictures,
    learner_of_rows,
    name_of,
)
from tests.support.loss_cases import every_loss

for_learners = each_of(OBJECTIVE, FASTAI)
mixing = pytest.mark.parametrize("mix", [MixUp, CutMix], ids=["MixUp", "CutMix"])


@every_loss
@for_learners
@mixing
def test_mixed_pictures_train_with_it(
    loss: Loss, implementation: Implementation, mix: type[Callback]
) -> None:
    learner = learner_of_maps(implementation.build(loss), cbs=mix(0.4))
    before = learner.model[1].weight.detach().clone()
    with learner.no_bar(), learner.no_logging():
        learner.fit(1, lr=1e-2)
    assert math.isfinite(learner.recorder.values[-1][0])
    assert not torch.equal(before, learner.model[1].weight)
    assert learner.loss_func.reduction == "mean"


@some_losses
@for_learners
@mixing
def test_mixing_mixes_the_losses_of_both_labels(
    loss: Loss, implementation: Implementation, mix: type[Callback]
) -> None:
    weight = torch.tensor([1.0, 2.0, 0.5], dtype=torch.float64)
    learner = learner_of_maps(implementation.build(loss, weight=weight), cbs=mix(0.4))
    mixer = learner.cbs[-1]
    learner.training = True
    logits, targets = draw(8, 3)
    mixer.lam, mixer.yb1 = torch.full((8,), 0.3, dtype=torch.float64), (targets.flip(0),)
    mixer.before_train()
    mixed = learner.loss_func(logits, targets)
    each = implementation.build(loss, weight=weight, reduction="none")
    torch.testing.assert_close(
        mixed, torch.lerp(each(logits, targets.flip(0)), each(logits, targets), 0.3).mean()
    )


@every_loss
@for_learners
def test_get_preds_gives_probabilities_classes_and_losses(
    loss: Loss, implementation: Implementation
) -> None:
    learner = learner_of_rows(implementation.build(loss))
    with learner.no_bar(), learner.no_logging():
        probabilities, targets, decoded, losses = learner.get_preds(
            with_loss=True, with_decoded=True
        )
        logits, _ = learner.get_preds(act=lambda values: values)
    torch.testing.assert_close(probabilities, logits.softmax(-1))
    assert decoded.tolist() == logits.argmax(-1).tolist()
    torch.testing.assert_close(
        torch.as_tensor(losses), implementation.build(loss, reduction="none")(logits, targets)
    )
    assert learner.loss_func.reduction == "mean"


# fastai's own, where it loads the weights that it has kept
@pytest.mark.filterwarnings("ignore:numpy.core is deprecated:DeprecationWarning")
@some_losses
@for_learners
def test_lr_find_finds_a_learning_rate(
    loss: Loss, implementation: Implementation, tmp_path: Path
) -> None:
    learner = learner_of_rows(implementation.build(loss))
    learner.path = tmp_path
    with learner.no_bar(), learner.no_logging():
        found = learner.lr_find(num_it=12, show_plot=False, suggest_funcs=(minimum,))
    assert found.minimum > 0


@for_learners
def test_fastais_own_tensors_are_taken(implementation: Implementation) -> None:
    logits, targets = draw(dtype=torch.float32)
    criterion = implementation.build(LOSSES["focal"])
    value = criterion(TensorImage(logits), TensorCategory(targets))
    assert type(value) is torch.Tensor
    torch.testing.assert_close(value, criterion(logits, targets))


@some_losses
@for_learners
def test_an_exported_learner_loads_and_predicts(
    loss: Loss, implementation: Implementation, tmp_path: Path
) -> None:
    learner = learner_of_pictures(implementation.build(loss))
    learner.path = tmp_path
    learner.export("learner.pkl")
    with pytest.warns(UserWarning, match="pickle"):
        loaded = load_learner(tmp_path / "learner.pkl")
    logits, targets = draw()
    assert torch.equal(loaded.loss_func(logits, targets), learner.loss_func(logits, targets))
    with loaded.no_bar(), loaded.no_logging():
        name, place, probabilities = loaded.predict(3)
    assert name == name_of(int(place)) == name_of(int(probabilities.argmax()))
    assert probabilities.sum().item() == pytest.approx(1.0)


# matplotlib asks fastai's tensors for one
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@some_losses
@for_learners
def test_show_results_shows_what_it_decodes(
    loss: Loss, implementation: Implementation, monkeypatch: pytest.MonkeyPatch
) -> None:
    learner = learner_of_pictures(implementation.build(loss))
    titles: list[str] = []
    monkeypatch.setattr(plt.Axes, "set_title", lambda axes, title, **_: titles.append(title))
    with learner.no_bar(), learner.no_logging():
        learner.show_results(max_n=4, shuffle=False)
        decoded = learner.get_preds(with_decoded=True)[2]
    plt.close("all")
    # what is true, then what is predicted
    assert titles == [*map(name_of, range(8, 12)), *map(name_of, decoded.tolist())]
