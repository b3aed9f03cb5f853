"""Where the time of `grade` goes, as ratios measured side by side in one run.

The floor is what cannot be saved: the solution's functions called on the same inputs in one warm process, and compared.
Figures are medians over interleaved rounds, since machines are noisy. Run: ``make benchmark``.
"""

import argparse
import importlib.util
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from grader.catalog import resolve
from grader.grading import grade, grade_trusted
from grader.intake import read_submission
from grader.model import Assignment
from grader.sandbox import launcher, policy_of

ROOT = Path(__file__).parents[1]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("assignment", nargs="?", default="3")
    arguments.add_argument("--rounds", type=int, default=7)
    options = arguments.parse_args()
    assignment = resolve(options.assignment, ROOT)
    short = [e.name for e in assignment.exercises if e.seconds_per_call is None]
    with launcher(None, policy_of(assignment)) as workers:
        solution = read_submission(assignment.solution, assignment)
        functions = functions_of(assignment)
        rows = measure(
            {
                "floor: trusted functions, this process": lambda: grade_trusted([functions], assignment, only=short),
                f"warm, isolated ({workers.isolation.launcher})": lambda: grade(
                    solution, assignment, workers, only=short
                ),
                "cold: `grade`, without the capstone": lambda: command(assignment, short),
                "cold: `grade`, everything": lambda: command(assignment, []),
                "cold: python -m pytest on the hidden tests": lambda: plain_pytest(assignment, short),
            },
            options.rounds,
        )
    report(rows)


def functions_of(assignment: Assignment) -> dict[str, Callable[..., object]]:
    spec = importlib.util.spec_from_file_location("benchmarked_solution", assignment.solution)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return vars(module)


def command(assignment: Assignment, only: list[str]) -> None:
    selection = [word for name in only for word in ("-e", name)]
    run([sys.executable, "-m", "grader", assignment.name, str(assignment.solution), *selection])


def plain_pytest(assignment: Assignment, only: list[str]) -> None:
    wanted = " or ".join("".join(word.capitalize() for word in name.split("_")) for name in only)
    run([sys.executable, "-m", "pytest", "-q", "-k", wanted, str(assignment.hidden_tests)], assignment.root)


def run(words: list[str], folder: Path = ROOT) -> None:
    subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def measure(ways: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """The median seconds of each way, the ways taking turns; a first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, way in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - started)
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def report(rows: dict[str, float]) -> None:
    floor = next(iter(rows.values()))
    for name, seconds in rows.items():
        print(f"{name:45} {1000 * seconds:8.0f} ms   {seconds / floor:6.1f} × floor")


if __name__ == "__main__":
    main()
