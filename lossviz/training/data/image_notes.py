"""What a user should know of images once they are decoded, in sentences."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from lossviz.experiments.folder_paths import printable
from lossviz.training.data.decoding_report import DecodingReport
from lossviz.training.data.labelled_files import LabelledFiles
from lossviz.training.data.left_out import name, names

_ALIKE: Final = 3.0  # of 255: a picture saved as JPEG twice differs by more
_MAX_GROUPS: Final = 3  # groups of identical images that are named


def notes_on_split(labelled: LabelledFiles, rows: Sequence[int]) -> tuple[str, ...]:
    """That the folders are the split, and how many images are in each part.

    Args:
        labelled: All files.
        rows: Those that can be read.
    """
    if labelled.validation is None:
        return ()
    train, valid = map(printable, labelled.split)
    held_out = sum(labelled.validation[row] for row in rows)
    return (
        f"The split is the folder's own: {len(rows) - held_out:,} images in {train} are trained on,"
        f" {held_out:,} in {valid} validated on, the same for every seed. Initial weights and the"
        " order of the images still follow from the seed.",
    )


def notes_on_pixels(
    report: DecodingReport, labelled: LabelledFiles, *, readable: int, size: int
) -> tuple[str, ...]:
    """That images are of one colour, are identical, or hardly differ, with counts.

    Args:
        report: What was seen while they were decoded.
        labelled: Their files and classes.
        readable: How many can be read.
        size: Their width and height in pixels as the network gets them.
    """
    return (
        *_on_flat(report, labelled, readable=readable),
        *_on_identical(report, labelled, readable=readable, size=size),
        *_on_alike(report, readable=readable),
    )


def _on_flat(report: DecodingReport, labelled: LabelledFiles, *, readable: int) -> tuple[str, ...]:
    if not report.flat:
        return ()
    paths = [labelled.files[number] for number in report.flat]
    verb = "is" if len(paths) == 1 else "are"
    return (
        f"{len(paths):,} of {readable:,} images {verb} one colour, or nearly (no channel varies by"
        f" more than 5 of 255): {names(paths, labelled.root)}.",
    )


def _on_identical(
    report: DecodingReport, labelled: LabelledFiles, *, readable: int, size: int
) -> tuple[str, ...]:
    if not report.identical:
        return ()
    across = [
        group
        for group in report.identical
        if len({labelled.labels[number] for number in group}) > 1
    ]
    pixels = f"at {size} × {size} pixels"
    if len(report.identical[0]) == readable:
        return (
            f"All {readable:,} images are identical {pixels}, so a network"
            " can learn how frequent each class is, and nothing else.",
        )
    groups = sorted(across or report.identical, key=len, reverse=True)
    shown = "; ".join(_equation(group, labelled) for group in groups[:_MAX_GROUPS])
    more = f"; and {len(groups) - _MAX_GROUPS:,} more groups" if len(groups) > _MAX_GROUPS else ""
    in_conflict = sum(map(len, across))
    conflict = (
        f"; {in_conflict:,} of them equal one of another class, which no network can tell apart"
        if across
        else ", of the same class"
    )
    return (
        f"{sum(map(len, report.identical)):,} of {readable:,} images are identical to another one"
        f" {pixels}{conflict}: {shown}{more}.",
    )


def _equation(group: Sequence[int], labelled: LabelledFiles) -> str:
    shown = [name(Path(labelled.files[number]), labelled.root) for number in group[:3]]
    return " = ".join([*shown, "…"] if len(group) > len(shown) else shown)


def _on_alike(report: DecodingReport, *, readable: int) -> tuple[str, ...]:
    all_identical = report.identical and len(report.identical[0]) == readable
    if report.spread >= _ALIKE or all_identical:
        return ()
    return (
        "The images hardly differ from each other: a pixel's standard deviation over the images is"
        f" {report.spread:.1f} of 255 on average.",
    )
