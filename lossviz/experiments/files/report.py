"""A comparison as a report in Markdown: what was trained, what it shows, and how to do it again."""

import base64
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any, Final

from lossviz import __version__
from lossviz.experiments.changes import changes
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.files.command_line import training_command
from lossviz.experiments.files.portable_text import portable
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.fingerprints import PARTS, compare_fingerprints, mismatch_warning
from lossviz.experiments.judging.convergence import convergence_sentence
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from lossviz.experiments.settings import Settings
from lossviz.experiments.uploads.reference import folder_name

# what Markdown or HTML would take for a mark of their own
_MARKS: Final = re.compile(r"([\\`*_{}\[\]<>()#|~$!&])")
_NO_COMMAND: Final = (
    "No command line trains this: a loss is a function of which only the name is known, or the"
    " comparison was made otherwise than `lossviz train` does."
)
_ONE_LOSS: Final = "There is only one loss, so there is nothing to compare it with."


def write_report(snapshot: ComparisonSnapshot, *, figure: bytes = b"") -> str:
    """The report of a comparison as it stands.

    Args:
        snapshot: Of the comparison.
        figure: Its figure as SVG, which becomes a part of the text; empty for none.
    """
    comparison = snapshot.data.comparison
    parts = [
        f"# {_title(snapshot)}",
        *_introduction(snapshot),
        _figure(figure),
        "## Verdict",
        *_verdict(snapshot.judgement),
        "## Results",
        _results(snapshot.judgement),
        "## Conditions",
        *_conditions(snapshot),
        "## Settings",
        *_settings(snapshot),
        "## Versions",
        *_versions(snapshot),
        "## Train it again",
        *_again(snapshot),
    ]
    if comparison.note:
        quoted = comparison.note.replace("<", "&lt;").splitlines()
        parts[2:2] = ["\n".join(f"> {line}" for line in quoted)]
    return portable("\n\n".join(filter(None, parts))) + "\n"


def _title(snapshot: ComparisonSnapshot) -> str:
    comparison = snapshot.data.comparison
    labels = ", ".join(loss.label for loss in snapshot.judgement.losses)
    return _plain(comparison.name or f"{get_recipe(comparison.recipe).name}: {labels}")


def _introduction(snapshot: ComparisonSnapshot) -> Iterator[str]:
    data = snapshot.data
    made = datetime.fromtimestamp(data.comparison.created_at, UTC)
    yield f"{_plain(describe_comparison(data.comparison, data.preparation, data.trials))}"
    by = f", by {_plain(data.comparison.made_by)}" if data.comparison.made_by else ""
    tags = ", ".join(map(_plain, data.comparison.tags))
    yield f"Trained on {made:%d %B %Y}{by}.{f' Tags: {tags}.' if tags else ''}"


def _figure(svg: bytes) -> str:
    if not svg:
        return ""
    data = base64.b64encode(svg).decode()
    return (
        f"![Learning curves and differences, with their caption](data:image/svg+xml;base64,{data})"
    )


def _verdict(judgement: Judgement) -> Iterator[str]:
    if judgement.verdicts is None:
        yield _ONE_LOSS
        return
    yield f"**{_plain(judgement.verdicts.summary)}**"
    yield "\n".join(
        f"- {_plain(' '.join(filter(None, (verdict.sentence, verdict.sentence_new_images))))}"
        for verdict in judgement.verdicts.by_loss.values()
    )
    if judgement.convergence:
        yield _plain(convergence_sentence(judgement.convergence, judgement.labels))


def _results(judgement: Judgement) -> str:
    heading = (
        "Loss",
        "Formula",
        "Seeds (N)",
        "Error rate",
        "± SD",
        "Difference (points)",
        "Interval",
        "Verdict",
        "Brier",
        "NLL",
    )
    return _table(heading, [_result(loss) for loss in judgement.losses])


def _result(loss: LossJudgement) -> list[str]:
    verdict = loss.verdict
    interval = verdict.interval if verdict else None
    return [
        _plain(loss.label),
        _code(loss.loss),
        str(len(loss.finished)) + (f" ({loss.coverage})" if loss.coverage else ""),
        _number(loss.mean, 4),
        _number(loss.deviation, 4),
        "baseline" if loss.is_baseline else _points(verdict.difference if verdict else None),
        f"{_points(interval[0])} to {_points(interval[1])}" if interval else "",
        verdict.word if verdict else "",
        _number(loss.brier, 4),
        _number(loss.nll, 4),
    ]


def _conditions(snapshot: ComparisonSnapshot) -> Iterator[str]:
    data = snapshot.data
    found = compare_fingerprints(data.trials, data.fingerprints)
    yield _plain(mismatch_warning(found) or describe_conditions(data))
    yield _plain(" ".join(data.preparation.notes))
    rows = []
    for seed in range(data.comparison.seeds):
        trials = [one for one in data.trials if one.seed == seed and data.fingerprints.get(one.id)]
        if trials:
            hashes = [{data.fingerprints[one.id].get(part, "") for one in trials} for part in PARTS]
            rows.append([str(seed), str(len(trials)), *map(_hashes, hashes)])
    if rows:
        yield _table(("Seed", "Losses", *PARTS.values()), rows)


def _hashes(found: set[str]) -> str:
    return " ≠ ".join(_code(one) for one in sorted(found) if one)


def _settings(snapshot: ComparisonSnapshot) -> Iterator[str]:
    comparison, preparation = snapshot.data.comparison, snapshot.data.preparation
    recipe = get_recipe(comparison.recipe)
    different = changes(comparison)
    said = ", ".join(map(_plain, different)) if different else "nothing"
    yield f"Different from the recipe's own: {said}."
    usual = recipe.settings_with(comparison.settings.optimizer)
    rows = [
        [name.replace("_", " "), _setting(comparison.settings, name), _setting(usual, name)]
        for name in (field.name for field in fields(Settings))
    ]
    found = [] if preparation.learning_rate is None else [_number(preparation.learning_rate, 6)]
    rows += [["learning rate that was found", one, ""] for one in found]
    rows += [["threads of a trial", str(preparation.threads), ""]]
    yield _table(("Setting", "Here", f"Recipe {recipe.key}"), rows)


def _setting(settings: Settings, name: str) -> str:
    value: Any = getattr(settings, name)
    if name == "folder":
        value = folder_name(value)
    if value is None:
        return "found by lr\\_find" if name == "learning_rate" else ""
    return _plain(f"{value}")


def _versions(snapshot: ComparisonSnapshot) -> Iterator[str]:
    counts = Counter(
        (trial.versions or "not recorded", trial.computed_on or "not recorded")
        for trial in snapshot.data.trials
        if trial.state is TrialState.FINISHED
    )
    rows = [[_plain(versions), _plain(on), str(count)] for (versions, on), count in counts.items()]
    if rows:
        yield _table(("Trained with", "On", "Trials"), rows)
    yield f"This report was written by lossviz {__version__}."


def _again(snapshot: ComparisonSnapshot) -> Iterator[str]:
    comparison = snapshot.data.comparison
    command = training_command(comparison, snapshot.data.preparation)
    if not command:
        yield _NO_COMMAND
        return
    yield f"```sh\n{command}\n```"
    yield (
        "On the same kind of device, with the same versions and as many threads, it gives the same"
        " numbers; the hashes above say whether data, weights and batches were the same."
    )
    if comparison.added_seeds:
        yield (
            f"{comparison.added_seeds} of the seeds were added after the launch, which the verdict"
            " allows for; the command plans all of them from the beginning, so that its error rates"
            " are the same and its verdict may differ."
        )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _plain(text: str) -> str:
    """A text of a user's as Markdown that shows it as it is, on one line."""
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def _code(text: str) -> str:
    """The same as code, in a table; a loss has no backticks."""
    return f"`{text.replace('`', '').replace('|', chr(92) + '|')}`"


def _number(value: float | None, digits: int) -> str:
    return "" if value is None else f"{value:.{digits}f}"


def _points(rate: float | None) -> str:
    return "" if rate is None else f"{100 * rate:+.2f}"
