"""Keep whose a comparison is, what it is called, who may see it, and which app runs its trials."""

import sqlalchemy as sa
from alembic import op

revision = "public"
down_revision = "device"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what there is, and the table of engines.

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
    )
