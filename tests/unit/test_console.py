"""What is printed, to the letter: at 80 and at 40 columns, in UTF-8 and in ASCII."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from textwrap import dedent

import pytest
from rich.cells import cell_len
from rich.console import Console

from grader import console as printers
from grader.console.ledger import print_plan
from grader.difference import TestChange as ChangedTest
from grader.errors import RequestError
from grader.model import Isolation, Status
from grader.regrade import Change, Plan
from grader.scoring import grade


def printed(printer, *args, width=80, encoding="utf-8", colours=False, **kwargs) -> str:
    """What a printer writes to a console of that width and encoding."""
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, newline="\n")
    console = Console(file=file, width=width, force_terminal=colours, color_system="standard" if colours else None)
    printer(console, *args, **kwargs)
    file.flush()
    return raw.getvalue().decode(encoding)


def text_of(report, assignment, **kwargs) -> str:
    return printed(printers.print_report, report, grade(report, assignment), assignment, **kwargs)


def exactly(text: str) -> str:
    return dedent(text).lstrip("\n")


def test_full_marks(full_report, assignment):
    """Nothing is said where nothing is wrong."""
    assert text_of(full_report, assignment) == exactly("""
        Convolution and pooling · alice

         ✓ pad2d             4/4
         ✓ conv2d_forward  12/12
         ✓ max_pool2d        8/8

           Total           24/24
        """)


def test_mixed(mixed_report, assignment):
    """Below a wrong exercise: the hint, a property and what differs; the rest is counted."""
    assert text_of(mixed_report, assignment) == exactly("""
        Convolution and pooling · alice

         ✓ pad2d               4/4
         ✗ conv2d_forward  4.80/12   wrong answer, 2 of 5 tests passed
             hint: You flipped the kernel: what deep learning calls a convolution does
               not.
             Property 3 of conv2d_forward holds.
               for x (2, 3, 7, 6), stride=2: 32 of 42 values differ, the largest
                 difference is 3.1 at [0, 1, 2, 3].
             … and 2 more tests; --verbose shows all.
         – max_pool2d          0/8   not written yet

           Total           8.80/24
        """)


def test_narrow_ascii(mixed_report, assignment):
    """Forty columns and an encoding without ✓ suffice."""
    assert text_of(mixed_report, assignment, width=40, encoding="ascii") == exactly("""
        Convolution and pooling - alice

         + pad2d               4/4
         x conv2d_forward  4.80/12
           wrong answer, 2 of 5 tests passed
             hint: You flipped the kernel:
               what deep learning calls a
               convolution does not.
             Property 3 of conv2d_forward
               holds.
               for x (2, 3, 7, 6), stride=2:
                 32 of 42 values differ, the
                 largest difference is 3.1 at
                 [0, 1, 2, 3].
             ... and 2 more tests; --verbose
             shows all.
         - max_pool2d          0/8
           not written yet

           Total           8.80/24
        """)


def test_syntax_error(unreadable_report, assignment):
    """A syntax error comes first, with its caret in the right column."""
    assert text_of(unreadable_report, assignment) == exactly("""
        Convolution and pooling · carol

         ! convolution.py, line 12: expected ':'
               def pad2d(x, pad)
                                ^

         – pad2d            0/4   not tested
         – conv2d_forward  0/12   not tested
         – max_pool2d       0/8   not tested

           Total           0/24
        """)


def test_misnamed(assignment, report, outcome):
    """Where there is more to say of a missing function than that it is not written, that is said in its line."""
    misnamed = [outcome("pad2d", n, Status.MISSING, says="convolution.py defines no pad2d.") for n in (1, 2)]

    assert " – pad2d            0/4   convolution.py defines no pad2d.\n –" in text_of(report(*misnamed), assignment)


def test_timeout(assignment, report, outcome):
    """One sentence for all tests; a plain process is owned up to."""
    slow = [outcome("pad2d", n, Status.TIMEOUT, says="No answer within 2 seconds.") for n in range(5)]
    isolation = Isolation("D", "process")

    assert text_of(report(*slow, isolation=isolation, student=""), assignment) == exactly("""
        Convolution and pooling

         ✗ pad2d            0/4   too slow
             5 tests: No answer within 2 seconds.
         – conv2d_forward  0/12   not tested
         – max_pool2d       0/8   not tested

           Total           0/24
           Run as a plain process: for your own code only.
        """)


def test_ungraded(ungraded_report, assignment):
    """A fault of the toolkit is no zero, neither in its exercise nor in the total."""
    assert text_of(ungraded_report, assignment) == exactly("""
        Convolution and pooling · alice

         ✓ pad2d             4/4
         ✓ conv2d_forward  12/12
         ! max_pool2d        ?/8   could not be graded, 1 of 2 tests passed
             Property 2 of max_pool2d holds.
               The grader failed here.

           Total           not graded
           Not graded: the toolkit failed on 1 test of max_pool2d. That is no fault of
           the submission, and no zero.
           Tell whoever set the exercise; --staff shows what went wrong.
        """)


def test_late(full_report, assignment):
    """The total is what is left, and the arithmetic stands below it."""
    late = replace(full_report, submitted_at=assignment.due + timedelta(hours=2))

    assert text_of(late, assignment).endswith(
        "   Total           21.60/24\n   Handed in 2 hours after the deadline: 1 day begun at 10% of 24: −2.40.\n"
    )


def test_many_problems(assignment, report, outcome):
    """The first three problems are shown, the others counted."""
    wrong = [outcome("pad2d", n, Status.FAILED, says=f"{n} of 42 values differ.") for n in range(5)]
    text = text_of(report(*wrong), assignment)

    assert text.count("values differ") == 3
    assert "     … and 2 more tests; --verbose shows all.\n" in text


def test_verbose(mixed_report, assignment):
    """Every test with its time, staff detail, and the circumstances of the run."""
    text = text_of(mixed_report, assignment, staff=True)

    assert "     ✓ Property 1 of pad2d holds. (0.00 s)\n" in text
    assert text.count("       | for staff\n") == 3
    assert text.endswith(
        "   isolation A (bwrap), seed 7, deepgrade 0.1.0, 2026-11-22 12:00 UTC, 0.25 s,\n   submission 3f2a91c0de3f\n"
    )


def test_detail_is_for_staff(mixed_report, assignment):
    """What is meant for staff is neither in the plain report nor in the verbose one."""
    assert "for staff" not in text_of(mixed_report, assignment)
    assert "for staff" not in text_of(mixed_report, assignment, verbose=True)


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("width", [20, 40, 80])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_hostile(encoding, width, colours, hostile_report, assignment):
    """Markup, escape sequences and controls in a submission's texts do nothing, in any encoding."""
    text = text_of(hostile_report, assignment, width=width, encoding=encoding, colours=colours, verbose=True)

    assert "[/bold]" in text
    assert not {"\x07", "\x00", "\u202e", "\x1b]"} & {*text, *(text[i : i + 2] for i in range(len(text)))}


@pytest.mark.parametrize("width", [20, 40, 80, 200])
def test_width(width, mixed_report, hostile_report, unreadable_report, assignment):
    """No line is wider than the terminal, and none ends in blanks, down to where words fit no longer."""
    reports = (mixed_report, hostile_report, unreadable_report)
    rows = [(r, grade(r, assignment)) for r in reports]
    text = "".join(text_of(r, assignment, width=width, verbose=True) for r in reports)
    lines = (text + printed(printers.print_class, assignment, rows, width=width)).splitlines()

    assert max(map(cell_len, lines)) <= max(width, 33)
    assert [line for line in lines if line != line.rstrip()] == []


def test_class(full_report, mixed_report, ungraded_report, unreadable_report, assignment):
    """Points by student and exercise; mean and median leave out who is not graded."""
    reports = (full_report, replace(mixed_report, student="bob"), replace(ungraded_report, student="dan"))
    rows = [(r, grade(r, assignment)) for r in (*reports, unreadable_report)]

    assert printed(printers.print_class, assignment, rows) == exactly("""
        Convolution and pooling · 4 submissions

        student     1     2     3       total
        alice       4    12     8          24
        bob         4  4.80     –        8.80
        dan         4    12     ?  not graded
        carol       –     –     –         ! 0

        mean     2.67  5.60  2.67       10.93
        median      4  4.80     0        8.80
        of          4    12     8          24

        1 pad2d, 2 conv2d_forward, 3 max_pool2d
        – not written or not tested, ? not graded, ! see below
        ? dan: Not graded: the toolkit failed on 1 test of max_pool2d. That is no
          fault of the submission, and no zero.
        ! carol: convolution.py, line 12: expected ':'
        """)


def test_narrow_class(full_report, mixed_report, assignment):
    """Where the columns do not fit side by side, they follow one another; long names are cut."""
    reports = (replace(full_report, student="Žofie Nováková-Příkladová"), mixed_report)
    rows = [(r, grade(r, assignment)) for r in reports]

    assert printed(printers.print_class, assignment, rows, width=26, encoding="ascii") == exactly("""
        Convolution and pooling -
        2 submissions

        student   1     2  3
        Zofie N~  4    12  8
        alice     4  4.80  -

        mean      4  8.40  4
        median    4  8.40  4
        of        4    12  8

        student   total
        Zofie N~     24
        alice      8.80

        mean      16.40
        median    16.40
        of           24

        1 pad2d, 2
          conv2d_forward, 3
          max_pool2d
        - not written or not
          tested, ? not graded, !
          see below
        """)


def test_nobody_graded(ungraded_report, assignment):
    """Without a graded submission there is no mean, rather than a zero."""
    text = printed(printers.print_class, assignment, [(ungraded_report, grade(ungraded_report, assignment))])

    assert "mean     –   –  –           –\n" in text


def test_empty_class(assignment):
    """A class without submissions is said to be one."""
    assert printed(printers.print_class, assignment, []) == "Convolution and pooling · no submissions\n"


def test_assignments(assignment):
    """One line for each assignment where there is room, else two."""
    other = replace(assignment, name="assignment7_language_models", title="Language models", due=None)

    assert printed(printers.print_assignments, [assignment, other], width=100) == exactly("""
        assignment3_convolution      Convolution and pooling  24 points  due 2026-11-22 12:00 UTC
        assignment7_language_models  Language models          24 points
        """)
    assert printed(printers.print_assignments, [assignment, other], width=60) == exactly("""
        assignment3_convolution: Convolution and pooling
          24 points, due 2026-11-22 12:00 UTC
        assignment7_language_models: Language models
          24 points
        """)


def test_isolation():
    """Each guard that does not hold says why, and what to do about it."""
    reasons = {"own pid namespace": "bwrap is not installed: apt install bubblewrap"}
    isolation = Isolation("B", "process", {"no network": True, "own pid namespace": False}, reasons)

    assert printed(printers.print_isolation, isolation) == exactly("""
        Isolation B (launcher process): files and processes are out of reach, without
          namespaces; other people's code may run.

         ✓ no network
         ✗ own pid namespace
             bwrap is not installed: apt install bubblewrap
        """)


def test_error():
    """An error is its sentence and its hint."""
    error = RequestError("there is no assignment '[red]3'", "Did you mean assignment3_convolution?")

    assert printed(printers.print_error, error) == exactly("""
        error: there is no assignment '[red]3'
        hint: Did you mean assignment3_convolution?
        """)


@pytest.mark.parametrize(
    ("environment", "shown"),
    [
        ({"PYTHONIOENCODING": "ascii"}, "error: no ? here: -3 <= x"),
        ({"PYTHONIOENCODING": "utf-8", "TERM": "dumb"}, "error: no ☃ here: −3 ≤ x"),
        ({"PYTHONIOENCODING": "cp1250", "NO_COLOR": "1"}, "error: no ? here: -3 <= x"),
    ],
)
def test_real_process(environment, shown):
    """A process whose output is redirected writes plain text, in the encoding that it is told."""
    code = (
        "from grader.console import make_console, print_error; from grader.errors import GradeError;"
        "print_error(make_console(), GradeError('no \\u2603 here: \\u22123 \\u2264 x'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | environment, capture_output=True, check=True, timeout=60
    )

    assert done.stdout.decode(environment["PYTHONIOENCODING"]) == f"{shown}{os.linesep}"


def test_plan(assignment, outcome):
    """What is still to come stands first; what is in force already is told apart."""
    before, after = outcome("pad2d", 1, Status.FAILED), outcome("pad2d", 1)
    test = ChangedTest("pad2d", "TestPad::test_zero", before, after)
    plan = Plan(
        assignment,
        (
            Change("bob", "6", "8", (test,), ("tests changed",)),
            Change("cyd", "6", "9", (), ("points were set by eva: right idea",), in_force=True),
        ),
        students=3,
        stale=3,
        ungraded=0,
        partly=2,
    )

    assert printed(print_plan, plan, applied=False) == exactly("""
        Convolution and pooling · 1 of 3 students would change

         bob  6 → 8
           tests changed
           pad2d: TestPad::test_zero: failed → passed

        Already in force, since points, policy and decisions are applied on reading:

         cyd  6 → 9
           points were set by eva: right idea

        3 hand-ins were graded anew, 2 of them only as far as tests changed.
        Nothing is changed yet: the same command with --apply does it.
        """)
