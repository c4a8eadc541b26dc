"""``lossviz bench``: speed and memory, as ratios measured in one run; and claims, by training."""

from argparse import ArgumentParser, Namespace

from lossviz.cli.command import Command


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "what",
        choices=["objectives", "comparison", "claims"],
        help="objectives: every loss against torch's cross-entropy; comparison: 12 trainings"
        " against a notebook's; claims: what the docs say about factors, optimisers and wrong"
        " labels, some minutes",
    )


def _run(options: Namespace) -> int:
    if options.what == "comparison":
        from lossviz.experiments.benchmark import bench_comparison

        print(bench_comparison(), end="")
    elif options.what == "claims":
        from lossviz.experiments.training_claims import bench_claims

        print(bench_claims(), end="")
    else:
        from lossviz.losses.objective.benchmark import bench_objectives

        print(bench_objectives(), end="")
    return 0


COMMAND = Command(
    name="bench",
    help="measure speed and memory, and what the docs say about trainings",
    run=_run,
    add_arguments=_add_arguments,
    extra="train",
)
