"""A real sandbox for hostile submissions, and what they are to fail at."""

import os
import secrets
import shutil
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from grader.errors import IsolationError
from grader.model import Limits, Part, Submission
from grader.sandbox import bwrap
from grader.sandbox.launcher import Policy
from grader.student import Session

SUBMISSIONS = Path(__file__).parent / "submissions"
POLICY = Policy(("numpy",), Limits(seconds_per_call=30.0, seconds_total=120.0, memory_mb=256))
SECRET = "GRADER_TEST_SECRET"


def require_bwrap() -> None:
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        pytest.skip("needs Linux and bwrap: install the package bubblewrap")


def read(name: str) -> Submission:
    source = (SUBMISSIONS / f"{name}.py").read_text("utf-8")
    return Submission("mallory", "convolution", (Part("convolution.py", source),))


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
        try:
            _ = launched.isolation
        except IsolationError as exc:
            pytest.skip(f"the package bubblewrap is installed, but does not work here: {exc}")
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
