"""A real sandbox for hostile submissions, and what they are to fail at."""

import os
import secrets
import socket
from collections.abc import Callable, Iterator

import pytest

from grader.sandbox import bwrap
from grader.sandbox.launcher import Policy
from grader.student import Session
from tests.hostile.cage import POLICY, read, require_bwrap

SECRET = "GRADER_TEST_SECRET"


@pytest.fixture(scope="session")
def secret() -> Iterator[str]:
    """A word that only this process knows: it stands in its environment."""
    os.environ[SECRET] = secrets.token_hex()
    yield os.environ[SECRET]
    del os.environ[SECRET]


@pytest.fixture(scope="session")
def launcher(secret: str) -> Iterator[bwrap.BwrapLauncher]:
    require_bwrap()
    with bwrap.launch(POLICY) as launched:
        yield launched


@pytest.fixture(scope="session")
def port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


@pytest.fixture
def open_session(launcher: bwrap.BwrapLauncher) -> Iterator[Callable[..., Session]]:
    """Opens the submission of that name in the sandbox."""
    sessions = []

    def open_named(name: str, policy: Policy = POLICY) -> Session:
        sessions.append(Session(read(name), launcher, policy))
        return sessions[-1]

    yield open_named
    for session in sessions:
        session.close()
