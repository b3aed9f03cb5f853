"""Lanes: real processes that grade a tiny course in parallel."""

import multiprocessing
import os
import signal

import pytest

from grader.audit.jobs import GradeThem, do_jobs
from grader.catalog import resolve
from grader.errors import AssignmentError, IsolationError
from grader.intake import read_submission
from grader.lanes import Lanes, Lost


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
    with Lanes(tiny, serve=do_jobs, count=2) as lanes:
        results = dict(lanes.run([job(seed) for seed in range(5)]))

    assert {place: reports[0].seed for place, reports in results.items()} == {k: k for k in range(5)}


def test_lanes_serve_again(tiny, job):
    """The same lanes take further jobs."""
    with Lanes(tiny, serve=do_jobs, count=1) as lanes:
        first, second = (dict(lanes.run([job(seed)])) for seed in (1, 2))

    assert (first[0][0].seed, second[0][0].seed) == (1, 2)


def test_faults_of_jobs_arrive(tiny, job):
    """What a job cannot do is an error here, with its sentence."""
    with (
        Lanes(tiny, serve=do_jobs, count=1) as lanes,
        pytest.raises(AssignmentError, match="No hidden test belongs to nothing"),
    ):
        list(lanes.run([job(only=("nothing",))]))


def test_killed_lane(tiny, job):
    """The job of a lane that is killed is done by another one."""
    with Lanes(tiny, serve=do_jobs, count=1) as lanes:
        results = lanes.run([job(), job(1), job(2)])
        next(results)
        for process in multiprocessing.active_children():
            process.kill()

        assert {reports[0].seed for _, reports in results} == {1, 2}


def call_each(_assignment, _workers, tasks, answer):
    for task in tasks:
        answer(task())


def end_lane():
    os.kill(os.getpid(), signal.SIGKILL)


def test_deadly_job(tiny):
    """A job that ends every lane is given up; the others are done."""
    with Lanes(tiny, serve=call_each, count=2) as lanes:
        results = dict(lanes.attempt([os.getpid, end_lane, os.getpid]))

    assert results[1] == Lost("A process that was grading ended (killed by signal 9).")
    assert results[0] != os.getpid() != results[2]


def test_deadly_job_is_told(tiny):
    """Who needs every result hears of the one that there is not."""
    with Lanes(tiny, serve=call_each, count=1) as lanes, pytest.raises(IsolationError, match="ended"):
        list(lanes.run([end_lane]))


def wait_for_ever():
    signal.pause()


def test_endless_job(tiny):
    """A lane that is held up by one job for too long is ended, and so is the next one; then the job is given up."""
    with Lanes(tiny, serve=call_each, count=1, patience=1) as lanes:
        [(place, result)] = lanes.attempt([wait_for_ever])

    assert (place, result) == (0, Lost("A process that was grading ended (killed by signal 9)."))


def test_no_lane_can_be_kept(tiny):
    """Where lanes end whatever they do, that is an error, not a class without grades."""
    with Lanes(tiny, serve=call_each, count=2) as lanes, pytest.raises(IsolationError, match="again and again"):
        list(lanes.attempt([end_lane] * 30))


def cores_of_the_lane():
    return os.sched_getaffinity(0)


@pytest.mark.skipif(not hasattr(os, "sched_getaffinity"), reason="this system does not pin processes")
def test_each_lane_has_its_core(tiny):
    """A lane stays on one of the cores that this process may use."""
    with Lanes(tiny, serve=call_each, count=1) as lanes:
        [(_, cores)] = lanes.run([cores_of_the_lane])

    assert len(cores) == 1
    assert cores <= os.sched_getaffinity(0)


def test_nothing_is_left(tiny, job):
    """When the lanes close, their processes are gone."""
    before = set(multiprocessing.active_children())
    with Lanes(tiny, serve=do_jobs, count=2) as lanes:
        list(lanes.run([job(), job(1)]))

    assert set(multiprocessing.active_children()) == before
