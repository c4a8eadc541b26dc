"""Keep the last lines of each trial's standard error."""

import sqlalchemy as sa
from alembic import op

revision = "trial_stderr"
down_revision = "baseline"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column ``stderr``, empty for the trials that there are.

    Side effects: changes the database's schema.
    """
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("stderr", sa.String, nullable=False, server_default=""))


def downgrade() -> None:
    """Drop the column.

    Side effects: changes the database's schema; what was kept in it is gone.
    """
    with op.batch_alter_table("trials") as batch:
        batch.drop_column("stderr")
