"""The untrusted side: everything of ours that runs in the process of a submission. It imports numpy when it has to."""

from grader.worker.channel import MAX_OUTPUT_PER_CALL
from grader.worker.imports import admit_only
from grader.worker.loading import EXCEPTIONS, KINDS, MAX_PRIVATE, kind_of
from grader.worker.outline import MAX_NAMES
from grader.worker.requests import OPERATORS, request_to_call, serve

__all__ = [
    "EXCEPTIONS",
    "KINDS",
    "MAX_NAMES",
    "MAX_OUTPUT_PER_CALL",
    "MAX_PRIVATE",
    "OPERATORS",
    "admit_only",
    "kind_of",
    "request_to_call",
    "serve",
]
