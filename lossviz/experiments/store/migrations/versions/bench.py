"""Keep where a comparison comes from, its note, tags and star, when it was deleted, what came of
it, and what its trials were trained with.
"""

import sqlalchemy as sa
from alembic import op

revision = "bench"
down_revision = "public"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns and the table, empty for what there is.

    Side effects: changes the database's schema.
    """
    with op.batch_alter_table("comparisons") as batch:
        batch.add_column(sa.Column("origin", sa.String, nullable=False, server_default="app"))
        batch.add_column(sa.Column("made_by", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("note", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("tags", sa.String, nullable=False, server_default="[]"))
        batch.add_column(
            sa.Column("starred", sa.Boolean, nullable=False, server_default=sa.false())
        )
        batch.add_column(sa.Column("deleted_at", sa.Float))
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("versions", sa.String, nullable=False, server_default=""))
    op.create_table(
        "summaries",
        sa.Column("comparison_id", sa.String, sa.ForeignKey("comparisons.id"), primary_key=True),
        sa.Column("made_of", sa.String, nullable=False),
        sa.Column("summary", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Drop the columns and the table. What was deleted and could be brought back is back.

    Side effects: changes the database's schema; what was kept in them is gone.
    """
    op.drop_table("summaries")
    with op.batch_alter_table("trials") as batch:
        batch.drop_column("versions")
    with op.batch_alter_table("comparisons") as batch:
        for name in ("deleted_at", "starred", "tags", "note", "made_by", "origin"):
            batch.drop_column(name)
