"""The database behind a gradebook: SQLite in a file, or PostgreSQL by URL, its schema brought up to date on opening.

SQLite keeps a write-ahead log, so that reading and writing do not wait for each other; a transaction that writes takes
its lock at the start, so that it never finds out half-way that it came too late.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError

from grader.errors import GradebookError
from grader.gradebook.tables import SCHEMA

SECONDS_FOR_A_LOCK = 30.0
_MIGRATIONS = Path(__file__).with_name("migrations")
# One number for the whole toolkit: whoever migrates a PostgreSQL database, the others wait.
_MIGRATION_LOCK = 0x6465_6570


class Database:
    """An open database. Errors of the driver become a GradebookError that says what to do."""

    def __init__(self, where: str) -> None:
        self.name, self._engine = _engine_of(where)
        with self.reading() as connection:
            version = _version(connection)
        if version != SCHEMA:
            with self.writing() as connection:
                _bring_up_to_date(connection, self.name)

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A transaction that only reads."""
        with _told(self.name), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """A transaction that writes: all of it is kept, or nothing."""
        with _told(self.name), self._engine.connect() as connection:
            connection.execution_options(writes=True)
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Give back the file, or the connection."""
        self._engine.dispose()


def _engine_of(where: str) -> tuple[str, sa.Engine]:
    """A name to show, and the engine; `where` is a file, or a URL."""
    if "://" not in where:
        return where, _sqlite(where, SECONDS_FOR_A_LOCK)
    try:
        url = sa.make_url(where)
        if url.get_backend_name() == "postgresql":
            # psycopg is the driver that the extra brings; a timeout, since a firewall may swallow the attempt.
            url = url.set(drivername="postgresql+psycopg")
            return url.render_as_string(), sa.create_engine(url, connect_args={"connect_timeout": 10})
        if url.get_backend_name() == "sqlite" and url.database:
            return url.database, _sqlite(url.database, float(str(url.query.get("timeout", SECONDS_FOR_A_LOCK))))
    except (ArgumentError, NoSuchModuleError, ValueError):
        pass
    raise GradebookError(
        f"A gradebook must be a file or the URL of a PostgreSQL database (got {where.partition('://')[0]}://…).",
        "Write it like postgresql://user@host/database.",
    )


def _sqlite(file: str, seconds: float) -> sa.Engine:
    url = sa.URL.create("sqlite", database=file)
    engine = sa.create_engine(url, connect_args={"timeout": seconds}, poolclass=sa.StaticPool)
    _make_private(file)

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: object) -> None:
        # Transactions are begun below, in so many words, and not by the driver when it sees fit.
        connection.isolation_level = None
        for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _make_private(file: str) -> None:
    """A file that is made here can be read by nobody else: grades are nobody else's business."""
    try:
        with suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as exc:
        hint = f"Name another file, or make {Path(file).parent} writable for yourself."
        raise GradebookError(f"The gradebook {file} cannot be made: {exc.strerror}.", hint) from exc


def _bring_up_to_date(connection: sa.Connection, name: str) -> None:
    """Make or migrate the tables. Raises GradebookError if a newer toolkit made them."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
    version = _version(connection)
    if version == SCHEMA:
        return
    if version is not None and version > SCHEMA:
        raise GradebookError(
            f"{name} has the schema {version}, of a newer toolkit; this one knows {SCHEMA}.",
            "Update the toolkit, or name another gradebook.",
        )
    # Alembic takes a while to import, and is needed only here.
    from alembic import command
    from alembic.config import Config

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(_MIGRATIONS))
    command.upgrade(config, "head")


def _version(connection: sa.Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Turn what a driver raises into a sentence and a way out."""
    try:
        yield
    except (DBAPIError, sqlite3.Error) as exc:
        says, hint = _explain(exc.orig if isinstance(exc, DBAPIError) else exc)
        raise GradebookError(f"The gradebook {name} {says}", hint) from exc


_GOES_ON = "What was recorded before is safe; then the same command goes on from there."
# By SQLite's names of its errors, without what follows a second underscore.
_SQLITE: dict[str, tuple[str, str]] = {
    "SQLITE_FULL": ("cannot be written: the disk is full.", f"Free some space. {_GOES_ON}"),
    "SQLITE_IOERR": ("cannot be read or written: the disk failed or is full.", f"Look after the disk. {_GOES_ON}"),
    "SQLITE_READONLY": ("cannot be written: the file or its folder is read-only.", "Make both writable for yourself."),
    "SQLITE_CANTOPEN": ("cannot be opened: there is no such folder, or you may not write to it.", "Name another file."),
    "SQLITE_PERM": ("cannot be opened: you may not.", "Make the file writable for yourself."),
    "SQLITE_BUSY": (
        "is locked by another program.",
        f"Is it open in a database browser? Close it. {_GOES_ON}",
    ),
    "SQLITE_NOTADB": ("is no SQLite database.", "Name another file."),
    "SQLITE_CORRUPT": ("is damaged.", "Restore it from a backup, or try: sqlite3 FILE .recover"),
}


def _explain(error: Any) -> tuple[str, str]:
    name = getattr(error, "sqlite_errorname", "") or ""
    for prefix in (name, "_".join(name.split("_")[:2])):
        if prefix in _SQLITE:
            return _SQLITE[prefix]
    return f"failed: {str(error).strip().partition(chr(10))[0]}", _GOES_ON
