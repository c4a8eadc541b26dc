"""The database's clock, which is the same for all who use it."""

import sqlalchemy as sa


def database_now(connection: sa.Connection) -> sa.ColumnElement[float]:
    """Seconds since the epoch, by the database's clock."""
    if connection.dialect.name == "sqlite":
        days = sa.func.julianday("now", type_=sa.Float)
        return (days - 2_440_587.5) * 86_400.0
    return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
