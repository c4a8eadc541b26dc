"""How each recipe of ``lossviz.runs.recipes`` becomes a fastai ``Learner``: one table."""

from collections.abc import Callable
from types import MappingProxyType

from fastai.learner import Learner
from torch import Tensor

from lossviz.training import digits

MakeLearner = Callable[[Callable[[Tensor, Tensor], Tensor], int], Learner]
LEARNERS: MappingProxyType[str, MakeLearner] = MappingProxyType({"digits": digits.make_learner})
