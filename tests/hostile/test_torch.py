"""Torch in the sandbox: threads and forks do not mix by themselves."""

import importlib.util
from collections.abc import Iterator

import pytest

from grader.model import Limits, Part, Submission
from grader.sandbox import bwrap
from grader.sandbox.launcher import Policy
from grader.student import Session
from tests.hostile.cage import require_bwrap

POLICY = Policy(("numpy", "torch"), Limits(seconds_per_call=60.0, seconds_total=120.0))
TRAINS = """
import torch


def train(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 64)
    for _ in range(3):
        loss = (layer(torch.ones(512, 64)) ** 2).mean()
        loss.backward()
    return float(loss.detach()) > 0
"""


@pytest.fixture(scope="module")
def launcher() -> Iterator[bwrap.BwrapLauncher]:
    require_bwrap()
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    with bwrap.launch(POLICY) as launched:
        yield launched


@pytest.mark.parametrize("threads", [1, 2])
def test_torch_trains(launcher: bwrap.BwrapLauncher, threads: int) -> None:
    """A submission can train with torch, also with threads of its own, in a process that was forked."""
    submission = Submission("mallory", "network", (Part("network.py", TRAINS),))
    session = Session(submission, launcher, POLICY)
    got = session.call("train", (threads,), {}).value
    session.close()

    assert got is True


def test_full_isolation_with_torch(launcher: bwrap.BwrapLauncher) -> None:
    """Nothing that torch needs opens the sandbox."""
    assert launcher.isolation.level == "A"
    assert not launcher.isolation.reasons
