"""Where the CPU time of one submission goes, on one lane: ``python benchmarks/breakdown.py 3 --submissions 50``.

A first pass tells this process from the submission's; a second one, under a profiler, divides what this process does.
The profiler makes short functions look longer than they are: these are shares, not times.
"""

import argparse
import cProfile
import os
import pstats
import time
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path

from batch import varied_copies
from clock import cpu_seconds

from grader.catalog import resolve
from grader.grading import grade_all
from grader.model import Assignment, Submission
from grader.sandbox import Launcher, launcher, policy_of
from grader.threads import SINGLE_THREAD

ROOT = Path(__file__).parents[1]
WARM_UP = 5
# What is done, and the functions that do it, by file and name; none of them calls another.
PARTS = {
    "asks: encodes, sends, waits, decodes": [("student.py", "_requests")],
    "compares, and says how far off": [("compare.py", "judge")],
    "the oracle, or what it said before": [("agreement.py", "_ask_oracle")],
    "states the case": [("case.py", "state_case")],
    "pytest's fixtures, up and down": [("runner.py", "setup"), ("runner.py", "teardown_exact")],
    "starts, loads and ends its process": [("student.py", "__init__"), ("student.py", "close")],
    "diagnosis": [("explain.py", "explain"), ("trials.py", "_example")],
}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("assignment", nargs="?", default="3")
    arguments.add_argument("--submissions", type=int, default=30)
    options = arguments.parse_args()
    os.environ.update(SINGLE_THREAD)
    assignment = resolve(options.assignment, ROOT)
    copies = varied_copies(assignment, options.submissions + WARM_UP)
    with launcher(None, policy_of(assignment)) as workers:
        ours, theirs = grade_them(assignment, workers, copies, nullcontext())
        profile = cProfile.Profile(time.process_time)
        grade_them(assignment, workers, copies, profile)
    n = options.submissions
    print(f"{assignment.title}, one submission: {1000 * (ours + theirs) / n:.1f} ms of CPU time")
    print(f"  {100 * theirs / (ours + theirs):5.1f} %  the submission's own process, and the sandbox")
    rest = share = ours / (ours + theirs)
    for what, part in shares(profile).items():
        print(f"  {100 * share * part:5.1f} %  the grader: {what}")
        rest -= share * part
    print(f"  {100 * rest:5.1f} %  the grader: the tests' own code, and what goes around them")


def grade_them(
    assignment: Assignment, workers: Launcher, copies: list[Submission], watched: object
) -> tuple[float, float]:
    """The CPU seconds of this process and of those below it, for all but the first few."""
    short = [e.name for e in assignment.exercises if e.seconds_per_call is None]
    spent = []

    def handed_out() -> Iterator[Submission]:
        yield from copies[:WARM_UP]
        spent.append((time.process_time(), cpu_seconds()))
        with watched:
            yield from copies[WARM_UP:]
        spent.append((time.process_time(), cpu_seconds()))

    grade_all(handed_out(), assignment, workers, lambda _: None, only=short)
    (own, everything), (own_then, everything_then) = spent
    return own_then - own, (everything_then - everything) - (own_then - own)


def shares(profile: cProfile.Profile) -> dict[str, float]:
    """The share of each part in the profile."""
    stats = pstats.Stats(profile)
    found: dict[tuple[str, str], float] = {}
    for (file, _, name), (_, _, _, cumulative, _) in stats.stats.items():
        key = (Path(file).name, name)
        found[key] = found.get(key, 0.0) + cumulative
    return {what: sum(found.get(key, 0.0) for key in keys) / stats.total_tt for what, keys in PARTS.items()}


if __name__ == "__main__":
    main()
