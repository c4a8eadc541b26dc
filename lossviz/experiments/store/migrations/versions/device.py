"""Keep what a trial was trained on: the device, the precision, how busy the device was."""

import sqlalchemy as sa
from alembic import op

revision = "device"
down_revision = "verdict"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what there is.

    Side effects: changes the database's schema.
    """
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("device", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("precision", sa.String, nullable=False, server_default=""))
        batch.add_column(sa.Column("busy", sa.Float))


def downgrade() -> None:
    """Drop the columns.

    Side effects: changes the database's schema; what was kept in them is gone.
    """
    with op.batch_alter_table("trials") as batch:
        for name in ("busy", "precision", "device"):
            batch.drop_column(name)
