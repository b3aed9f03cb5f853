"""A PostgreSQL server of one's own, for tests: in a temporary folder, reached by a socket, with nothing in it."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from sqlalchemy import make_url


class Server:
    """A running server."""

    def __init__(self, programs: Path, folder: Path, user: str | None) -> None:
        self._programs = programs
        self._folder = folder
        self._user = user
        self._numbers = count(1)

    def run(self, program: str, *args: str) -> None:
        """Run one of PostgreSQL's programs. It refuses to work for root, so that then another user is taken."""
        command = [self._programs / program, *args]
        subprocess.run(command, cwd=self._folder, user=self._user, check=True, timeout=120, stdout=subprocess.DEVNULL)

    def database(self, like: str | None = None) -> str:
        """The URL of a new database: an empty one, or a copy of that which has another URL."""
        name = f"course_{next(self._numbers)}"
        template = ["--template", str(make_url(like).database)] if like else []
        self.run("createdb", "--host", str(self._folder), "--username", "grader", *template, name)
        return f"postgresql://grader@/{name}?host={self._folder}"


def programs() -> Path | None:
    """The folder of PostgreSQL's programs, where they are installed."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists()), None)


@contextmanager
def server(folder_of_programs: Path) -> Iterator[Server]:
    """A server while the context lasts."""
    user = "postgres" if os.geteuid() == 0 else None
    # A short path, since that of a socket may not be long.
    folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    if user:
        shutil.chown(folder, user)
    started = Server(folder_of_programs, folder, user)
    data, log = str(folder / "data"), str(folder / "log")
    try:
        started.run(
            "initdb", "--pgdata", data, "--auth", "trust", "--username", "grader", "--encoding", "UTF8", "--no-sync"
        )
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        started.run("pg_ctl", "start", "--pgdata", data, "--log", log, "--wait", "--options", options)
        try:
            yield started
        finally:
            started.run("pg_ctl", "stop", "--pgdata", data, "--mode", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
