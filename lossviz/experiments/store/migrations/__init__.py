"""Alembic's migrations: how the database of an earlier lossviz becomes one of this version.

A change of ``lossviz.experiments.store.schema`` needs a new file in ``versions``. Alembic drafts it
from the difference to a database of the previous version (``[tool.alembic]`` in ``pyproject.toml``
tells it where the files are)::

    LOSSVIZ_DATABASE=sqlite:///previous.sqlite alembic revision --autogenerate -m "Keep the ..."

Then name the new revision in ``lossviz.experiments.store.migration.HEAD``. Alter tables inside
``op.batch_alter_table``: SQLite can only add columns, so Alembic copies the table where it must.

Each version can be undone too, for those who go back to an earlier lossviz; what only the newer one
kept is gone then::

    LOSSVIZ_DATABASE=sqlite:///lossviz.sqlite alembic downgrade -1
"""
