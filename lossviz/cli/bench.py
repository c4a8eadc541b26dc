"""``lossviz bench``: speed and memory, as ratios measured in one run; and claims, by training."""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from lossviz.cli.command import Command
from lossviz.cli.page_section import read_page, with_section
from lossviz.errors import InvalidInput

_PROCESSOR: Final = "cpu"
_SECTIONS: Final = ("objectives", "accelerator")  # of docs/speed.md


def _objectives(options: Namespace) -> str:
    if options.device == _PROCESSOR:
        from lossviz.losses.objective.benchmark import bench_objectives

        return bench_objectives()
    from lossviz.losses.objective.accelerator_benchmark import bench_objectives_on

    return bench_objectives_on(options.device)


def _comparison(_options: Namespace) -> str:
    from lossviz.experiments.benchmarks.benchmark import bench_comparison

    return bench_comparison()


def _accelerator(_options: Namespace) -> str:
    from lossviz.experiments.benchmarks.accelerator_benchmark import bench_accelerator

    return bench_accelerator()


def _claims(_options: Namespace) -> str:
    from lossviz.experiments.benchmarks.training_claims import bench_claims

    return bench_claims()


def _experiments(_options: Namespace) -> str:
    from lossviz.experiments.benchmarks.experiment_measurements import bench_experiments

    return bench_experiments()


def _rates(_options: Namespace) -> str:
    from lossviz.experiments.benchmarks.rate_benchmark import bench_rates

    return bench_rates()


def _store(options: Namespace) -> str:
    from lossviz.experiments.benchmarks.store_benchmark import bench_store

    return bench_store(options.database)


_BENCHES: Final[Mapping[str, Callable[[Namespace], str]]] = MappingProxyType(
    {
        "objectives": _objectives,
        "comparison": _comparison,
        "accelerator": _accelerator,
        "claims": _claims,
        "experiments": _experiments,
        "rates": _rates,
        "store": _store,
    }
)


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=_BENCHES,
        help="objectives: every loss against torch's cross-entropy; comparison: 12 trainings"
        " against a notebook's; accelerator: objectives, a comparison of photos against a"
        " notebook's, digits and utilisation, in under five minutes; these take some minutes:"
        " claims: what the docs say about factors, optimisers and wrong labels; experiments: what"
        " the training page's named experiments come to; rates: whether the search for learning"
        " rates finds good ones; store: whether a database takes 2,000 rows a second for a minute",
    )
    parser.add_argument(
        "--device",
        default=_PROCESSOR,
        help="of objectives: a torch device, such as cuda (default: %(default)s)",
    )
    parser.add_argument(
        "--database",
        metavar="URL",
        help="of store: the database, to which comparisons are added (default: a temporary file)",
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FILE",
        help="of objectives on the processor and of accelerator: replace the section of that name"
        " in a Markdown page, such as docs/speed.md",
    )


def _run(options: Namespace) -> int:
    _check(options)
    page = read_page(options.write) if options.write else ""
    name = f"bench {options.what}"
    if options.write:
        with_section(page, name, "")  # refused before it is measured
    text = _BENCHES[options.what](options)
    print(text, end="")
    if options.write:
        options.write.write_text(with_section(page, name, text), encoding="utf-8")
    return 0


def _check(options: Namespace) -> None:
    """Refuse options that have no effect.

    Raises:
        InvalidInput: One that was given has none.
    """
    if options.device != _PROCESSOR and options.what != "objectives":
        raise InvalidInput("--device has an effect with bench objectives only; leave it out")
    if options.database and options.what != "store":
        raise InvalidInput("--database has an effect with bench store only; leave it out")
    if options.write and (options.what not in _SECTIONS or options.device != _PROCESSOR):
        raise InvalidInput(
            "--write has an effect with bench objectives on the processor and with bench"
            " accelerator only; leave it out"
        )


COMMAND = Command(
    name="bench",
    help="measure speed and memory, and what the docs say about trainings",
    run=_run,
    add_arguments=_add_arguments,
    extra="train",
)
