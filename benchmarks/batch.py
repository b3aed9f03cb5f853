"""What a class costs on lanes, side by side with what cannot be saved, and with a pytest for each submission.

Two floors: the solution's functions called on the inputs of the hidden tests, and nothing else; and the hidden tests
with these functions in one warm process, oracle and comparisons included. Run ``make benchmark``, or on a quiet machine
``python benchmarks/batch.py 3 --submissions 1000 --rounds 5``. `benchmarks/README.md` says what came of it.
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from copy import deepcopy
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path

from clock import Way, cpu_seconds, measure, memory_below, memory_of_this, report
from grade_command import functions_of, plain_pytest

from grader.catalog import resolve
from grader.gradebook import basis_of
from grader.gradebook.journal import GradebookJournal
from grader.gradebook.store import Gradebook
from grader.grading import grade_all, grade_trusted
from grader.intake import find_class, find_submissions
from grader.lanes import Lanes, Lost, Pool, usable_cores
from grader.model import Assignment, Part, Report, Submission
from grader.sandbox import Launcher
from grader.scaffold import files_of, name_of, write_new
from grader.scoring import grade as points_of

ROOT = Path(__file__).parents[1]
LOOPS = Fraction(5, 100)
FLOOR = "floor: hidden tests in one warm process"


@dataclass(frozen=True)
class GradeThese:
    """As a batch does, but for exercises that are not named."""

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
    arguments.add_argument("--submissions", type=int, default=60)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--growth", type=int, metavar="N", help="only this: grade N submissions into one gradebook")
    arguments.add_argument("--cluster", metavar="URL", help="also on the workers of this Dask scheduler")
    options = arguments.parse_args()
    assignment = resolve(options.assignment, ROOT)
    short = tuple(e.name for e in assignment.exercises if e.seconds_per_call is None)
    if options.growth:
        tell_growth_to(options.growth, assignment, short)
        return
    copies = varied_copies(assignment, options.submissions)
    print(f"{assignment.title}: {len(copies)} varied copies of the solution, {len(usable_cores())} cores\n")
    with ExitStack() as stack:
        lanes = stack.enter_context(Lanes(assignment, serve=GradeThese(short)))
        ways = list(ways_of(assignment, short, copies, lanes, stack))
        if options.cluster:
            ways.append(Way("a cluster's lanes", len(copies), on_cluster(assignment, short, copies, options, stack)))
        report(measure(ways, options.rounds), FLOOR)
        print()
        tell_growth(lanes, copies)
        tell_loops(assignment, short, lanes, copies)


def ways_of(
    assignment: Assignment, short: tuple[str, ...], copies: list[Submission], lanes: Lanes, stack: ExitStack
) -> Iterator[Way]:
    few, many = copies[: max(2, len(copies) // 10)], f"{len(usable_cores())} lanes"
    functions, n = functions_of(assignment), len(copies)
    everything = stack.enter_context(Lanes(assignment, serve=GradeThese(())))
    one = stack.enter_context(Lanes(assignment, count=1, serve=GradeThese(short)))
    little = stack.enter_context(Lanes(assignment, serve=GradeThese(short[:1])))
    yield Way("floor: the calls alone, nothing checked", 1, recorded_calls(assignment, short, functions))
    yield Way(FLOOR, len(few), lambda: grade_trusted([functions] * len(few), assignment, only=short))
    yield Way("one lane, without capstone", len(few), lambda: run(one, few))
    yield Way(f"{many}, without capstone", n, lambda: run(lanes, copies))
    yield Way(f"{many}, without capstone, into a gradebook", n, lambda: journaled(assignment, lanes, copies))
    yield Way(f"{many}, {short[0]} alone", n, lambda: run(little, copies))
    yield Way(f"{many}, everything", len(few), lambda: run(everything, few))
    wrong = find_submissions(ROOT / "tests" / "submissions" / assignment.name, assignment)
    yield Way(f"{many}, without capstone, samples with mistakes", len(wrong), lambda: run(lanes, wrong))
    if find_spec("torch"):
        with_torch = replace(assignment, allowed_imports=(*assignment.allowed_imports, "torch"))
        theirs = [replace(s, parts=(Part("torch", "import torch"), *s.parts)) for s in copies]
        torch_lanes = stack.enter_context(Lanes(with_torch, serve=GradeThese(short)))
        yield Way(f"{many}, without capstone, torch imported", n, lambda: run(torch_lanes, theirs))
    yield Way(
        "pytest.main() for each, warm, not isolated", 1, lambda: grade_trusted([functions], assignment, only=short)
    )
    yield Way("python -m pytest for each", 1, lambda: plain_pytest(assignment, list(short)))
    yield from small_ways(n, many, stack)


def small_ways(number: int, many: str, stack: ExitStack) -> Iterator[Way]:
    """A small assignment, as `grade new` makes it: one function, 5 tests, 18 calls."""
    folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
    write_new(files_of(name_of("assignment1_small", folder), folder, datetime.now(UTC)), folder)
    small = resolve("assignment1_small", folder)
    lanes = stack.enter_context(Lanes(small, serve=GradeThese(())))
    copies = varied_copies(small, number)
    yield Way(f"{many}, an assignment of 18 calls", number, lambda: run(lanes, copies))
    yield Way("python -m pytest for each of that", 1, lambda: plain_pytest(small, [small.exercises[0].name]))


def varied_copies(assignment: Assignment, number: int) -> list[Submission]:
    """The solution, each time as another text."""
    texts = enumerate(varied_texts(assignment, number))
    return [Submission(f"s{k}", assignment.module, (Part(assignment.stub.name, text),)) for k, text in texts]


def varied_texts(assignment: Assignment, number: int) -> Iterator[str]:
    source = assignment.solution.read_text(encoding="utf-8")
    return (f"{source}\n# copy {k}\n" for k in range(number))


def collected(assignment: Assignment, number: int, folder: Path) -> Sequence[Submission]:
    """The same as files in a folder, read as a class is."""
    folder.mkdir()
    for k, text in enumerate(varied_texts(assignment, number)):
        (folder / f"s{k}.py").write_text(text, encoding="utf-8")
    return find_class(folder, assignment, "plain").submissions


def run(pool: Pool, submissions: list[Submission]) -> list[Report]:
    reports = [found for _, found in pool.attempt(submissions)]
    assert not any(isinstance(found, Lost) or found.ungraded for found in reports)
    return reports


def recorded_calls(
    assignment: Assignment, short: tuple[str, ...], functions: dict[str, Callable[..., object]]
) -> Callable[[], None]:
    """Calls all functions once more as the hidden tests do. What is done with objects of classes is left out."""
    calls: list[tuple[Callable[..., object], tuple[object, ...], dict[str, object]]] = []

    def recording(function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            calls.append((function, *deepcopy((args, kwargs))))
            return function(*args, **kwargs)

        return call

    named = {name: recording(f) if name in short and not isinstance(f, type) else f for name, f in functions.items()}
    grade_trusted([named], assignment, only=short)

    def again() -> None:
        for function, args, kwargs in calls:
            try:
                function(*args, **kwargs)
            except ValueError:  # as some tests ask for
                continue

    return again


def journaled(assignment: Assignment, lanes: Lanes, copies: list[Submission]) -> None:
    with tempfile.TemporaryDirectory() as folder, Gradebook(f"{folder}/book.sqlite") as book:
        journal = GradebookJournal(book, assignment, 0)
        list(journal.begin(copies, basis_of(assignment), lanes.isolation))
        for place, found in lanes.run(copies):
            journal.record(copies[place], found)


def on_cluster(
    assignment: Assignment,
    short: tuple[str, ...],
    copies: list[Submission],
    options: argparse.Namespace,
    stack: ExitStack,
) -> Callable[[], object]:
    from grader.cluster.client import ClusterLanes

    serve = GradeThese(short)
    lanes = stack.enter_context(ClusterLanes(options.cluster, assignment, isolation=None, serve=serve, patience=600.0))
    return lambda: run(lanes, copies)


def tell_growth(lanes: Lanes, copies: list[Submission]) -> None:
    """Whether memory and time grow with what has been graded."""
    tenth, spent, held = len(copies) // 10, [], []
    for part in (copies[:tenth], copies[tenth : -tenth or None], copies[-tenth:]):
        before = cpu_seconds()
        run(lanes, part)
        spent.append((cpu_seconds() - before) / max(1, len(part)))
        held.append(memory_below() / 2**20)
    print(
        f"Memory of all lanes after {tenth} more submissions: {held[0]:.0f} MB, after {len(copies)}: {held[-1]:.0f} MB."
    )
    print(f"CPU of one in the first tenth: {1000 * spent[0]:.1f} ms, in the last: {1000 * spent[-1]:.1f} ms.")


def tell_growth_to(number: int, assignment: Assignment, short: tuple[str, ...]) -> None:
    """Time and memory of a large class, tenth by tenth: neither may grow."""
    tenth = number // 10
    with (
        tempfile.TemporaryDirectory() as folder,
        Gradebook(f"{folder}/book.sqlite") as book,
        Lanes(assignment, serve=GradeThese(short)) as lanes,
    ):
        everybody = collected(assignment, number, Path(folder, "class"))
        journal = GradebookJournal(book, assignment, 0)
        list(journal.begin(everybody, basis_of(assignment), lanes.isolation))
        for k in range(10):
            part = everybody[k * tenth : (k + 1) * tenth]
            started, spent = time.perf_counter(), cpu_seconds()
            for place, found in lanes.run(part):
                journal.record(part[place], found)
            wall, cpu = time.perf_counter() - started, cpu_seconds() - spent
            held = memory_below() / 2**20
            print(
                f"{(k + 1) * tenth:6} submissions: {tenth / wall:5.1f} a second, {1000 * cpu / tenth:4.0f} ms of CPU "
                f"time each, lanes of {held:.0f} MB, a command of {memory_of_this() / 2**20:.0f} MB",
                flush=True,
            )
        print(f"The gradebook holds {Path(folder, 'book.sqlite').stat().st_size / 2**20:.0f} MB.")


def tell_loops(assignment: Assignment, short: tuple[str, ...], lanes: Lanes, copies: list[Submission]) -> None:
    """What others lose where one in twenty never ends. It may hold its own lane up to its deadlines, and no more."""
    endless = f"\n\ndef {short[0]}(*args, **kwargs):\n    while True: pass\n"
    every = int(1 / LOOPS)
    mixed = [s if k % every else looping(s, endless) for k, s in enumerate(copies)]
    started = time.perf_counter()
    good = sum(report.seconds for report in run(lanes, copies)) / len(copies)
    plain, started = time.perf_counter() - started, time.perf_counter()
    reports = run(lanes, mixed)
    wall = time.perf_counter() - started
    slow = [r.seconds for r in reports if points_of(r, assignment).exercises[0].points == 0]
    others = [r.seconds for r in reports if points_of(r, assignment).exercises[0].points > 0]
    print(f"{len(slow)} of {len(mixed)} never end: each costs {sum(slow) / len(slow):.1f} s of its lane.")
    print(
        f"The others take {1000 * sum(others) / len(others):.1f} ms of a lane each, without them {1000 * good:.1f} ms."
    )
    print(f"All: {wall:.1f} s, without them {plain:.1f} s; the loops occupy {sum(slow) / len(usable_cores()):.1f} s.")


def looping(submission: Submission, endless: str) -> Submission:
    return replace(submission, parts=(replace(submission.parts[0], source=submission.parts[0].source + endless),))


if __name__ == "__main__":
    main()
