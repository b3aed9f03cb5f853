"""Real sandboxes for hostile submissions, and what they are to fail at."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator

import pytest

from grader.sandbox import bwrap
from grader.sandbox.launcher import Policy
from grader.sandbox.warm import WarmLauncher
from grader.student import Session
from tests.hostile.cage import PATIENT, SECRET, Cage, cage, read, require_bwrap


@pytest.fixture(scope="session")
def secret() -> Iterator[str]:
    """A word that only this process knows: it stands in its environment."""
    os.environ[SECRET] = secrets.token_hex()
    yield os.environ[SECRET]
    del os.environ[SECRET]


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture(scope="session")
def cages(secret: str, port: int) -> Iterator[Callable[[str], Cage]]:
    """Gives the cage of a launcher; each is made once."""
    opened: dict[str, Cage] = {}
    contexts = []

    def of(name: str) -> Cage:
        if name not in opened:
            contexts.append(cage(name, secret, port))
            opened[name] = contexts[-1].__enter__()
        return opened[name]

    yield of
    for context in reversed(contexts):
        context.__exit__(None, None, None)


@pytest.fixture(scope="session")
def launcher(secret: str) -> Iterator[WarmLauncher]:
    require_bwrap()
    with bwrap.launch(PATIENT) as launched:
        yield launched


@pytest.fixture
def open_session(launcher: WarmLauncher) -> Iterator[Callable[..., Session]]:
    """Opens the submission of that name under bwrap."""
    sessions = []

    def open_named(name: str, policy: Policy = PATIENT) -> Session:
        sessions.append(Session(read(name), launcher, policy))
        return sessions[-1]

    yield open_named
    for session in sessions:
        session.close()
