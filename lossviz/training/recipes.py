"""How each recipe of ``lossviz.runs.recipes`` gets its images and its ``Learner``: one table."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import MappingProxyType

from fastai.learner import Learner
from fastai.torch_core import set_seed

from lossviz.runs.networks import get_network
from lossviz.runs.records import Preparation
from lossviz.runs.settings import Settings
from lossviz.training import digits
from lossviz.training.loaders import make_loaders
from lossviz.training.models import Loss, device_for, make_learner
from lossviz.training.remote import Check, Tell
from lossviz.training.source import Source
from lossviz.training.watch import Emit, stopping


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """How long work may be done, and by how many threads.

    Attributes:
        threads: Threads at once.
        tell: Told what is being done, and which share of it is done.
        check: Called now and then; raises where the work shall end.
    """

    threads: int = 1
    tell: Tell = lambda _stage, _share: None
    check: Check = lambda: None

    @classmethod
    def told(cls, emit: Emit, *, stop_requested: Callable[[], bool], threads: int) -> "Work":
        """Work that is told of as ``"preparing", fields of Preparation`` and ends with ``TrialStopped`` once a stop is wished."""

        def tell(stage: str, share: float) -> None:
            emit("preparing", asdict(Preparation(stage=stage, share=share)))

        return cls(threads=threads, tell=tell, check=stopping(stop_requested))


def _digits(settings: Settings, _work: Work) -> Source:
    return digits.load_source(settings)


# fastai.vision is imported where it is needed: it takes 2 s that the digits do not wait for.
def _pets(settings: Settings, work: Work) -> Source:
    from lossviz.training.download import fetch_pets, fetch_weights
    from lossviz.training.images import image_source, pets_files

    if settings.pretrained:
        fetch_weights(get_network(settings.network), tell=work.tell, check=work.check)
    files, breeds = pets_files(fetch_pets(tell=work.tell, check=work.check))
    return image_source(files, breeds, settings, threads=work.threads, tell=work.tell, check=work.check)


def _folder(settings: Settings, work: Work) -> Source:
    from lossviz.training.images import folder_files, image_source

    files, classes, notes = folder_files(settings.folder)
    return image_source(files, classes, settings, threads=work.threads, tell=work.tell, check=work.check, notes=notes)


LOAD: MappingProxyType[str, Callable[[Settings, Work], Source]] = MappingProxyType({"digits": _digits, "pets": _pets, "folder": _folder})


def seeded_learner(recipe: str, settings: Settings, source: Source, loss_func: Loss, seed: int) -> Learner:
    """A fastai ``Learner`` ready for ``fine_tune``.

    Split, noise, initial weights, the order of batches and augmentations are drawn from ``seed`` alone; the loss draws nothing.

    Raises:
        LossvizError: The network's weights are not on this machine, or it cannot take images of this size.

    Side effects: seeds torch's, NumPy's and Python's generators.
    """
    set_seed(seed, reproducible=True)  # before the loaders: each draws its shuffling generator when it is made
    loaders = make_loaders(source, settings, seed, device_for(settings))
    set_seed(seed, reproducible=True)  # again before the weights: they must not depend on what the loaders drew
    if recipe == "pets":
        from lossviz.training.images import make_pets_learner

        return make_pets_learner(loaders, settings, loss_func)
    return make_learner(loaders, settings, loss_func)
