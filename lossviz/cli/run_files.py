"""Files of error rates: a CSV of anyone's, or the JSON that ``lossviz train`` writes."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from math import nan
from pathlib import Path
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.experiments.trial_devices import device_words
from lossviz.losses.functions import loss_label
from lossviz.statistics.given_errors import RatesBySeed, checked_rate
from lossviz.statistics.plan import ALPHA

COLUMNS: Final = ("loss", "seed", "error_rate")
_DEVICE_COLUMNS: Final = ("device", "precision")  # may be missing
_STATES: Final = {"diverged": nan, "failed": None, "cancelled": None, "lost": None}


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFile:
    """What a file says of a comparison.

    Attributes:
        rates: Error rates by loss and seed; None where a run ended without one, NaN where it
            diverged. Seeds that are still to come are missing.
        labels: How losses are called, of those that are called otherwise.
        baseline: The loss that the others were planned to be compared with, None where it does not
            say.
        planned_seeds: How many seeds were planned, None where it does not say.
        margin: Differences up to this were planned to be practically the same; likewise.
        alpha: The risk of the plan.
        images: Validation images; likewise.
        training_images: Images of an epoch of training; likewise.
        computed_on: For each seed, on what its runs were computed, see ``device_words``.
    """

    rates: Mapping[str, RatesBySeed]
    labels: Mapping[str, str] = field(default_factory=dict)
    baseline: str | None = None
    planned_seeds: int | None = None
    margin: float | None = None
    alpha: float = ALPHA
    images: int | None = None
    training_images: int | None = None
    computed_on: Mapping[int, Sequence[str]] = field(default_factory=dict)


def read_run_file(path: Path) -> RunFile:
    """Read a file of error rates; it is JSON where it begins with a brace.

    Raises:
        InvalidInput: It cannot be read, or a line or value makes no sense.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets begin with a byte order mark
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{path} isn't UTF-8 text") from None
    return _read_json(path, text) if text.lstrip().startswith("{") else _read_csv(path, text)


def _read_csv(path: Path, text: str) -> RunFile:
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text))
    heading = [name.strip().lower() for name in next(reader, [])]
    missing = [name for name in COLUMNS if name not in heading]
    if missing:
        raise InvalidInput(
            f"{path}, line 1: no column {' and no column '.join(missing)}; the first line must name"
            f" the columns {', '.join(COLUMNS)}"
        )
    places = [heading.index(name) for name in COLUMNS]
    device_places = {name: heading.index(name) for name in _DEVICE_COLUMNS if name in heading}
    rates: dict[str, dict[int, float | None]] = {}
    computed_on: dict[int, list[str]] = {}
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        where = f"{path}, line {reader.line_num}"
        if len(cells) <= max(*places, *device_places.values()):
            raise InvalidInput(f"{where}: {len(cells)} cells, where the first line has more")
        loss, seed, rate = (cells[place].strip() for place in places)
        by_seed = rates.setdefault(_loss(where, loss), {})
        number = _seed(where, seed)
        if number in by_seed:
            raise InvalidInput(f"{where}, column seed: {loss} has seed {number} twice")
        by_seed[number] = _rate(where, loss, number, rate)
        on = {name: cells[place].strip() for name, place in device_places.items()}
        words = device_words(on.get("device", ""), on.get("precision", ""))
        computed_on.setdefault(number, []).append(words)
    return RunFile(rates=rates, computed_on=computed_on)


def _delimiter(text: str) -> str:
    """A comma, or what spreadsheets write where the comma is the decimal point."""
    first = text.partition("\n")[0]
    return max(",;\t", key=first.count)


def _loss(where: str, text: str) -> str:
    if not text:
        raise InvalidInput(f"{where}, column loss: it is empty")
    # by which our own CSV keeps spreadsheets from taking a loss for a formula of theirs
    return text[1:] if text.startswith(("'=", "'+", "'-", "'@")) else text


def _seed(where: str, text: str) -> int:
    if not text.isdecimal():
        raise InvalidInput(
            f"{where}, column seed: a seed is a whole number from 0 on, and this is {text!r}"
        )
    return int(text)


def _rate(where: str, loss: str, seed: int, text: str) -> float | None:
    if not text:
        return None
    if text.lower() in _STATES:
        return _STATES[text.lower()]
    try:
        return checked_rate(loss, seed, text)
    except InvalidInput as error:
        raise InvalidInput(f"{where}, column error_rate: {error}") from None


def _read_json(path: Path, text: str) -> RunFile:
    try:
        document = json.loads(text)
        trials = [trial for trial in document["trials"] if trial.get("purpose") != "search"]
        plan = document.get("plan") or {}
        rates: dict[str, dict[int, float | None]] = {loss: {} for loss in document["losses"]}
        computed_on: dict[int, list[str]] = {}
        for trial in trials:
            if trial.get("state") == "finished":
                on = device_words(trial.get("device", ""), trial.get("precision", ""))
                computed_on.setdefault(trial["seed"], []).append(on)
            for rate in _ended(trial):
                rates[trial["loss"]][trial["seed"]] = checked_rate(
                    trial["loss"], trial["seed"], rate
                )
        return RunFile(
            rates=rates,
            labels={loss: loss_label(loss) for loss in rates},
            baseline=plan.get("baseline"),
            planned_seeds=plan.get("seeds", document["seeds"]),
            margin=plan.get("margin"),
            alpha=plan.get("alpha", ALPHA),
            images=_images(trials),
            training_images=_common(trial.get("training_images") for trial in trials),
            computed_on=computed_on,
        )
    except json.JSONDecodeError as error:
        raise InvalidInput(f"{path}, line {error.lineno}: not JSON ({error.msg})") from None
    except (AttributeError, KeyError, TypeError) as error:
        raise InvalidInput(
            f"{path} isn't what lossviz train --json writes: {type(error).__name__} {error}"
        ) from None


def _ended(trial: Mapping[str, Any]) -> Iterator[float | None]:
    """What a trial ended with, as in ``RunFile.rates``; nothing where it has not ended."""
    if trial.get("state") == "finished":
        yield trial["epochs"][-1]["error_rate"] if trial.get("epochs") else None
    elif trial.get("state") in _STATES:
        yield _STATES[trial["state"]]


def _images(trials: Sequence[Mapping[str, Any]]) -> int | None:
    """Validation images, as each histogram counts them."""
    return _common(
        trial.get("validation_images") or sum(evaluation["histogram"])
        for trial in trials
        for evaluation in trial.get("evaluations", ())[-1:]
    )


def _common(counts: Iterator[int | None]) -> int | None:
    """The one count that all trials report, as far as they have."""
    known = {count for count in counts if count}
    return known.pop() if len(known) == 1 else None
