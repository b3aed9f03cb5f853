"""What an audit found: a line per exercise, what is broken, and what an author may want to look at.

::

    Convolution and pooling: audit of the hidden tests

       exercise          tests  mutants  killed  equivalent  survive   named
     ✓ conv_output_size      8       41      40           1        0   10/10
     ✗ conv2d_forward       14      112     108           3        1   21/21
"""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.audit import Audit, MutantTrial, TestAudit, summary, times
from grader.console.lines import mark, say
from grader.model import Status

# More survivors than this are left to --json.
_MOST = 20
_LEGEND = (
    "right, wrong: the largest difference of right programs and the smallest of killed mutants, "
    "as multiples of what is allowed. time: what the test takes on right programs, "
    "its reference included, as a part of the seconds of one call."
)


def print_audit(console: Console, found: Audit, *, verbose: bool = False) -> None:
    """Print the audit; with `verbose` also every test with its kills and the room around its tolerance."""
    say(console, f"{found.assignment.title}: audit of the hidden tests", "bold")
    console.print()
    console.print(_exercises(console, found))
    for survivor in found.survivors[:_MOST]:
        _print_survivor(console, survivor)
    if len(found.survivors) > _MOST:
        say(console, f"… and {len(found.survivors) - _MOST} more survivors; --json lists all.", "dim", indent=1)
    console.print()
    if verbose:
        console.print(_tests(found.tests))
        say(console, _LEGEND, "dim", indent=1)
        console.print()
    for line in summary(found):
        say(console, line, indent=1, hanging=2)
    console.print()
    for rule in found.broken_rules:
        say(console, f"✗ {rule}", "red", indent=1, hanging=2)
    if not found.broken_rules:
        say(console, "✓ The assignment keeps its contract.", "green", indent=1)


def _exercises(console: Console, found: Audit) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    for column in ("", "exercise"):
        table.add_column(column, no_wrap=True)
    for column in ("tests", "mutants", "killed", "equivalent", "survive", "named"):
        table.add_column(column, justify="right")
    for exercise in found.assignment.exercises:
        mutants = [m for m in found.mutants if m.exercise == exercise.name]
        trials = [t for t in found.misconceptions if t.exercise == exercise.name]
        if exercise.name in found.left_out:
            continue
        survive = sum(m.survived for m in mutants)
        named = sum(t.right for t in trials)
        fine = not survive and named == len(trials)
        row = (
            sum(t.exercise == exercise.name for t in found.tests),
            len(mutants),
            sum(bool(m.failed) for m in mutants),
            sum(bool(m.equivalent) for m in mutants),
            survive,
            f"{named}/{len(trials)}",
        )
        char, style = mark(console, Status.PASSED if fine else Status.FAILED)
        table.add_row(Text(f" {char}", style), Text(exercise.name), *map(str, row))
    return table


def _print_survivor(console: Console, survivor: MutantTrial) -> None:
    console.print()
    say(console, f"survives: {survivor.name}", "red", indent=1, hanging=2)
    for line in survivor.diff.splitlines()[2:]:
        style = {"+": "green", "-": "red"}.get(line[:1], "dim")
        say(console, line, style, indent=3, hanging=2)
    say(console, f"inputs tried: {'; '.join(survivor.inputs)}", "dim", indent=3, hanging=2)


def _tests(tests: Iterable[TestAudit]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(" test", overflow="fold")
    for column in ("kills", "alone", "right", "wrong", "time"):
        table.add_column(column, justify="right", no_wrap=True)
    for test in tests:
        style = "" if test.has_room and test.has_time else "red"
        table.add_row(
            Text(f" {test.name}", style),
            str(test.kills),
            str(len(test.alone)),
            times(test.largest_right),
            times(test.smallest_wrong),
            f"{test.share:.1%}",
        )
    return table
