"""Where hostile submissions are kept, under which policy they run, and whether this computer can hold them."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from grader.model import Limits, Part, Submission
from grader.sandbox.launcher import Policy

SUBMISSIONS = Path(__file__).parent / "submissions"
POLICY = Policy(("numpy",), Limits(seconds_per_call=30.0, seconds_total=120.0, memory_mb=256))


def require_bwrap() -> None:
    """Skip where bwrap cannot work. Where it can and the sandbox does not hold, the tests must fail."""
    if not sys.platform.startswith("linux") or shutil.which("bwrap") is None:
        pytest.skip("needs Linux and bwrap: install the package bubblewrap")
    command = ["bwrap", "--unshare-all", "--ro-bind", "/", "/", "true"]
    tried = subprocess.run(command, check=False, capture_output=True, text=True)
    if tried.returncode:
        pytest.skip(f"the package bubblewrap is installed, but does not work here: {tried.stderr}")


def read(name: str) -> Submission:
    source = (SUBMISSIONS / f"{name}.py").read_text("utf-8")
    return Submission("mallory", "convolution", (Part("convolution.py", source),))
