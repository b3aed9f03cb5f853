"""Deadlines on a busy machine: the time that others took does not count, and nobody can make use of that."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from grader.errors import StudentTimeout
from grader.model import Limits, Part, Submission
from grader.sandbox import Policy, launcher
from grader.student import Session

pytestmark = pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or not Path("/proc/self/schedstat").exists(), reason="Linux tells the times"
)

SOURCE = """
import threading, time

def work(seconds):
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return 1.0

def sleep(seconds):
    time.sleep(seconds)
    return 1.0

def crowd(seconds):
    for _ in range(8):
        threading.Thread(target=work, args=(seconds,), daemon=True).start()
    return work(seconds)
"""


@pytest.fixture
def session():
    """A submission with a second for each call, on a core that four other processes want for themselves."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    # In sessions of their own, since some systems share a core by sessions.
    crowd = [subprocess.Popen([sys.executable, "-c", "while True: pass"], start_new_session=True) for _ in range(4)]
    policy = Policy(limits=Limits(seconds_per_call=1.0, seconds_total=30.0))
    try:
        with launcher("process", policy) as workers:
            yield Session(Submission("ada", "tiny", (Part("tiny.py", SOURCE),)), workers, policy)
    finally:
        for process in crowd:
            process.kill()
            process.wait()
        os.sched_setaffinity(0, before)


def test_honest_work_is_in_time(session):
    """What takes a third of its seconds on a processor is answered, though that takes longer than all of them."""
    assert session.module.work(0.3) == 1.0
    assert session.seconds_left > 25.0


@pytest.mark.parametrize("function", ["work", "sleep", "crowd"])
def test_others_are_not(session, function):
    """Neither is an endless loop, nor sleep, nor a program whose own threads keep it waiting."""
    with pytest.raises(StudentTimeout, match="within 1 seconds"):
        getattr(session.module, function)(60.0)
