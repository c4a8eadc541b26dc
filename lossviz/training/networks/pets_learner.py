"""The article's learner. In a file of its own, because fastai.vision takes 2 s to import."""

from fastai.data.core import DataLoaders
from fastai.learner import Learner
from fastai.metrics import error_rate
from fastai.optimizer import Adam
from fastai.vision.learner import vision_learner
from torchvision.models import resnet18

from lossviz.experiments.settings import Settings
from lossviz.training.networks.learners import LossFunction
from lossviz.training.networks.optimizers import OPTIMIZERS

_OPTIMIZERS = {**OPTIMIZERS, "adam": Adam}  # the article's, to the letter


def make_pets_learner(loaders: DataLoaders, settings: Settings, loss_func: LossFunction) -> Learner:
    """The article's learner: fastai's ``vision_learner`` of a resnet18.

    Side effects: draws the weights that are new from torch's generator.
    """
    return vision_learner(
        loaders,
        resnet18,
        pretrained=settings.pretrained,
        loss_func=loss_func,
        opt_func=_OPTIMIZERS[settings.optimizer],
        metrics=error_rate,
    )
