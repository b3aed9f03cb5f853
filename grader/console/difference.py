"""What changed between two runs, on a terminal.

::

    Convolution and pooling · ada

     ✓ pad2d             2.22/4 → 4/4
         now passes: A pad of 0 leaves that direction as it is.
     ✗ conv2d_forward     10/10 → 7.14/10
         now fails: Strides that do not divide the image leave the last rows and columns out.
           for x (2, 3, 7, 6), stride=2: 32 of 42 values differ …

       Total             62.5/100 → 61.42/100
       1 test newly passed, 1 newly failed, 3 still failing: max_pool2d_forward (3).
"""

from __future__ import annotations

from collections import Counter

from rich.console import Console

from grader.console.lines import cell, mark, say, say_line, width_of
from grader.difference import Difference, ExerciseChange, TestChange
from grader.feedback import exercise_points, sentence, total_points
from grader.model import Status
from grader.printable import one_line

_MOST_TESTS = 5


def print_difference(console: Console, found: Difference) -> None:
    """Print each exercise that changed, then the totals."""
    before, after = found.before.report, found.after.report
    students = dict.fromkeys(one_line(run.student, 60) for run in (before, after) if run.student)
    say(console, " · ".join(filter(None, [one_line(found.after.title), " and ".join(students)])), "bold")
    console.print()
    if before.seed != after.seed:
        text = f"note: the tests drew other inputs (seed {before.seed}, then {after.seed})."
        say(console, text, "dim", indent=1, hanging=2)
        console.print()
    print_changes(console, found)


def print_changes(console: Console, found: Difference) -> None:
    """Print what changed, without a head."""
    changed = [e for e in found.exercises if not e.same]
    names = width_of([*(e.name for e in changed), "Total"])
    for exercise in changed:
        _print_exercise(console, exercise, names)
    if changed:
        console.print()
    totals = [total_points(run.grade) for run in (found.before, found.after)]
    same = totals[0] == totals[1]
    say_line(console, "   ", (f"{cell(console, 'Total', names)}  {totals[1] if same else ' → '.join(totals)}", "bold"))
    say(console, _summary(found), indent=3)


def _print_exercise(console: Console, exercise: ExerciseChange, names: int) -> None:
    better = exercise.gain > 0 or (not exercise.gain and not any(t.broken for t in exercise.tests))
    points = [exercise_points(e) for e in (exercise.before, exercise.after) if e]
    shown = " → ".join(points if exercise.gain else points[-1:])
    sign = mark(console, Status.PASSED if better else Status.FAILED)
    say_line(console, " ", sign, f" {cell(console, exercise.name, names)}  {shown}")
    broken, fixed = ([t for t in exercise.tests if getattr(t, kind)] for kind in ("broken", "fixed"))
    for words, tests in (("now fails", broken), ("now passes", fixed)):
        for test in tests[:_MOST_TESTS]:
            _print_test(console, words, test)
        if len(tests) > _MOST_TESTS:
            say(console, f"{words}: {len(tests) - _MOST_TESTS} more", "dim", indent=5)


def _print_test(console: Console, words: str, test: TestChange) -> None:
    if test.after is None:
        return
    say(console, f"{words}: {one_line(test.after.title or test.test)}", indent=5, hanging=2)
    if test.broken:
        # The first line: what a visible test shows besides is in the report.
        say(console, sentence(test.after).partition("\n")[0], indent=7, hanging=2)


def _summary(found: Difference) -> str:
    """The counts of tests, and where tests still fail."""
    fixed, broken = (sum(getattr(t, kind) for t in found.tests) for kind in ("fixed", "broken"))
    still = Counter(t.exercise for t in found.tests if t.still_failing)
    apart = sum(t.before is None or t.after is None for t in found.tests)
    if not fixed and not broken and not any(e.gain for e in found.exercises):
        text = "Nothing changed"
    else:
        text = f"{fixed} {'test' if fixed == 1 else 'tests'} newly passed, {broken} newly failed"
    if still:
        text += f", {still.total()} still failing: {', '.join(f'{name} ({n})' for name, n in still.items())}"
    return f"{text}." + (f" {apart} {'test is' if apart == 1 else 'tests are'} in one run alone." if apart else "")
