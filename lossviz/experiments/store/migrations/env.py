"""Alembic's entry point: connects the migrations with the database and with the schema."""

import sqlalchemy as sa
from alembic import context

from lossviz.experiments.store.database import database_url
from lossviz.experiments.store.migration import exclusive
from lossviz.experiments.store.schema import TABLES
from lossviz.experiments.store.server import make_engine, read_url


def run_migrations(connection: sa.Connection) -> None:
    """Run what Alembic was called for, in the caller's transaction.

    Side effects: changes the database.
    """
    context.configure(connection=connection, target_metadata=TABLES, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


def main() -> None:
    """Migrate over the caller's connection; without one (Alembic's command line), over a new one.

    Side effects: changes the database.
    """
    if (connection := context.config.attributes.get("connection")) is not None:
        run_migrations(connection)
        return
    engine = make_engine(read_url(database_url()))
    try:
        with exclusive(engine) as connection:
            run_migrations(connection)
    finally:
        engine.dispose()


if __name__ == "env_py":  # the name under which Alembic runs this file; an import runs nothing
    main()
