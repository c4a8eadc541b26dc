"""How each recipe of ``lossviz.experiments.recipes`` loads its images and makes its ``Learner``."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

from fastai.learner import Learner
from fastai.torch_core import set_seed

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.messages import EmitProgress, PreparationProgress
from lossviz.experiments.networks import get_network
from lossviz.experiments.settings import Settings
from lossviz.experiments.uploads.reference import folder_name, images_folder
from lossviz.training.data import digits
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.loaders import make_loaders
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.interruption import StopRequested, stop_check
from lossviz.training.networks.learners import LossFunction, device_for, make_learner


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadOptions:
    """How images are loaded, whatever they are.

    Attributes:
        threads: Threads to load with.
        on_progress: Called with what is being done, in words, and the share of it that is done.
        check_stop: Called now and then; raises where loading shall stop.
    """

    threads: int = 1
    on_progress: OnProgress = lambda _stage, _share: None
    check_stop: CheckStop = lambda: None

    @classmethod
    def reporting(
        cls, emit: EmitProgress, *, stop_requested: StopRequested, threads: int
    ) -> "LoadOptions":
        """Options to report progress as events, and to raise ``TrialStopped`` on request."""

        def on_progress(stage: str, share: float) -> None:
            emit(PreparationProgress(stage=stage, share=share))

        return cls(threads=threads, on_progress=on_progress, check_stop=stop_check(stop_requested))


def _digits(settings: Settings, _options: LoadOptions) -> ImageDataset:
    return digits.load_digits_dataset(settings)


# fastai.vision is imported inside the functions: it takes 2 s that the digits do not wait for.
def _pets(settings: Settings, options: LoadOptions) -> ImageDataset:
    from lossviz.training.data.image_dataset import image_dataset
    from lossviz.training.data.labelled_files import pets_files
    from lossviz.training.data.pets_download import fetch_pets
    from lossviz.training.data.weights_download import fetch_weights

    if settings.pretrained:
        fetch_weights(
            get_network(settings.network),
            on_progress=options.on_progress,
            check_stop=options.check_stop,
        )
    folder = fetch_pets(on_progress=options.on_progress, check_stop=options.check_stop)
    return image_dataset(
        pets_files(folder),
        settings,
        threads=options.threads,
        on_progress=options.on_progress,
        check_stop=options.check_stop,
    )


def _folder(settings: Settings, options: LoadOptions) -> ImageDataset:
    from lossviz.training.data.image_dataset import image_dataset
    from lossviz.training.data.labelled_files import folder_files

    path = images_folder(settings.folder)
    try:
        files = folder_files(path)
    except InvalidInput as error:  # of an upload, its visitor knows the name and not the path
        raise InvalidInput(str(error).replace(path, folder_name(settings.folder))) from None
    return image_dataset(
        files,
        settings,
        threads=options.threads,
        on_progress=options.on_progress,
        check_stop=options.check_stop,
    )


LOAD: MappingProxyType[str, Callable[[Settings, LoadOptions], ImageDataset]] = MappingProxyType(
    {"digits": _digits, "pets": _pets, "folder": _folder}
)


def seeded_learner(
    recipe: str, settings: Settings, source: ImageDataset, loss_func: LossFunction, seed: int
) -> Learner:
    """A fastai ``Learner`` ready for ``fine_tune``.

    Split, noise, initial weights, the order of batches and augmentations are drawn from ``seed``
    alone; the loss draws nothing.

    Raises:
        LossvizError: The network's weights are not on this machine, or it cannot take images of
            this size.

    Side effects: seeds torch's, NumPy's and Python's generators.
    """
    # before the loaders: each draws its shuffling generator when it is made
    set_seed(seed, reproducible=True)
    loaders = make_loaders(source, settings, seed, device_for(settings))
    # again before the weights: they must not depend on what the loaders drew
    set_seed(seed, reproducible=True)
    if recipe == "pets":
        from lossviz.training.networks.pets_learner import make_pets_learner

        return make_pets_learner(loaders, settings, loss_func)
    return make_learner(loaders, settings, loss_func)
