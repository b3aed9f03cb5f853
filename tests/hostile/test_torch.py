"""Torch in the sandbox: threads and forks do not mix by themselves."""

import importlib.util
from collections.abc import Iterator

import pytest

from grader import sandbox
from grader.model import Limits, Part, Submission
from grader.sandbox.launcher import Launcher, Policy
from grader.student import Session
from tests.hostile.cage import LEVELS, REQUIRE

POLICY = Policy(("numpy", "torch"), Limits(seconds_per_call=60.0, seconds_total=120.0))
TRAINS = """
import torch


def train(threads):
    torch.set_num_threads(threads)
    torch.manual_seed(0)
    layer = torch.nn.Linear(64, 64)
    steps = torch.optim.Adam(layer.parameters())
    for _ in range(3):
        loss = (layer(torch.ones(512, 64)) ** 2).mean()
        loss.backward()
        steps.step()
    return float(loss.detach()) > 0
"""


@pytest.fixture(scope="module", params=["bwrap", "landlock"])
def launcher(request: pytest.FixtureRequest) -> Iterator[Launcher]:
    REQUIRE[request.param]()
    if importlib.util.find_spec("torch") is None:
        pytest.skip("torch is not installed")
    with sandbox.launcher(request.param, POLICY) as launched:
        yield launched


@pytest.mark.parametrize("threads", [1, 2])
def test_torch_trains(launcher: Launcher, threads: int) -> None:
    """A submission can train with torch, also with threads of its own, in a process that was forked."""
    submission = Submission("mallory", "network", (Part("network.py", TRAINS),))
    with Session(submission, launcher, POLICY) as session:
        got = session.call("train", (threads,), {}).value

    assert got is True


def test_isolation_with_torch(launcher: Launcher) -> None:
    """Nothing that torch needs opens the sandbox."""
    assert launcher.isolation.level == LEVELS[launcher.isolation.launcher]
