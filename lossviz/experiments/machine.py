"""What a machine, or several, offer to trainings, and on which of it they run; pure."""

from collections import Counter
from dataclasses import dataclass

from lossviz.experiments.networks import runs_on_accelerator
from lossviz.experiments.trial_devices import PROCESSOR


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """What a machine, or a cluster of them, trains with.

    Attributes:
        cores: Cores that trainings share.
        accelerators: The names of the accelerators that they may use, such as "NVIDIA H100 80GB
            HBM3"; empty where there is none.
        has_cuda: Whether these are NVIDIA's, which alone mix precisions.
        forks: Whether a trial on the processor is forked, so that its data-loading workers share
            the images with it; a trial on an accelerator never is.
        memory_mb: What all of lossviz may take, in MB (2**20 bytes); None where that is not known.
        cluster: What kind of cluster it is, such as "Ray cluster"; empty for the app's own machine.
        nodes: How many machines of the cluster train; 0 before that is known.
    """

    cores: int
    accelerators: tuple[str, ...] = ()
    has_cuda: bool = False
    forks: bool = True
    memory_mb: float | None = None
    cluster: str = ""
    nodes: int = 1

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
        >>> Machine(cores=4, cluster="Ray cluster", nodes=2).describe("resnet18")
        'a Ray cluster (2 nodes, 4 cores)'
        """
        names = Counter(self.accelerators_for(network))
        if self.cluster:
            found = _counted(len(self.accelerators), "GPU") if names else self.cores_in_words
            nodes = _counted(self.nodes, "node")
            return f"a {self.cluster} ({nodes}, {found})" if self.nodes else f"a {self.cluster}"
        if not names:
            return f"this machine's {PROCESSOR} ({self.cores_in_words})"
        return f"this machine's {' and '.join(_several(*item) for item in names.items())}"

    @property
    def cores_in_words(self) -> str:
        """How many cores there are.

        >>> Machine(cores=1).cores_in_words, Machine(cores=2).cores_in_words
        ('1 core', '2 cores')
        """
        return _counted(self.cores, "core")


def _counted(count: int, noun: str) -> str:
    return f"1 {noun}" if count == 1 else f"{count} {noun}s"


def _several(name: str, count: int) -> str:
    return name if count == 1 else f"{count} × {name}"
