"""A database is brought to the schema of this version when it is opened, or refused untouched."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import sqlalchemy as sa

from lossviz.errors import NewerDatabase
from lossviz.experiments.store.schema import TABLES
from lossviz.experiments.store.server import shown

if TYPE_CHECKING:
    from alembic.config import Config

HEAD = "bench"  # the newest file in migrations/versions; a test holds it
SCRIPTS = "lossviz.experiments.store:migrations"

_LOCK = (
    "SET LOCAL lock_timeout = 0",
    "SET LOCAL statement_timeout = 0",
    "SELECT pg_advisory_xact_lock(hashtext('lossviz migrates'))",
)

# Alembic's own table. It stands in a MetaData of its own because it is no part of our schema.
_VERSION = sa.Table(
    "alembic_version",
    sa.MetaData(),
    sa.Column("version_num", sa.String(32), nullable=False),
    sa.PrimaryKeyConstraint("version_num", name="alembic_version_pkc"),
)


def migrate(engine: sa.Engine) -> None:
    """Make the tables of an empty database; migrate one of an earlier lossviz.

    Alembic costs 0.13 s and 12 MB of the page's process (1.20.1), so it is imported only where
    there is something to migrate. Of several processes that open an old database at once, one
    migrates it and the others wait; a process that is killed meanwhile leaves the database as it
    was.

    Raises:
        NewerDatabase: As the name says.
        SQLAlchemyError: The database cannot be used.

    Side effects: changes the database's schema, in one transaction.
    """
    with engine.connect() as connection:
        if revision_of(connection) == HEAD:
            return
    with exclusive(engine) as connection:
        revision = revision_of(connection)
        if revision == HEAD:  # another process was faster
            return
        if revision is None and not sa.inspect(connection).has_table("comparisons"):
            TABLES.create_all(connection)
            _VERSION.create(connection, checkfirst=True)
            connection.execute(_VERSION.insert().values(version_num=HEAD))
        else:
            _run_alembic(connection, revision)


def revision_of(connection: sa.Connection) -> str | None:
    """The version of a database's schema, None where none is noted."""
    if not sa.inspect(connection).has_table(_VERSION.name):
        return None
    return connection.execute(sa.select(_VERSION.c.version_num)).scalar()


@contextmanager
def exclusive(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction in which nobody else migrates, committed at its end.

    On a server it waits for the others' as long as that takes. For SQLite it must be begun by
    hand: its driver begins none before it changes a schema, and foreign keys, which do not hold
    while Alembic replaces a table by its copy, can only be switched off outside of one.
    """
    if engine.dialect.name != "sqlite":
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                for statement in _LOCK:
                    connection.exec_driver_sql(statement)
            yield connection
        return
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.commit()
        finally:
            connection.rollback()
            connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def known_revisions() -> set[str]:
    """The versions of the schema that this lossviz can migrate, its own among them.

    Side effects: imports Alembic.
    """
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory.from_config(_config())
    return {script.revision for script in scripts.walk_revisions()}


def _config() -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", SCRIPTS)
    return config


def _run_alembic(connection: sa.Connection, revision: str | None) -> None:
    from alembic import command

    config = _config()
    config.attributes["connection"] = connection
    if revision is not None and revision not in known_revisions():
        raise NewerDatabase(shown(connection.engine.url), revision)
    command.upgrade(config, "head")
