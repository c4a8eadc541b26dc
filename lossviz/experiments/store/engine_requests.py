"""What the app instances that share a database ask each other to do with their trials."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from lossviz.experiments.store.clock import database_now
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.schema import ENGINE_REQUESTS

_FORGOTTEN_S: Final = 60.0  # a request so old is of somebody who no longer waits


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineRequest:
    """What another instance asks an engine to do with its trials.

    Attributes:
        id: Unique in the database.
        request: What, as ``EngineRequests.ask`` was given it.
    """

    id: str
    request: Mapping[str, Any]


class EngineRequests:
    """The table of these requests.

    Args:
        database: Where it is.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, as from the store's.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def ask(self, id: str, engine: str, request: Mapping[str, Any]) -> None:
        """Ask an engine to do something; ``id`` is how its answer is found."""
        with self._database.connection() as connection:
            asked = {"id": id, "engine": engine, "request": json.dumps(request)}
            now = database_now(connection)
            connection.execute(ENGINE_REQUESTS.insert().values(**asked, asked_at=now))

    def take_answer(self, id: str) -> Mapping[str, Any] | None:
        """What was answered, which is then forgotten; None where nothing was yet."""
        query = sa.select(ENGINE_REQUESTS.c.answer).where(ENGINE_REQUESTS.c.id == id)
        with self._database.connection() as connection:
            answer = connection.execute(query).scalar()
        if answer is None:
            return None
        self.withdraw(id)
        found: Mapping[str, Any] = json.loads(answer)
        return found

    def withdraw(self, id: str) -> None:
        """Forget a request."""
        with self._database.connection() as connection:
            connection.execute(ENGINE_REQUESTS.delete().where(ENGINE_REQUESTS.c.id == id))

    def open_for(self, engine: str) -> list[EngineRequest]:
        """What an engine was asked lately and has not answered, in order."""
        asked = ENGINE_REQUESTS.c
        with self._database.connection() as connection:
            query = (
                sa.select(asked.id, asked.request)
                .where(asked.engine == engine, asked.answer.is_(None))
                .where(asked.asked_at > database_now(connection) - _FORGOTTEN_S)
                .order_by(asked.asked_at, asked.id)
            )
            found = connection.execute(query).all()
        return [EngineRequest(id=id, request=json.loads(request)) for id, request in found]

    def answer(self, id: str, answer: Mapping[str, Any]) -> None:
        """Answer a request."""
        with self._database.connection() as connection:
            answered = ENGINE_REQUESTS.update().where(ENGINE_REQUESTS.c.id == id)
            connection.execute(answered.values(answer=json.dumps(answer)))
