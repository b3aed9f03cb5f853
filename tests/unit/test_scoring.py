"""Points, statuses and lateness, in exact arithmetic."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import AssignmentError, RequestError
from grader.model import Assignment, Decisions, Excuse, Extension, LatePolicy, Override, Report, Status
from grader.scoring import format_points, grade, round_points, that_counts

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def extended(days: int) -> Decisions:
    return Decisions(extension=Extension(timedelta(days=days), "eva", NOON, "was ill"))


def points_of(report: Report, assignment: Assignment) -> dict[str, Fraction]:
    return {e.name: e.points for e in grade(report, assignment).exercises}


def test_everything_right(full_report, assignment):
    """A report without a fault earns the manifest's maximum."""
    result = grade(full_report, assignment)

    assert (result.points, result.max_points, result.full) == (24, 24, True)


def test_partly_right(mixed_report, assignment):
    """An exercise earns the share of its tests that passed."""
    assert points_of(mixed_report, assignment) == {"pad2d": 4, "conv2d_forward": Fraction(24, 5), "max_pool2d": 0}


def test_weights(assignment, report, outcome):
    """A test counts by its weight."""
    passed, failed = outcome("pad2d", 1, weight=3), outcome("pad2d", 2, Status.FAILED)

    assert points_of(report(passed, failed), assignment)["pad2d"] == 3


def test_total_adds_up(assignment, report, outcome):
    """The total is the sum of the rounded points, so that it can be checked by hand."""
    thirds = [
        outcome(name, n, Status.PASSED if n else Status.FAILED) for name in ("pad2d", "max_pool2d") for n in (0, 1, 2)
    ]
    result = grade(report(*thirds), assignment)

    assert [e.points for e in result.exercises] == [Fraction("2.67"), 0, Fraction("5.33")]
    assert result.points == 8


@pytest.mark.parametrize(
    ("exact", "rounded"), [("0.125", "0.12"), ("0.135", "0.14"), ("2.675", "2.68"), ("1/3", "0.33")]
)
def test_rounds_half_to_even(exact, rounded):
    """Halves go to the even hundredth, in exact arithmetic."""
    assert round_points(Fraction(exact)) == Fraction(rounded)


@given(st.fractions(0, 1000))
def test_rounding_error(points):
    """Rounding moves points by at most half a hundredth."""
    assert abs(round_points(points) - points) <= Fraction(1, 200)


@pytest.mark.parametrize(
    ("points", "text"), [("12", "12"), ("9.6", "9.60"), ("60/7", "8.57"), ("0", "0"), ("-4.5", "-4.50")]
)
def test_format_points(points, text):
    """Whole numbers have no decimals, all others two."""
    assert format_points(Fraction(points)) == text


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (("passed", "passed"), "passed"),
        (("passed", "failed", "raised"), "raised"),
        (("raised", "timeout", "failed"), "timeout"),
        (("timeout", "crashed", "skipped"), "crashed"),
        (("missing", "missing"), "missing"),
        (("missing", "failed"), "failed"),
        (("crashed", "grader_error", "passed"), "grader_error"),
        (("passed", "skipped"), "skipped"),
    ],
)
def test_most_telling_status(statuses, expected, assignment, report, outcome):
    """An exercise has the status that tells most of why points are missing."""
    outcomes = [outcome("pad2d", n, Status(status)) for n, status in enumerate(statuses)]

    assert grade(report(*outcomes), assignment).exercises[0].status == expected


def test_no_outcomes(assignment, report, outcome):
    """An exercise that no test was run for earns nothing, and is said to be skipped."""
    result = grade(report(outcome("pad2d", 1)), assignment)

    assert [e.status for e in result.exercises] == [Status.PASSED, Status.SKIPPED, Status.SKIPPED]
    assert result.points == 4


def test_unreadable(unreadable_report, assignment):
    """Of a submission with a syntax error, every exercise is missing."""
    result = grade(unreadable_report, assignment)

    assert {e.status for e in result.exercises} == {Status.MISSING}
    assert (result.points, result.ungraded) == (0, False)


def test_grader_error_is_no_zero(ungraded_report, assignment):
    """A fault of the toolkit makes the grade ungraded, names the exercise, and never gives full marks."""
    result = grade(ungraded_report, assignment)

    assert result.ungraded
    assert not result.full
    assert "the toolkit failed on 1 test of max_pool2d" in result.explanation[0]


def test_other_assignment(full_report, assignment):
    """A report of another assignment is refused."""
    with pytest.raises(RequestError, match="is of assignment 'assignment1'"):
        grade(replace(full_report, assignment="assignment1"), assignment)


def test_unknown_exercise(assignment, report, outcome):
    """Tests of an exercise that the manifest lacks are not dropped in silence."""
    with pytest.raises(AssignmentError, match="'pad3d'"):
        grade(report(outcome("pad3d", 1)), assignment)


@pytest.mark.parametrize("weights", [(0, 0), (2, -1)])
def test_senseless_weights(weights, assignment, report, outcome):
    """Weights that are negative or all zero are the author's fault."""
    with pytest.raises(AssignmentError, match="weights of 0 or more"):
        grade(report(*(outcome("pad2d", n, weight=w) for n, w in enumerate(weights))), assignment)


def handed_in(report: Report, assignment: Assignment, **late: float) -> Report:
    return replace(report, submitted_at=assignment.due + timedelta(**late))


@pytest.mark.parametrize(
    ("late", "points"),
    [
        ({"seconds": 0}, "24"),
        ({"minutes": 15}, "24"),
        ({"minutes": 15, "seconds": 1}, "21.6"),
        ({"days": 1, "minutes": 15}, "21.6"),
        ({"days": 1, "minutes": 16}, "19.2"),
        ({"days": 6}, "12"),
        ({"days": 7, "minutes": 15}, "12"),
        ({"days": 7, "minutes": 16}, "0"),
        ({"days": -3}, "24"),
    ],
)
def test_lateness(late, points, full_report, assignment):
    """Each day begun after the grace period costs 10 % of the maximum; at most half; after a week nothing is left."""
    assert grade(handed_in(full_report, assignment, **late), assignment).points == Fraction(points)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (
            {"minutes": 5},
            "Handed in 5 minutes after the deadline: within the 15 minutes of grace, so nothing is taken.",
        ),
        ({"hours": 27}, "Handed in 1 day and 3 hours after the deadline: 2 days begun at 10% of 24: −4.80."),
        ({"days": 6}, "Handed in 6 days after the deadline: 6 days begun at 10% of 24, at most 50%: −12."),
        ({"days": 9}, "Handed in 9 days after the deadline: more than 7 days late, which earns nothing."),
    ],
)
def test_lateness_in_words(late, words, full_report, assignment):
    """The arithmetic of a penalty can be followed."""
    assert grade(handed_in(full_report, assignment, **late), assignment).explanation == (words,)


def test_no_more_than_earned(mixed_report, assignment):
    """Lateness leaves no negative points, and the penalty shown is what was taken."""
    result = grade(handed_in(mixed_report, assignment, days=4), assignment)

    assert (result.points, result.penalty) == (0, Fraction("8.8"))
    assert result.explanation[0].endswith("no more than was earned: −8.80.")


def test_extension(full_report, assignment):
    """An extension moves the deadline, and is mentioned where it did not suffice."""
    late = handed_in(full_report, assignment, days=3)

    assert grade(late, assignment, extended(3)).penalty == 0
    assert "extended by 2 days: 1 day begun" in grade(late, assignment, extended(2)).explanation[0]


def override(exercise: str, points: int) -> Override:
    return Override(exercise, Fraction(points), "eva", NOON, "looked at it again")


def test_points_set_for_an_exercise(mixed_report, assignment):
    """They take the place of those earned, and lateness is taken from the new sum."""
    late = handed_in(mixed_report, assignment, days=1)

    result = grade(late, assignment, Decisions((override("max_pool2d", 8),)))

    assert [e.points for e in result.exercises] == [4, Fraction("4.8"), 8]
    assert (result.penalty, result.points) == (Fraction("2.4"), Fraction("14.4"))
    assert result.explanation[0] == "max_pool2d was set to 8 points by eva: looked at it again"


def test_total_set(mixed_report, assignment):
    """A total that was set stands, whatever was earned and however late."""
    late = handed_in(mixed_report, assignment, days=3)

    result = grade(late, assignment, Decisions((override("", 20),)))

    assert (result.points, result.penalty) == (20, 0)
    assert result.explanation[-1] == "The total was set to 20 points by eva: looked at it again"


def test_points_set_where_the_toolkit_failed(ungraded_report, assignment):
    """A person's word for the exercise that could not be graded makes the report graded."""
    result = grade(ungraded_report, assignment, Decisions((override("max_pool2d", 8),)))

    assert (result.ungraded, result.points) == (False, 24)
    assert grade(ungraded_report, assignment, Decisions((override("pad2d", 4),))).ungraded


def test_excused(mixed_report, assignment):
    """Who is excused is marked so, with the reason."""
    result = grade(mixed_report, assignment, Decisions(excuse=Excuse("eva", NOON, "ill")))

    assert result.excused
    assert result.explanation == ("Excused by eva: ill",)


def test_summer_time(full_report, assignment):
    """A night in which the clocks go back has an hour more."""
    prague = ZoneInfo("Europe/Prague")
    policy = LatePolicy(percent_per_day=Fraction(10))
    due = replace(assignment, due=datetime(2026, 10, 24, 12, tzinfo=prague), late=policy)
    late = replace(full_report, submitted_at=datetime(2026, 10, 25, 11, 30, tzinfo=prague))

    assert grade(late, due).explanation[0].startswith("Handed in 1 day and 30 minutes after the deadline: 2 days")


@pytest.mark.parametrize("field", ["due", "submitted_at"])
def test_time_not_known(field, full_report, assignment):
    """Without a deadline or a time of submission nothing is taken."""
    late = handed_in(full_report, assignment, days=3)
    without = (late, replace(assignment, due=None)) if field == "due" else (full_report, assignment)

    assert grade(*without).penalty == 0


def test_time_without_zone(full_report, assignment):
    """A time without a time zone is refused, for it could be hours off."""
    naive = replace(full_report, submitted_at=datetime(2026, 11, 22, 13))  # noqa: DTZ001 - the point of the test

    with pytest.raises(
        RequestError, match=r"'submitted_at' must be a date with a time zone \(got '2026-11-22T13:00:00'\)"
    ):
        grade(naive, assignment)


@pytest.mark.parametrize(
    ("policy", "points", "counts"),
    [
        ("last", ["8", "6"], 1),
        ("best", ["8", "6"], 0),
        ("best", ["6", "8", "8"], 2),
        ("best", ["1/3", "0.33"], 0),
        ("best", [None, "0", None], 1),
        ("best", [None, None], 1),
    ],
)
def test_attempts(policy, points, counts, full_report, assignment):
    """The last counts, or the best: the latest of equal ones, and one that could not be graded only for want of any."""
    known = grade(full_report, assignment)
    grades = [replace(known, points=Fraction(p)) if p else replace(known, ungraded=True) for p in points]

    assert that_counts(grades, replace(assignment, attempts=policy)) == counts


def test_best_after_lateness(full_report, mixed_report, assignment):
    """What lateness takes is taken before attempts are compared."""
    late = replace(full_report, submitted_at=assignment.due + timedelta(days=6))
    attempts = [grade(report, assignment) for report in (mixed_report, late)]

    assert [g.points for g in attempts] == [Fraction(44, 5), 12]
    assert that_counts(attempts, replace(assignment, attempts="best")) == 1
    stricter = replace(assignment, attempts="best", late=LatePolicy(0, Fraction(10), Fraction(90), 7))
    assert that_counts([grade(report, stricter) for report in (mixed_report, late)], stricter) == 1
