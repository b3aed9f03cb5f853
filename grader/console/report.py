"""One student's report: a line per exercise, below it a hint and what differs, then the total.

::

    Convolution and pooling · alice

     ✓ pad2d                4/4
     ✗ conv2d_forward   4.80/12   wrong answer, 2 of 5 tests passed
         hint: You flipped the kernel …
         Strides that do not divide the image leave the last rows and columns out.
           for x (2, 3, 7, 6), stride=2: 32 of 42 values differ …
     – max_pool2d           0/8   not written yet

       Total           8.80/24
"""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Console

from grader.console.lines import cell, mark, say, say_line, width_of
from grader.feedback import Problem, exercise_points, hints, is_missing, problems, result, sentence, told, total_points
from grader.model import Assignment, ExerciseGrade, Grade, Outcome, Report, Status
from grader.printable import one_line

_BELOW = 5
# Left of the name: a blank, the mark, a blank.
_MARGIN = 3
_GAP = 2


def print_report(
    console: Console,
    report: Report,
    grade: Grade,
    assignment: Assignment,
    *,
    verbose: bool = False,
    staff: bool = False,
    rest: str = "; --verbose shows all",
) -> None:
    """Print what a student needs to know.

    With `verbose`, every test and its time; with `staff`, also the details, which may hold hidden inputs. `rest` says
    how to see the tests that are only counted.
    """
    _print_head(console, report, assignment)
    total = total_points(grade)
    points_width = width_of([*(exercise_points(e) for e in grade.exercises), "" if grade.ungraded else total])
    names = width_of([*(e.name for e in grade.exercises), "Total"])
    names = max(8, min(names, console.width - _MARGIN - _GAP - points_width))
    for exercise in grade.exercises:
        outcomes = report.of(exercise.name)
        words, below = _words(exercise, outcomes)
        points = cell(console, exercise_points(exercise), points_width, right=True)
        _print_exercise(console, exercise, f"{cell(console, exercise.name, names)}  {points}", words)
        if verbose or staff:
            _print_tests(console, outcomes, staff=staff)
        elif below:
            _print_problems(console, *told(outcomes, exercise.status), rest)
    console.print()
    points = cell(console, total, max(points_width, len(total)), right=True)
    say_line(console, " " * _MARGIN, (f"{cell(console, 'Total', names)}  {points}", "bold"))
    _print_foot(console, report, grade, verbose=verbose or staff, staff=staff)


def _print_head(console: Console, report: Report, assignment: Assignment) -> None:
    student = f" · {one_line(report.student, 60)}" if report.student else ""
    say(console, f"{one_line(assignment.title)}{student}", "bold")
    console.print()
    for problem in report.problems:
        say(console, f"! {problem}", "bold red", indent=1, hanging=2)
    for note in report.notes:
        say(console, f"note: {one_line(note)}", "dim", indent=1, hanging=2)
    if report.problems or report.notes:
        console.print()


def _words(exercise: ExerciseGrade, outcomes: tuple[Outcome, ...]) -> tuple[str, bool]:
    """The words beside an exercise's points, and whether its problems are to be told below."""
    words = "" if exercise.status is Status.PASSED and not exercise.carried else result(exercise, outcomes)
    return words, not is_missing(exercise, problems(outcomes))


def _print_exercise(console: Console, exercise: ExerciseGrade, head: str, words: str) -> None:
    """The line of an exercise; the words go below where they do not fit beside."""
    line = (" ", mark(console, exercise.status), f" {head}")
    if _MARGIN + cell_len(head) + 3 + cell_len(words) <= console.width:
        say_line(console, *line, f"   {words}")
    else:
        say_line(console, *line)
        say(console, words, indent=_MARGIN)


def _print_problems(
    console: Console, explained: tuple[str, ...], found: tuple[Problem, ...], more: int, rest: str
) -> None:
    for hint in explained:
        say(console, f"hint: {hint}", "cyan", indent=_BELOW, hanging=2)
    for problem in found:
        _print_problem(console, problem)
    if more:
        tests = "test" if more == 1 else "tests"
        say(console, f"… and {more} more {tests}{rest}.", "dim", indent=_BELOW)


def _print_problem(console: Console, problem: Problem) -> None:
    if len(problem.titles) > 1:
        say(console, f"{len(problem.titles)} tests: {problem.says}", indent=_BELOW, hanging=2)
    else:
        say(console, problem.titles[0], indent=_BELOW, hanging=2)
        say(console, problem.says, indent=_BELOW + 2, hanging=2)


def _print_tests(console: Console, outcomes: tuple[Outcome, ...], *, staff: bool) -> None:
    """Every test of an exercise, with its time, and for staff what only they may see."""
    for hint in hints(outcomes):
        say(console, f"hint: {hint}", "cyan", indent=_BELOW, hanging=2)
    for outcome in outcomes:
        char, style = mark(console, outcome.status)
        title = one_line(outcome.title or outcome.test)
        say(console, f"{char} {title} ({outcome.seconds:.2f} s)", style, indent=_BELOW, hanging=2)
        if outcome.status is not Status.PASSED:
            say(console, sentence(outcome), indent=_BELOW + 2, hanging=2)
        if outcome.detail and staff:
            for line in outcome.detail.strip("\n").splitlines():
                say(console, f"| {line}", "dim", indent=_BELOW + 2, hanging=4)


def _print_foot(console: Console, report: Report, grade: Grade, *, verbose: bool, staff: bool) -> None:
    """Why the total is what it is, and under what circumstances it came about."""
    for line in grade.explanation:
        say(console, line, "yellow", indent=_MARGIN)
    if grade.ungraded and not staff:
        say(console, "Tell whoever set the exercise; --staff shows what went wrong.", indent=_MARGIN)
    if report.isolation.level == "D":
        say(console, "Run as a plain process: for your own code only.", "dim", indent=_MARGIN)
    if verbose:
        say(console, _circumstances(report), "dim", indent=_MARGIN)


def _circumstances(report: Report) -> str:
    facts = (
        f"isolation {report.isolation.level} ({report.isolation.launcher})",
        f"seed {report.seed}",
        f"deepgrade {report.toolkit}",
        f"{report.started:%Y-%m-%d %H:%M} UTC",
        f"{report.seconds:.2f} s",
        f"submission {report.digest[:12]}",
        one_line(report.origin),
    )
    return ", ".join(fact for fact in facts if fact)
