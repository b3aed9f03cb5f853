"""The battery once more as an ordinary user, if it is root who runs the tests: other doors are closed then."""

import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from grader.sandbox import mounts
from tests.hostile.cage import REQUIRE, ROOT
from tests.hostile.cases import CASES

USER = 65123  # nobody's


def is_open(path: Path) -> bool:
    """Whether every user may pass through all folders above."""
    return path.exists() and all(folder.stat().st_mode & 0o001 for folder in path.parents)


def python_for_everybody() -> str:
    """An interpreter of this version that other users may run: ours, or else the system's."""
    minor = f"{sys.version_info.major}.{sys.version_info.minor}"
    for program in (mounts.interpreter(), Path(f"/usr/bin/python{minor}"), Path(f"/usr/local/bin/python{minor}")):
        if is_open(program):
            return str(program)
    return pytest.skip(f"there is no Python {minor} that an ordinary user may run")


@pytest.mark.parametrize("launcher", ["bwrap", "landlock"])
def test_battery_as_ordinary_user(launcher: str) -> None:
    """Every hostile submission ends as it must, and every honest one after it is served."""
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    REQUIRE[launcher]()
    if not is_open(ROOT / "tests") or not is_open(Path(sysconfig.get_path("purelib")) / "numpy"):
        pytest.skip(f"an ordinary user may not read {ROOT}: chmod a+x the folders above it")
    words = ["-m", "pytest", "tests/hostile/test_submissions.py", "-k", launcher, "-q", "-p", "no:cacheprovider"]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": "/nonexistent",
        "PYTHONPATH": f"{ROOT}:{sysconfig.get_path('purelib')}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    ran = subprocess.run(
        [python_for_everybody(), *words, "--tb=short", "--maxfail=3"],
        cwd=ROOT,
        env=environment,
        user=USER,
        group=USER,
        extra_groups=[],
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    passed = re.search(r"(\d+) passed", ran.stdout)

    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    assert passed is not None
    assert int(passed[1]) >= len(CASES)
