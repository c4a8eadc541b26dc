"""What a job's state in Slurm says of its end."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from lossviz.experiments.engine.process_end import LESS_MEMORY, describe_end


@dataclass(frozen=True, slots=True, kw_only=True)
class SlurmEnd:
    """A state in which a job runs no more.

    Attributes:
        how: What it says, to follow "its process"; empty where the exit code says more.
        node_died: Whether another node may do the job.
        out_of_memory: Whether memory was too small.
    """

    how: str = ""
    node_died: bool = False
    out_of_memory: bool = False


SLURM_ENDS: Final[Mapping[str, SlurmEnd]] = {
    "COMPLETED": SlurmEnd(),
    "FAILED": SlurmEnd(),
    "NODE_FAIL": SlurmEnd(how="ended with its node (NODE_FAIL)", node_died=True),
    "BOOT_FAIL": SlurmEnd(how="did not start, as its node failed (BOOT_FAIL)", node_died=True),
    "PREEMPTED": SlurmEnd(how="had to give way to another job (PREEMPTED)", node_died=True),
    "OUT_OF_MEMORY": SlurmEnd(
        how=(
            f"was ended by Slurm (OUT_OF_MEMORY): out of memory; {LESS_MEMORY}, or ask for more by"
            " --mem in LOSSVIZ_SLURM_OPTIONS"
        ),
        out_of_memory=True,
    ),
    "TIMEOUT": SlurmEnd(
        how=(
            "was ended by Slurm at its time limit (TIMEOUT); ask for more by --time in"
            " LOSSVIZ_SLURM_OPTIONS, then run it again"
        )
    ),
    "DEADLINE": SlurmEnd(how="was ended by Slurm at its deadline (DEADLINE)"),
    "CANCELLED": SlurmEnd(how="was cancelled in Slurm (CANCELLED), not by lossviz"),
}
GONE: Final = SlurmEnd(how="is in Slurm's queue no more, which knows nothing of its end")


def describe(end: SlurmEnd, *, exit_code: int, stderr: str) -> str:
    """How a job's process ended, to follow "its process".

    Args:
        end: Its state in Slurm.
        exit_code: As ``multiprocessing`` gives it, negative for a signal.
        stderr: The last lines of its standard error.

    >>> describe(SLURM_ENDS["FAILED"], exit_code=1, stderr="no module named lossviz")
    'ended with code 1; the last line of its stderr: no module named lossviz'
    """
    return end.how or describe_end(exit_code, stderr=stderr, out_of_memory=False)
