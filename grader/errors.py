"""Every exception of the toolkit, by whose fault it is.

::

    Exception
    ├── GradeError                  the command cannot be carried out; exit code 2; has a hint
    │   ├── RequestError            what was asked for does not exist or makes no sense: the user's to mend
    │   ├── AssignmentError         a manifest, a hidden test or a reference is wrong: the author's to mend
    │   ├── IsolationError          student code cannot be run here, or not safely enough
    │   ├── ClusterError            the cluster cannot be reached, has no workers, or was lost
    │   ├── ExportError             a result file cannot be written
    │   └── GradebookError          the gradebook cannot be opened, read or written
    ├── SubmissionError             the submission cannot be read: zero points, with this sentence
    ├── WireError                   bytes that are no valid message: of a worker, so the submission's fault
    └── StudentError                what a call into student code came to, when not to a value
        ├── StudentRaised           it raised; re-raised also as the built-in class, if that is on the white list
        ├── StudentMissing          no such function, or it is still the stub
        ├── StudentTimeout          no answer before the deadline
        └── StudentCrashed          the process ended, or answered with something that is no message

`GradeError` reaches a terminal as one sentence and its hint, never as a traceback. `StudentError` never leaves grading:
it becomes an outcome.
"""


class GradeError(Exception):
    """The command cannot be carried out. `hint` says what to do about it."""

    exit_code = 2

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint

    def _render_traceback_(self) -> list[str]:
        """What IPython shows in the place of a traceback."""
        return [f"{self} {self.hint}".strip()]


class RequestError(GradeError):
    """The request names something that does not exist, or makes no sense."""


class AssignmentError(GradeError):
    """A manifest, a hidden test or a reference is at fault: its author must mend it."""


class IsolationError(GradeError):
    """Student code cannot be run here, or not in the isolation that was asked for."""


class ClusterError(GradeError):
    """The cluster cannot be reached, has no workers, or was lost."""


class ExportError(GradeError):
    """A result file cannot be written."""


class GradebookError(GradeError):
    """The gradebook cannot be opened, read or written."""


class SubmissionError(Exception):
    """The submission cannot be read; the message is a sentence for the student."""


class WireError(Exception):
    """Bytes that are no valid message, or a value that no message can hold."""


class StudentError(Exception):
    """What a call into student code came to, when not to a value.

    The message is safe to show: it is ours, and holds nothing that the submission could choose. What the submission
    said itself is in `private`, for staff and for visible tests.
    """

    def __init__(self, says: str, *, private: str = "", line: int | None = None, part: str = "") -> None:
        super().__init__(says)
        self.says = says
        self.private = private
        self.line = line
        self.part = part


class StudentRaised(StudentError):
    """Student code raised an exception; `kind` is its class on the white list, or "Exception"."""

    kind = "Exception"


class StudentMissing(StudentError):
    """The submission has no such function, or has not written it yet."""


class StudentTimeout(StudentError):
    """Student code gave no answer before the deadline, or the submission's time is used up."""


class StudentCrashed(StudentError):
    """The process of the submission ended, or what it answered is no message."""
