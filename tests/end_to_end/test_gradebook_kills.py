"""`kill -9` at any moment, of any process, then the same command: nothing is lost, counted twice or graded again."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress

import pytest
import sqlalchemy as sa

from grader.gradebook import tables as t
from grader.gradebook.store import Gradebook

KILLS = int(os.environ.get("GRADE_KILLS", "5"))
SLOW = "import time\ndef double(x):\n    time.sleep(0.02)\n    return 2.0 * x\n# {}\n"


def processes_below(pid):
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True, check=False)
    children = [int(word) for word in listed.stdout.split()]
    return children + [below for child in children for below in processes_below(child)]


def results(where):
    """The results that count. A sandbox that was killed alone leaves one that is not graded, and is tried again."""
    with Gradebook(where) as book, book.database.reading() as connection:
        return {row.id: tuple(row) for row in connection.execute(sa.select(t.result).where(t.result.c.graded))}


def kill_something(process, chance):
    """The command; or one of the processes below it, and a little later the command; or all of them."""
    below = processes_below(process.pid)
    victims = chance.choice([[process.pid], [process.pid, *below], [chance.choice(below)] if below else [process.pid]])
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    if process.pid not in victims:
        time.sleep(chance.uniform(0, 1))
        process.kill()
    process.wait()


@pytest.mark.timeout(300 + 120 * KILLS)
@pytest.mark.parametrize(("database", "kills"), [("sqlite", KILLS), ("postgresql", KILLS // 4)])
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="finds the processes of a command by /proc")
def test_kills(course, tmp_path, request, database, kills):
    """Whatever was committed stays as it is, and in the end everybody has one result and one mark."""
    where, chance, students = str(tmp_path / "book.sqlite"), random.Random(20261125), 8 * kills
    if database == "postgresql":
        where = request.getfixturevalue("postgresql_server").database()
    for k in range(students):
        course.submit(SLOW.format(k), f"class/s{k}.py")
    command = [sys.executable, "-m", "grader", "batch", "1", "class", "--allow-weak-isolation", "-q"]
    command += ["--gradebook", where, "--seed", "3"]
    before, grown = {}, 0
    for number in range(kills):
        process = subprocess.Popen(command, cwd=course.root, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        size, patience = len(before), time.monotonic() + 120
        # Every second one is killed when it has added a few reports, the others at any moment.
        if number % 2 == 0:
            while process.poll() is None and time.monotonic() < patience and len(results(where)) < size + 3:
                time.sleep(0.05)
        else:
            time.sleep(chance.uniform(0, 4))
        kill_something(process, chance)

        after = results(where)
        assert {key: after.get(key) for key in before} == before
        grown += len(after) > len(before)
        before = after

    done = subprocess.run(command, cwd=course.root, capture_output=True, text=True, check=False)
    finally_there = results(where)
    with Gradebook(where) as book:
        standings = list(book.standings("assignment1_tiny"))
        histories = [book.history("assignment1_tiny", s.student) for s in standings]
    # A sandbox that was killed alone leaves a mark that says "not graded"; the one that follows it counts.
    marks = [sum(mark.result in finally_there for mark in history) for history in histories]

    assert done.returncode == 0, done.stderr
    assert grown >= min(2, kills // 4)
    assert f"{len(before)} of them before" in done.stdout
    assert {number: finally_there[number] for number in before} == before
    assert len({row[1] for row in finally_there.values()}) == len(finally_there) == students
    assert marks == [1] * students
    assert {s.report.outcomes[0].status.value for s in standings} == {"passed"}
