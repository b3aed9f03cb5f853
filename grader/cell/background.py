"""Grades in a process of its own, so that nothing of the session changes, and Ctrl-C ends it whatever it does.

The request is a line of JSON on the process's standard input, which stays open: when it closes, because the session
was interrupted or has ended, the process stops.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import grader
from grader.document import report_from_document
from grader.errors import AssignmentError, GradeError, IsolationError
from grader.model import Assignment, Report, Submission
from grader.printable import clean
from grader.threads import SINGLE_THREAD

_START = "import sys; sys.path.append(sys.argv[1]); from grader.cell.__main__ import main; main()"
_SECONDS_TO_STOP = 5.0
# Waiting in small steps: elsewhere than on POSIX, Ctrl-C is noticed only between two of them.
_SECONDS_A_STEP = 0.1


def grade_in_background(submission: Submission, assignment: Assignment, only: Sequence[str]) -> Report:
    """The report of a submission, by the tests that are here. Raises GradeError as grading does."""
    parts = [(part.label, part.source) for part in submission.parts]
    request = {
        "root": str(assignment.root),
        "assignment": assignment.name,
        "student": submission.student,
        "origin": submission.origin,
        "notes": submission.notes,
        "parts": parts,
        "only": list(only),
    }
    try:
        started = _started()
    except OSError as exc:
        raise IsolationError(f"Python cannot be started as {sys.executable!r}: {exc}.") from exc
    with started as process:
        try:
            reply = _answer(process, json.dumps(request))
        except BaseException:
            _stop(process)
            raise
    if "report" in reply:
        return report_from_document(reply["report"])
    raise GradeError(reply["error"], reply["hint"])


def _started() -> subprocess.Popen[bytes]:
    root = str(Path(grader.__file__).parent.parent)
    return subprocess.Popen(  # noqa: S603 - our own interpreter, with our own arguments
        [sys.executable, "-P", "-X", "utf8", "-c", _START, root],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**SINGLE_THREAD, **os.environ},
        # Ctrl-C in the session is the session's: it closes the pipe.
        start_new_session=os.name == "posix",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )


def _answer(process: subprocess.Popen[bytes], request: str) -> dict[str, Any]:
    texts = [_Text(pipe) for pipe in (process.stdout, process.stderr) if pipe is not None]
    if process.stdin is not None:
        with suppress(OSError):  # it ended at once: its last words tell why
            process.stdin.write(request.encode() + b"\n")
            process.stdin.flush()
    for text in texts:
        while text.is_alive():
            text.join(_SECONDS_A_STEP)
    try:
        reply: dict[str, Any] = json.loads(texts[0].read)
    except ValueError:
        says = clean(texts[1].read.decode("utf-8", "replace").strip().rpartition("\n")[2])
        raise AssignmentError(f"The grading ended without a result: {says or 'it said nothing'}.") from None
    return reply


class _Text(threading.Thread):
    """Reads a pipe to its end."""

    def __init__(self, pipe: IO[bytes]) -> None:
        super().__init__(daemon=True)
        self._pipe = pipe
        self.read = b""
        self.start()

    def run(self) -> None:
        self.read = self._pipe.read()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let the process end its workers; if it does not, end it."""
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(_SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
