"""The process in which `grader.check` grades: one request in, one reply out (see `background`)."""

from __future__ import annotations

import _thread
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any

from grader.catalog import resolve
from grader.document import report_to_document
from grader.errors import GradeError
from grader.model import Part, Submission
from grader.sandbox import launcher, policy_of

_CHUNK = 1 << 16


def main() -> None:
    """Read a request, grade, and write the reply. Ends early when standard input closes."""
    # What tests print is not part of the reply.
    reply_fd = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    request = json.loads(_line())
    threading.Thread(target=_watch, daemon=True).start()
    try:
        reply = _grade(request)
    except GradeError as exc:
        reply = {"error": str(exc), "hint": exc.hint}
    except KeyboardInterrupt:
        sys.exit(130)
    with os.fdopen(reply_fd, "wb") as stream:
        stream.write(json.dumps(reply).encode())


def _grade(request: dict[str, Any]) -> dict[str, Any]:
    assignment = resolve(request["assignment"], Path(request["root"]))
    parts = tuple(Part(label, source) for label, source in request["parts"])
    notes = tuple(request["notes"])
    submission = Submission(request["student"], assignment.module, parts, request["origin"], notes=notes)
    with launcher(None, policy_of(assignment)) as workers:
        from grader.single import grade_single  # takes as long as the launcher, which starts meanwhile

        report = grade_single(submission, assignment, workers, only=request["only"])
    return {"report": report_to_document(report, staff=False)}


def _line() -> bytes:
    data = bytearray()
    while not data.endswith(b"\n") and (chunk := os.read(0, _CHUNK)):
        data += chunk
    return bytes(data)


def _watch() -> None:
    """Interrupt the grading when the other side closes standard input."""
    while os.read(0, _CHUNK):
        pass
    _thread.interrupt_main()


if __name__ == "__main__":
    main()
