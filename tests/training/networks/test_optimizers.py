"""Trials are trained with fastai's optimisers, only faster."""

import pytest
import torch
from fastai.optimizer import Adam

from lossviz.experiments.optimizers import OPTIMIZERS as NAMES
from lossviz.training.networks import learners
from lossviz.training.networks.optimizers import OPTIMIZERS, fastai_sgd
from tests.support.trials import train_learner

FASTAIS = {"adam": Adam, "sgd": fastai_sgd}


def test_every_optimiser_on_offer_is_made() -> None:
    assert OPTIMIZERS.keys() == NAMES.keys() == FASTAIS.keys()


@pytest.mark.usefixtures("one_thread")
@pytest.mark.parametrize("key", NAMES)
def test_a_trial_ends_with_the_weights_of_fastais_optimiser_to_the_bit(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine, _ = train_learner(optimizer=key)
    monkeypatch.setattr(learners, "OPTIMIZERS", FASTAIS)
    theirs, _ = train_learner(optimizer=key)
    assert type(theirs.opt) is not type(mine.opt)
    one, other = mine.model.state_dict(), theirs.model.state_dict()
    assert all(torch.equal(one[name], other[name]) for name in other)
