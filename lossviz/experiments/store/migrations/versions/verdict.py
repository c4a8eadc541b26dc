"""Keep what a verdict needs: the plan, learning rates of their own, scores and predictions."""

import sqlalchemy as sa
from alembic import op

revision = "verdict"
down_revision = "trial_stderr"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns, empty for what there is, and the table of predictions.

    Side effects: changes the database's schema.
    """
    with op.batch_alter_table("comparisons") as batch:
        batch.add_column(sa.Column("plan", sa.String))
        batch.add_column(sa.Column("rate_search", sa.String))
    with op.batch_alter_table("trials") as batch:
        batch.add_column(sa.Column("purpose", sa.String, nullable=False, server_default="judge"))
        batch.add_column(sa.Column("learning_rate", sa.Float))
        batch.add_column(sa.Column("training_images", sa.Integer))
        batch.add_column(sa.Column("validation_images", sa.Integer))
    with op.batch_alter_table("evaluations") as batch:
        for name in ("seconds", "brier", "nll", "valid_loss"):
            batch.add_column(sa.Column(name, sa.Float))
        batch.add_column(sa.Column("gradient", sa.String))
    with op.batch_alter_table("batches") as batch:
        batch.add_column(sa.Column("seconds", sa.Float))
    op.create_table(
        "predictions",
        sa.Column("trial_id", sa.String, sa.ForeignKey("trials.id"), primary_key=True),
        sa.Column("predictions", sa.String, nullable=False),
    )


def downgrade() -> None:
    """Drop the columns and the table. Trials that search for a learning rate go too, with all that
    they reported: an earlier lossviz would take them for trials that are judged.

    Side effects: changes the database's schema; what was kept in them is gone.
    """
    op.drop_table("predictions")
    searches = "SELECT id FROM trials WHERE purpose <> 'judge'"
    for table in ("epochs", "evaluations", "batches", "fingerprints"):
        op.execute(f"DELETE FROM {table} WHERE trial_id IN ({searches})")
    op.execute("DELETE FROM trials WHERE purpose <> 'judge'")
    with op.batch_alter_table("batches") as batch:
        batch.drop_column("seconds")
    with op.batch_alter_table("evaluations") as batch:
        for name in ("gradient", "valid_loss", "nll", "brier", "seconds"):
            batch.drop_column(name)
    with op.batch_alter_table("trials") as batch:
        for name in ("validation_images", "training_images", "learning_rate", "purpose"):
            batch.drop_column(name)
    with op.batch_alter_table("comparisons") as batch:
        for name in ("rate_search", "plan"):
            batch.drop_column(name)
