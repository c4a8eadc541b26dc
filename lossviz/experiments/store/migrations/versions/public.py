"""Keep whose a comparison is, its name, who may see it, what runs it, and what visitors use.

The indexes of what trials report get the cursor, by which their newest rows are found; and on a
server, where many write, cursors do not end at 2**31.
"""

import sqlalchemy as sa
from alembic import op

revision = "public"
down_revision = "device"
branch_labels = None
depends_on = None

_REPORTS = ("epochs", "evaluations", "batches")
_CURSOR = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the columns, empty for what there is, and the tables of engines and of usage.

    Side effects: changes the database's schema.
    """
    with op.batch_alter_table("comparisons") as batch:
        batch.add_column(sa.Column("owner", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("name", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("shared", sa.Boolean, nullable=False, server_default=sa.false()))
        batch.create_index("ix_comparisons_owner", ["owner"])
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("engine", sa.String, nullable=False, server_default=""))
        batch.create_index("ix_trials_engine", ["engine"])
    op.create_table(
        "engines",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("version", sa.String, nullable=False),
        sa.Column("started_at", sa.Float, nullable=False),
        sa.Column("expires_at", sa.Float, nullable=False),
        sa.Column("writes", _CURSOR, nullable=False, server_default="0"),
    )
    op.create_table(
        "engine_requests",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("engine", sa.String, nullable=False, index=True),
        sa.Column("request", sa.String, nullable=False),
        sa.Column("answer", sa.String),
        sa.Column("asked_at", sa.Float, nullable=False),
    )
    op.create_table(
        "usage",
        sa.Column("cursor", _CURSOR, primary_key=True, autoincrement=True),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("quota", sa.String, nullable=False),
        sa.Column("amount", sa.Float, nullable=False),
        sa.Column("at", sa.Float, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_usage_quota_at", "usage", ["quota", "at"])
    for table in _REPORTS:
        op.drop_index(f"ix_{table}_trial_id", table_name=table)
        op.create_index(f"ix_{table}_trial_id", table, ["trial_id", "cursor"])
    _set_cursor_type("BIGINT")


def downgrade() -> None:
    """Drop the columns and tables, and make the indexes as they were.

    Side effects: changes the database's schema; what was kept in them is gone.
    """
    _set_cursor_type("INTEGER")
    for table in _REPORTS:
        op.drop_index(f"ix_{table}_trial_id", table_name=table)
        op.create_index(f"ix_{table}_trial_id", table, ["trial_id"])
    op.drop_table("usage")
    op.drop_table("engine_requests")
    op.drop_table("engines")
    with op.batch_alter_table("trials") as batch:
        batch.drop_index("ix_trials_engine")
        batch.drop_column("engine")
    with op.batch_alter_table("comparisons") as batch:
        batch.drop_index("ix_comparisons_owner")
        for name in ("shared", "name", "owner"):
            batch.drop_column(name)


def _set_cursor_type(name: str) -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _REPORTS:
        op.execute(f"ALTER TABLE {table} ALTER COLUMN cursor TYPE {name}")
        op.execute(f"ALTER SEQUENCE {table}_cursor_seq AS {name}")
