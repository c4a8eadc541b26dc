"""The schema when migrations began, from whatever an earlier lossviz left.

Earlier versions did not note the version of their schema, and there were three: the first without
fingerprints, the second with them, the third with settings, preparations, attempts, evaluations and
batches. A database may also stand between two of them, where an upgrade was killed. So this
migration inspects what is there and adds what is missing.
"""

import sqlalchemy as sa
from alembic import op

revision = "baseline"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables, columns and indexes that are missing.

    Side effects: changes the database's schema.
    """
    _add_missing(
        "comparisons",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("recipe", sa.String, nullable=False),
        sa.Column("losses", sa.String, nullable=False),
        sa.Column("seeds", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Float, nullable=False),
        sa.Column("settings", sa.String),
        sa.Column("preparation", sa.String),
    )
    _add_missing(
        "trials",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("comparison_id", sa.String, sa.ForeignKey("comparisons.id"), nullable=False),
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
    )
    _add_missing(
        "epochs",
        sa.Column("cursor", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("trial_id", sa.String, sa.ForeignKey("trials.id"), nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("train_loss", sa.Float),
        sa.Column("valid_loss", sa.Float),
        sa.Column("error_rate", sa.Float, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
    )
    _add_missing(
        "evaluations",
        sa.Column("cursor", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("trial_id", sa.String, sa.ForeignKey("trials.id"), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("error_rate", sa.Float, nullable=False),
        sa.Column("histogram", sa.String, nullable=False),
    )
    _add_missing(
        "batches",
        sa.Column("cursor", sa.Integer, primary_key=True, autoincrement=True),
        sa.Column("trial_id", sa.String, sa.ForeignKey("trials.id"), nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sa.Column("loss", sa.Float, nullable=False),
        sa.Column("learning_rate", sa.Float, nullable=False),
    )
    _add_missing(
        "fingerprints",
        sa.Column("trial_id", sa.String, sa.ForeignKey("trials.id"), primary_key=True),
        sa.Column("part", sa.String, primary_key=True),
        sa.Column("value", sa.String, nullable=False),
    )
    for table, column in (
        ("trials", "comparison_id"),
        ("epochs", "trial_id"),
        ("evaluations", "trial_id"),
        ("batches", "trial_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column], if_not_exists=True)


def downgrade() -> None:
    """Change nothing: the last version that noted none has this schema too."""


def _add_missing(table: str, *columns: sa.Column[object]) -> None:
    inspector = sa.inspect(op.get_bind())
    if not inspector.has_table(table):
        op.create_table(table, *columns, sqlite_autoincrement=columns[0].name == "cursor")
        return
    known = {column["name"] for column in inspector.get_columns(table)}
    with op.batch_alter_table(table) as batch:
        for column in columns:
            if column.name not in known:
                batch.add_column(column)
