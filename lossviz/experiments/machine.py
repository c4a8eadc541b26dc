"""What a machine offers to trainings, and on which of it they run; pure."""

from collections import Counter
from dataclasses import dataclass

from lossviz.experiments.networks import runs_on_accelerator
from lossviz.experiments.trial_devices import PROCESSOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a machine trains with.

    Attributes:
        cores: Cores that trainings share.
        accelerators: The names of the accelerators that they may use, such as "NVIDIA H100 80GB
            HBM3"; empty where there is none.
        has_cuda: Whether these are NVIDIA's, which alone mix precisions.
        forks: Whether a trial on the processor is forked, so that its data-loading workers share
            the images with it; a trial on an accelerator never is.
        memory_mb: What all of lossviz may take, in MB (2**20 bytes); None where that is not known.
    """

    cores: int
    accelerators: tuple[str, ...] = ()
    has_cuda: bool = False
    forks: bool = True
    memory_mb: float | None = None

    def accelerators_for(self, network: str) -> tuple[str, ...]:
        """The names of the accelerators that a network is trained on; empty for the processor, see
        ``runs_on_accelerator``.
        """
        return self.accelerators if runs_on_accelerator(network) else ()

    def describe(self, network: str) -> str:
        """On what a network is trained, in words.

        >>> Machine(cores=2).describe("resnet18")
        "this machine's processor (2 cores)"
        >>> Machine(cores=16, accelerators=("NVIDIA H100",) * 2).describe("resnet18")
        "this machine's 2 × NVIDIA H100"
        """
        names = Counter(self.accelerators_for(network))
        if not names:
            cores = "1 core" if self.cores == 1 else f"{self.cores} cores"
            return f"this machine's {PROCESSOR} ({cores})"
        return f"this machine's {' and '.join(_several(*item) for item in names.items())}"


def _several(name: str, count: int) -> str:
    return name if count == 1 else f"{count} × {name}"
