"""The tables of the store. A change here needs a migration, see ``migrations``."""

import sqlalchemy as sa

TABLES = sa.MetaData()
# SQLite counts on its own, and only in a column of this type
_CURSOR = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _cursor() -> sa.Column[int]:
    """The number of a row that is only ever added. A trial's rows, and a comparison's, have one
    writer at a time, and become visible in its order; those of different comparisons need not.
    """
    return sa.Column("cursor", _CURSOR, primary_key=True, autoincrement=True)


def _by_trial(table: str) -> sa.Index:
    return sa.Index(f"ix_{table}_trial_id", "trial_id", "cursor")


COMPARISONS = sa.Table(
    "comparisons",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("recipe", sa.String, nullable=False),
    sa.Column("losses", sa.String, nullable=False),  # JSON list
    sa.Column("seeds", sa.Integer, nullable=False),
    sa.Column("created_at", sa.Float, nullable=False),
    sa.Column("settings", sa.String),  # JSON object; NULL are the recipe's own
    sa.Column("preparation", sa.String),  # JSON object; NULL before anything is known
    sa.Column("plan", sa.String),  # JSON object; NULL where an earlier lossviz planned nothing
    sa.Column("rate_search", sa.String),  # JSON object; NULL where all losses take the same rate
    sa.Column("owner", sa.String, nullable=False, server_default="", index=True),
    sa.Column("name", sa.String, nullable=False, server_default=""),
    sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("origin", sa.String, nullable=False, server_default="app"),
    sa.Column("made_by", sa.String, nullable=False, server_default=""),
    sa.Column("note", sa.String, nullable=False, server_default=""),
    sa.Column("tags", sa.String, nullable=False, server_default="[]"),  # JSON list
    sa.Column("starred", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("deleted_at", sa.Float),  # NULL where it is not deleted
)
ENGINES = sa.Table(  # the app instances that train, each with a lease
    "engines",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("host", sa.String, nullable=False),  # the machine's name and the process's id
    sa.Column("kind", sa.String, nullable=False),  # local, ray or slurm
    sa.Column("version", sa.String, nullable=False),  # of lossviz
    sa.Column("started_at", sa.Float, nullable=False),
    sa.Column("expires_at", sa.Float, nullable=False),  # of its lease, by the database's clock
    # its transactions that have written; by it a lost connection's last one is known
    sa.Column("writes", _CURSOR, nullable=False, server_default="0"),
)
ENGINE_REQUESTS = sa.Table(  # what other app instances ask an engine to do with its trials
    "engine_requests",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("engine", sa.String, nullable=False, index=True),  # who is to do it
    sa.Column("request", sa.String, nullable=False),  # JSON object
    sa.Column("answer", sa.String),  # JSON object; NULL until it is done
    sa.Column("asked_at", sa.Float, nullable=False),  # by the database's clock
)
TRIALS = sa.Table(
    "trials",
    TABLES,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("comparison_id", sa.ForeignKey("comparisons.id"), nullable=False, index=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("loss", sa.String, nullable=False),
    sa.Column("seed", sa.Integer, nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False, server_default="1"),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("progress", sa.Float, nullable=False),
    sa.Column("images_per_s", sa.Float),
    sa.Column("memory_mb", sa.Float),
    sa.Column("origin", sa.String, nullable=False, server_default=""),
    sa.Column("started_at", sa.Float),
    sa.Column("ended_at", sa.Float),
    sa.Column("stderr", sa.String, nullable=False, server_default=""),
    sa.Column("purpose", sa.String, nullable=False, server_default="judge"),
    sa.Column("learning_rate", sa.Float),
    sa.Column("training_images", sa.Integer),
    sa.Column("validation_images", sa.Integer),
    sa.Column("device", sa.String, nullable=False, server_default=""),
    sa.Column("precision", sa.String, nullable=False, server_default=""),
    sa.Column("busy", sa.Float),
    # whose it is to run and to end; "" where an earlier lossviz stored it
    sa.Column("engine", sa.String, nullable=False, server_default="", index=True),
    sa.Column("versions", sa.String, nullable=False, server_default=""),
)
EPOCHS = sa.Table(
    "epochs",
    TABLES,
    _cursor(),
    sa.Column("trial_id", sa.ForeignKey("trials.id"), nullable=False),
    sa.Column("phase", sa.String, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
    sa.Column("train_loss", sa.Float),  # NULL is NaN, which SQLite cannot hold
    sa.Column("valid_loss", sa.Float),
    sa.Column("error_rate", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float, nullable=False),
    _by_trial("epochs"),
    sqlite_autoincrement=True,
)
EVALUATIONS = sa.Table(
    "evaluations",
    TABLES,
    _cursor(),
    sa.Column("trial_id", sa.ForeignKey("trials.id"), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("error_rate", sa.Float, nullable=False),
    sa.Column("histogram", sa.String, nullable=False),  # JSON list
    sa.Column("seconds", sa.Float),
    sa.Column("brier", sa.Float),
    sa.Column("nll", sa.Float),
    sa.Column("valid_loss", sa.Float),
    sa.Column("gradient", sa.String),  # JSON list; NULL where it was not measured
    _by_trial("evaluations"),
    sqlite_autoincrement=True,
)
BATCHES = sa.Table(
    "batches",
    TABLES,
    _cursor(),
    sa.Column("trial_id", sa.ForeignKey("trials.id"), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("loss", sa.Float, nullable=False),
    sa.Column("learning_rate", sa.Float, nullable=False),
    sa.Column("seconds", sa.Float),
    _by_trial("batches"),
    sqlite_autoincrement=True,
)
PREDICTIONS = sa.Table(
    "predictions",
    TABLES,
    sa.Column("trial_id", sa.ForeignKey("trials.id"), primary_key=True),
    sa.Column("predictions", sa.String, nullable=False),  # JSON object
)
SUMMARIES = sa.Table(  # what came of a comparison, see ``lossviz.experiments.bench.bench_summary``
    "summaries",
    TABLES,
    sa.Column("comparison_id", sa.ForeignKey("comparisons.id"), primary_key=True),
    sa.Column("made_of", sa.String, nullable=False),  # another one now: it is out of date
    sa.Column("summary", sa.String, nullable=False),  # JSON object
)
FINGERPRINTS = sa.Table(
    "fingerprints",
    TABLES,
    sa.Column("trial_id", sa.ForeignKey("trials.id"), primary_key=True),
    sa.Column("part", sa.String, primary_key=True),
    sa.Column("value", sa.String, nullable=False),
)
USAGE = sa.Table(  # what visitors have used of quotas that count for a time
    "usage",
    TABLES,
    _cursor(),
    sa.Column("owner", sa.String, nullable=False),
    sa.Column("quota", sa.String, nullable=False),
    sa.Column("amount", sa.Float, nullable=False),
    sa.Column("at", sa.Float, nullable=False),  # seconds since the epoch (UTC)
    sa.Index("ix_usage_quota_at", "quota", "at"),
    sqlite_autoincrement=True,
)
