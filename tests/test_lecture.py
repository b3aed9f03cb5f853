"""Every concept of the lecture has its exercises, and every exercise its concept."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def lecture_table(*options):
    """Run the tool that knows the rule."""
    command = [sys.executable, "tools/lecture_table.py", *options]
    return subprocess.run(
        command, cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, capture_output=True, text=True, check=False
    )


def test_lecture_is_covered():
    """Each slide has exercises or a reason for having none, each exercise a slide; the README's table says which."""
    done = lecture_table("--check")

    assert (done.returncode, done.stderr) == (0, "")
