"""What of an older report still holds, and when everything must run again."""

from dataclasses import replace

import pytest

from grader.grading.again import GradedBefore, agree_with, kept_of, still_holds, to_run_again
from grader.model import Isolation, Status


@pytest.fixture
def before(report, outcome):
    """One exercise is right, one lost points, one is right on top of a right piece."""
    return report(
        outcome("pad2d", 1),
        outcome("conv2d_forward", 1, Status.FAILED),
        outcome("max_pool2d", 1, carried=("pad2d",)),
    )


@pytest.mark.parametrize(
    ("changed", "again"),
    [
        (set(), set()),
        ({"pad2d"}, {"pad2d", "conv2d_forward", "max_pool2d"}),
        ({"conv2d_forward"}, {"conv2d_forward", "max_pool2d"}),
        ({"max_pool2d"}, {"max_pool2d"}),
    ],
)
def test_what_rests_on_a_change(before, assignment, changed, again):
    """What changed; what lost points after it, since it may be tried on right pieces; and what was carried."""
    assert to_run_again(before, changed, assignment) == again


def test_what_is_right_by_itself(full_report, assignment):
    """What passed in its first trial rests on nothing."""
    assert to_run_again(full_report, {"pad2d"}, assignment) == {"pad2d"}


@pytest.mark.parametrize(
    ("change", "holds"),
    [
        ({}, True),
        ({"seed": 8}, False),
        ({"isolation": Isolation("B", "landlock")}, False),
    ],
)
def test_conditions_of_the_run(before, change, holds):
    """Another seed or level asks for everything."""
    assert still_holds(replace(before, **change), 7, Isolation("A", "bwrap")) is holds


@pytest.mark.parametrize("status", [Status.TIMEOUT, Status.CRASHED, Status.GRADER_ERROR])
def test_lost_calls(report, outcome, status):
    """A call that was lost cost time that others shared; what could not be graded never holds."""
    assert not still_holds(report(outcome("pad2d", 1, status)), 7, Isolation("A", "bwrap"))


@pytest.fixture
def pair(report, outcome):
    """A submission that passed two tests of an exercise, the first of which did not change; and its outcomes."""
    older = report(*(outcome("max_pool2d", n) for n in (1, 2)))
    same = frozenset({"Test_max_pool2d::test_1"})
    return GradedBefore("ada", "tiny", before=older, again=frozenset({"max_pool2d"}), same=same), older.outcomes


@pytest.mark.parametrize(
    ("number", "changes", "agrees"),
    [
        (0, {}, True),
        (0, {"status": Status.FAILED}, False),
        (0, {"status": Status.FAILED, "carried": ("pad2d",)}, True),
        (1, {"status": Status.FAILED}, True),
        (1, {"status": Status.TIMEOUT}, False),
    ],
)
def test_what_fits(pair, number, changes, agrees):
    """A test that did not change ends as before, but for other pieces below it; and no call is lost."""
    submission, outcomes = pair

    assert agree_with(submission, [replace(outcomes[number], **changes)], 1.0, 60.0) is agrees


@pytest.mark.parametrize(("seconds", "agrees"), [(59.0, True), (59.9, False)])
def test_time_for_all(pair, seconds, agrees):
    """The seconds of both runs together are those of one."""
    submission, outcomes = pair

    assert agree_with(submission, outcomes, seconds, 60.0) is agrees


def test_what_is_kept(before):
    """The outcomes of all exercises that do not run again."""
    submission = GradedBefore("ada", "tiny", before=before, again=frozenset({"pad2d", "max_pool2d"}))

    assert [o.exercise for o in kept_of(submission)] == ["conv2d_forward"]
