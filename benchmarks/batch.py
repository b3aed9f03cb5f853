"""How many submissions of a class are graded in a second, side by side with what cannot be saved.

The floor is the solution's functions called on the same inputs in one warm process, and compared. The
ways take turns, since machines are noisy; each figure is the median. Run: ``make benchmark``, or with other numbers
``python benchmarks/batch.py 3 --submissions 1000``.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grade_command import functions_of, plain_pytest

from grader.catalog import resolve
from grader.gradebook import basis_of
from grader.gradebook.journal import GradebookJournal
from grader.gradebook.store import Gradebook
from grader.grading import grade_all, grade_trusted
from grader.lanes import Lanes, usable_cores
from grader.model import Assignment, Part, Report, Submission
from grader.sandbox import Launcher

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class GradeShortOnes:
    """As a batch does, but for the exercises that train something."""

    only: tuple[str, ...]

    def __call__(
        self,
        assignment: Assignment,
        workers: Launcher,
        submissions: Iterator[Submission],
        answer: Callable[[Report], None],
    ) -> None:
        grade_all(submissions, assignment, workers, answer, only=self.only)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("assignment", nargs="?", default="3")
    arguments.add_argument("--submissions", type=int, default=200)
    arguments.add_argument("--rounds", type=int, default=3)
    options = arguments.parse_args()
    assignment = resolve(options.assignment, ROOT)
    short = tuple(e.name for e in assignment.exercises if e.seconds_per_call is None)
    copies = varied_copies(assignment, options.submissions)
    functions = functions_of(assignment)
    few = max(1, options.submissions // 10)
    with (
        Lanes(assignment, serve=GradeShortOnes(short)) as many,
        Lanes(assignment, count=1, serve=GradeShortOnes(short)) as one,
    ):
        ways = {
            "floor: trusted functions, one process": (
                few,
                lambda: grade_trusted([functions] * few, assignment, only=short),
            ),
            "one lane, isolated": (few, lambda: list(one.run(copies[:few]))),
            f"{len(usable_cores())} lanes, isolated": (len(copies), lambda: list(many.run(copies))),
            f"{len(usable_cores())} lanes, into a gradebook": (
                len(copies),
                lambda: journaled(assignment, many, copies),
            ),
            "python -m pytest for each": (1, lambda: plain_pytest(assignment, list(short))),
        }
        report(measure(ways, options.rounds))


def varied_copies(assignment: Assignment, number: int) -> list[Submission]:
    """The solution, each time as another text."""
    source = assignment.solution.read_text(encoding="utf-8")
    texts = (f"{source}\n# copy {k}\n" for k in range(number))
    return [Submission(f"s{k}", assignment.module, (Part(assignment.stub.name, t),)) for k, t in enumerate(texts)]


def journaled(assignment: Assignment, lanes: Lanes, copies: list[Submission]) -> None:
    with tempfile.TemporaryDirectory() as folder, Gradebook(f"{folder}/book.sqlite") as book:
        journal = GradebookJournal(book, assignment, 0)
        list(journal.begin(copies, basis_of(assignment), lanes.isolation))
        for place, found in lanes.run(copies):
            journal.record(copies[place], found)


def measure(ways: dict[str, tuple[int, Callable[[], object]]], rounds: int) -> dict[str, float]:
    """Seconds for one submission, by way; a first round warms up and does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds + 1):
        for name, (number, way) in ways.items():
            started = time.perf_counter()
            way()
            seconds[name].append((time.perf_counter() - started) / number)
    return {name: statistics.median(times[1:]) for name, times in seconds.items()}


def report(rows: dict[str, float]) -> None:
    floor = next(iter(rows.values()))
    for name, seconds in rows.items():
        print(f"{name:40} {1000 * seconds:8.1f} ms each {1 / seconds:8.1f} a second {seconds / floor:7.2f} × floor")


if __name__ == "__main__":
    main()
