"""Lanes: real processes that grade a tiny course in parallel."""

import multiprocessing

import pytest

from grader.audit.jobs import GradeThem
from grader.catalog import resolve
from grader.errors import AssignmentError, IsolationError
from grader.intake import read_submission
from grader.lanes import Lanes


@pytest.fixture
def tiny(course):
    return resolve("1", course.root)


@pytest.fixture
def job(tiny):
    def make(seed=0, only=()):
        return GradeThem((read_submission(tiny.solution, tiny, "ada"),), only, seed)

    return make


def test_every_job_is_done(tiny, job):
    """Results come with the place of their job, whichever lane did it."""
    with Lanes(tiny, count=2) as lanes:
        results = dict(lanes.run([job(seed) for seed in range(5)]))

    assert {place: reports[0].seed for place, reports in results.items()} == {k: k for k in range(5)}


def test_lanes_serve_again(tiny, job):
    """The same lanes take further jobs."""
    with Lanes(tiny, count=1) as lanes:
        first, second = (dict(lanes.run([job(seed)])) for seed in (1, 2))

    assert (first[0][0].seed, second[0][0].seed) == (1, 2)


def test_faults_of_jobs_arrive(tiny, job):
    """What a job cannot do is an error here, with its sentence."""
    with Lanes(tiny, count=1) as lanes, pytest.raises(AssignmentError, match="No hidden test belongs to nothing"):
        list(lanes.run([job(only=("nothing",))]))


def test_killed_lane(tiny, job):
    """A lane that is killed is told, and nothing waits for it."""
    with Lanes(tiny, count=1) as lanes:
        results = lanes.run([job(), job(1), job(2)])
        next(results)
        for process in multiprocessing.active_children():
            process.kill()

        with pytest.raises(IsolationError, match="ended"):
            next(results)


def test_nothing_is_left(tiny, job):
    """When the lanes close, their processes are gone."""
    before = set(multiprocessing.active_children())
    with Lanes(tiny, count=2) as lanes:
        list(lanes.run([job(), job(1)]))

    assert set(multiprocessing.active_children()) == before
