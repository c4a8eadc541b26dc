"""A real PostgreSQL for the tests: one server a session, in its own folder; a database a test."""

import itertools
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.browser import free_port
from tests.support.install_servers import find_program
from tests.support.waiting import wait_until

_USER: Final = "postgres"  # Debian's package makes it; PostgreSQL refuses to run as root
_STARTING_S: Final = 60.0
# Nothing outlives a test's machine, so nothing has to reach its disk.
_SETTINGS: Final = {
    "fsync": "off",
    "shared_buffers": "32MB",
    "max_connections": "80",
    "listen_addresses": "127.0.0.1",
    "log_min_messages": "fatal",
}


class PostgresqlServer:
    """A server on this machine, which takes passwords only.

    Args:
        folder: Its own; it may be written by the user who runs the server.
        settings: Further settings of it.

    Attributes:
        password: Of its user ``postgres``.
    """

    def __init__(self, folder: Path, settings: dict[str, str] | None = None) -> None:
        self._folder, self._settings = folder, {**_SETTINGS, **(settings or {})}
        self.password, self.port = secrets.token_hex(8), free_port()
        self._numbers = itertools.count(1)
        self._empty: list[str] = []  # databases that no test uses
        self._process: subprocess.Popen[bytes] | None = None
        password_file = folder / "password"
        password_file.write_text(self.password)
        self._own(password_file)
        initdb = [find_program("initdb"), "-D", self._data, "-U", _USER, "-A", "scram-sha-256"]
        more = ["--pwfile", str(password_file), "--no-sync", "-E", "UTF8", "--locale=C"]
        subprocess.run(
            [*self._as_user, *initdb, *more], check=True, stdout=subprocess.DEVNULL, cwd=folder
        )
        self.start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    @property
    def _as_user(self) -> list[str]:
        if os.geteuid() != 0:
            return []
        return ["setpriv", f"--reuid={_USER}", f"--regid={_USER}", "--init-groups"]

    def _own(self, path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, _USER, _USER)

    def start(self) -> None:
        """Start it, and wait until it answers. It ends with the process of the tests."""
        settings = [f"-c{name}={value}" for name, value in self._settings.items()]
        self._process = subprocess.Popen(
            [
                *("setpriv", *self._as_user[1:], "--pdeathsig", "QUIT"),
                str(find_program("postgres")),
                *("-D", self._data, "-p", str(self.port), "-k", str(self._folder)),
                *settings,
            ],
            cwd=self._folder,
        )
        wait_until(self._answers, within_s=_STARTING_S, what="PostgreSQL answers")

    def _answers(self) -> bool:
        import psycopg

        try:
            self.run("SELECT 1")
        except psycopg.OperationalError:
            assert self._process is not None
            assert self._process.poll() is None, "PostgreSQL has ended"
            return False
        return True

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: by default at once but in order, which breaks all connections."""
        if self._process:
            self._process.send_signal(how)
            self._process.wait(_STARTING_S)
        self._process = None

    def restart(self) -> None:
        """As an administrator does."""
        self.stop()
        self.start()

    def run(self, *statements: str, database: str = "postgres") -> list[Any]:
        """Execute statements; return the rows of the last."""
        import psycopg

        with closing(psycopg.connect(self._dsn(database), autocommit=True)) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def _dsn(self, database: str) -> str:
        where = f"host=127.0.0.1 port={self.port} dbname={database}"
        return f"{where} user={_USER} password={self.password}"

    def url(self, database: str, *, password: str | None = None) -> str:
        """As somebody would write it into a setting."""
        secret = self.password if password is None else password
        return f"postgresql://{_USER}:{secret}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def database(self) -> Iterator[str]:
        """The name of an empty database; it is emptied at the end, which takes less time than to
        make another.
        """
        if not self._empty:
            name = f"test{next(self._numbers)}"
            self.run(f"CREATE DATABASE {name}")
            self._empty.append(name)
        name = self._empty.pop()
        yield name
        self.end_connections(name)
        self.run("DROP SCHEMA public CASCADE", "CREATE SCHEMA public", database=name)
        self._empty.append(name)

    def end_connections(self, database: str) -> None:
        """Break all connections to a database."""
        self.run(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database}'"
        )


@contextmanager
def postgresql_server(settings: dict[str, str] | None = None) -> Iterator[PostgresqlServer]:
    """A server in a temporary folder; both are gone at the end."""
    folder = Path(tempfile.mkdtemp(prefix="lossviz-postgresql-"))
    if os.geteuid() == 0:
        shutil.chown(folder, pwd.getpwnam(_USER).pw_uid, pwd.getpwnam(_USER).pw_gid)
    server = None
    try:
        server = PostgresqlServer(folder, settings)
        yield server
    finally:
        if server:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def is_installed() -> bool:
    """Whether there is a PostgreSQL to start, and who may run it."""
    return sys.platform == "linux" and all(map(find_program, ("initdb", "postgres", "setpriv")))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgresqlServer]:
    """The session's server."""
    if not is_installed():
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(
            "there is no PostgreSQL; python tests/support/install_servers.py says why"
        )
    with postgresql_server() as server:
        yield server


@pytest.fixture
def postgresql_url(postgresql: PostgresqlServer) -> Iterator[str]:
    """The URL of a new database."""
    with postgresql.database() as name:
        yield postgresql.url(name)
