"""Records as rows of the database, and rows as records: the one place that knows both."""

import json
import math
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, fields
from typing import Any, TypeAlias, TypeVar

import sqlalchemy as sa

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.plan import MAX_SEEDS, default_baseline
from lossviz.experiments.recipes import can_be_launched, get_recipe
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Origin,
    Predictions,
    Preparation,
    Purpose,
    RateSearch,
    TemperatureScaling,
    Trial,
)
from lossviz.experiments.store.building import UnreadableRow, build
from lossviz.losses.functions import loss_label
from lossviz.statistics.plan import Plan

_LATEST = 253_402_300_799.0  # the last second of the year 9999, where Python's dates end
_Record = TypeVar("_Record")
Row: TypeAlias = sa.RowMapping


def storable(text: str) -> str:
    r"""A text as every database takes it: what is no character is written as an escape.

    A file's name that is not UTF-8 has lone surrogates, and what a process prints may hold NUL.

    >>> storable("caf\udce9 \x00")
    'caf\\udce9 \\x00'
    """
    return text.encode(errors="backslashreplace").decode().replace("\x00", "\\x00")


def comparison_row(comparison: Comparison) -> dict[str, Any]:
    """The row of a comparison whose preparation has not begun."""
    search = comparison.rate_search
    return asdict(comparison) | {
        "losses": json.dumps(comparison.losses),
        "tags": json.dumps(comparison.tags),
        "settings": json.dumps(asdict(comparison.settings)),
        "plan": json.dumps(asdict(comparison.plan)),
        "rate_search": json.dumps(asdict(search)) if search else None,
    }


def comparison_of(row: Row) -> Comparison:
    """The comparison of a row.

    Raises:
        LossvizError: There is something in it that this version cannot show or train.
    """
    recipe = get_recipe(row["recipe"])
    settings = recipe.settings
    if row["settings"]:
        settings = build(type(settings), _json(row, "settings", dict))
    values = {name: row[name] for name in _PLAIN_COLUMNS}
    losses = _json(row, "losses", list)
    lists = {"losses": losses, "tags": _json(row, "tags", list)}
    comparison = build(_StoredComparison, {**values, **lists})
    if not 1 <= comparison.seeds <= MAX_SEEDS:
        raise InvalidInput(f"its seeds must lie between 1 and {MAX_SEEDS}, got {comparison.seeds}")
    if not 0 <= comparison.created_at <= _LATEST:
        raise InvalidInput(f"its creation date can't be read: {comparison.created_at:g}")
    if not losses or len(set(losses)) < len(losses):
        raise InvalidInput("its losses must be one or more, and each another one")
    for loss in losses:
        loss_label(loss)
    return Comparison(
        **{name: getattr(comparison, name) for name in _StoredComparison.__slots__},
        settings=settings,
        plan=_plan_of(row, comparison),
        rate_search=(
            build(RateSearch, _json(row, "rate_search", dict)) if row["rate_search"] else None
        ),
    )


def _plan_of(row: Row, comparison: "_StoredComparison") -> Plan:
    """The plan of a row; of one that an earlier lossviz stored, the one that it would have now."""
    if row["plan"]:
        return build(Plan, _json(row, "plan", dict))
    return Plan(baseline=default_baseline(comparison.losses), seeds=comparison.seeds)


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredComparison:
    """The plain columns of a comparison."""

    id: str
    recipe: str
    losses: tuple[str, ...]
    seeds: int
    created_at: float
    owner: str
    name: str
    shared: bool
    origin: Origin
    made_by: str
    note: str
    tags: tuple[str, ...]
    starred: bool
    deleted_at: float | None


_LISTS = ("losses", "tags")
_PLAIN_COLUMNS = [field.name for field in fields(_StoredComparison) if field.name not in _LISTS]


def _json(row: Row, column: str, expected: type) -> Any:
    try:
        value = json.loads(row[column])
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidInput(f"its column {column} holds no JSON ({error})") from None
    if not isinstance(value, expected):
        wanted = "an object" if expected is dict else "a list"
        raise InvalidInput(f"its {column} must be {wanted} in JSON, got {str(value)[:60]!r}")
    return value


def preparation_json(preparation: Preparation) -> str:
    """The value of the column ``preparation``."""
    return json.dumps(asdict(preparation))


def preparation_of(row: Row) -> Preparation:
    """The preparation of a comparison, from the column of that name.

    Raises:
        LossvizError: Another version of lossviz stored it.
    """
    if not row["preparation"]:
        return Preparation()
    preparation = build(Preparation, _json(row, "preparation", dict))
    _require_share("share", preparation.share)
    if preparation.at_once < 1 or preparation.threads < 1:
        raise InvalidInput("its trials at once and threads must be at least 1")
    if preparation.fit_in_memory is not None and preparation.fit_in_memory < 1:
        raise InvalidInput("its fit in memory must be at least 1")
    return preparation


def trial_of(row: Row, comparison: Row | None = None) -> Trial:
    """The trial of a row.

    Args:
        row: The row.
        comparison: That of its comparison.

    Raises:
        LossvizError: There is something in it that this version does not know, or that its
            comparison has not planned.
    """
    trial = build(Trial, dict(row))
    _require_share("progress", trial.progress)
    if trial.busy is not None:
        _require_share("busy", trial.busy)
    if comparison is None:
        return trial
    losses, seeds = _json(comparison, "losses", list), comparison["seeds"]
    is_planned = (
        trial.purpose is Purpose.SEARCH
        or 0 <= trial.seed < seeds
        or (
            trial.seed >= 0 and not can_be_launched(comparison["recipe"])
        )  # any seeds, as they come
    )
    if trial.loss not in losses or not is_planned:
        raise InvalidInput(
            f"its comparison has {seeds} seeds of {', '.join(losses)}, and no seed {trial.seed} of"
            f" {trial.loss}"
        )
    return trial


def _require_share(name: str, value: float) -> None:
    if not 0.0 <= value <= 1.0:
        raise InvalidInput(f"its {name} must lie between 0 and 1, got {value:g}")


def epoch_row(trial_id: str, metrics: EpochMetrics) -> dict[str, Any]:
    """The row of an epoch."""
    return _without_nan({"trial_id": trial_id, **asdict(metrics)})


def epoch_of(row: Row) -> EpochMetrics:
    """The epoch of a row, in which NULL stands for NaN."""
    values: dict[str, Any] = {name: row[name] for name in EpochMetrics.__slots__}
    for name in ("train_loss", "valid_loss"):
        values[name] = math.nan if values[name] is None else values[name]
    return build(EpochMetrics, values)


def evaluation_row(trial_id: str, evaluation: Evaluation) -> dict[str, Any]:
    """The row of an evaluation."""
    return _without_nan(
        {
            "trial_id": trial_id,
            **asdict(evaluation),
            "histogram": json.dumps(evaluation.histogram),
            "gradient": json.dumps(evaluation.gradient) if evaluation.gradient else None,
        }
    )


def evaluation_of(row: Row) -> Evaluation:
    """The evaluation of a row."""
    values: dict[str, Any] = {name: row[name] for name in Evaluation.__slots__}
    values["histogram"] = _json(row, "histogram", list)
    values["gradient"] = _json(row, "gradient", list) if row["gradient"] else ()
    return build(Evaluation, values)


def batch_row(trial_id: str, batch: BatchLoss) -> dict[str, Any]:
    """The row of the training loss of some batches."""
    return _without_nan({"trial_id": trial_id, **asdict(batch)})


def _without_nan(row: dict[str, Any]) -> dict[str, Any]:
    """The row with NULL for NaN, which SQLite makes of it and PostgreSQL does not."""
    return {name: None if value != value else value for name, value in row.items()}


def batch_of(row: Row) -> BatchLoss:
    """The training loss of some batches, of a row."""
    return build(BatchLoss, {name: row[name] for name in BatchLoss.__slots__})


def predictions_row(trial_id: str, predictions: Predictions) -> dict[str, Any]:
    """The row of a trial's predictions."""
    return {"trial_id": trial_id, "predictions": json.dumps(asdict(predictions))}


def predictions_of(row: Row) -> Predictions:
    """The predictions of a row."""
    values = _json(row, "predictions", dict)
    scaling = values.pop("temperature", None)
    columns = build(_StoredPredictions, values)
    temperature = build(TemperatureScaling, scaling) if isinstance(scaling, dict) else None
    return Predictions(
        rows=columns.rows,
        targets=columns.targets,
        predicted=columns.predicted,
        p_true=columns.p_true,
        confidence=columns.confidence,
        temperature=temperature,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _StoredPredictions:
    """The columns of predictions."""

    rows: tuple[int, ...]
    targets: tuple[int, ...]
    predicted: tuple[int, ...]
    p_true: tuple[float, ...]
    confidence: tuple[float, ...]


def read(
    found: Iterable[Row],
    record_of: Callable[[Row], _Record],
    *,
    id_of: Callable[[Row], str],
    name_of: Callable[[Row], str],
) -> tuple[list[tuple[Row, _Record]], list[UnreadableRow]]:
    """The records of rows, each with its row, and the rows that none can be made of."""
    readable: list[tuple[Row, _Record]] = []
    unreadable: list[UnreadableRow] = []
    for row in found:
        try:
            readable.append((row, record_of(row)))
        except LossvizError as error:
            unreadable.append(UnreadableRow(id=id_of(row), name=name_of(row), reason=str(error)))
        except Exception as error:  # whatever a row holds, it must not hide the others
            reason = f"{type(error).__name__}: {error}"
            unreadable.append(UnreadableRow(id=id_of(row), name=name_of(row), reason=reason))
    return readable, unreadable
