"""Sealed tests: hidden, offline, and still useful.

The calls of hidden tests are written down in the open, and the expected answers are locked, so that a submission's
answers open them exactly if they are near enough. From data to what it gives away::

    sketch     numbers → cells, and the offsets that are published of them
    forms      what is public of an answer (kinds, shapes, exceptions), and the secrets in it
    entropy    how hard the cells are to guess; too easy ones are refused
    locks      cells → key → tag
    seal       the answers of one test → locks;  opening: the answers of a submission → verdicts
    hints      the sentence about a mistake, under the key of its wrong answers
    document   the file
"""

from grader.sealing.document import SEALED_TESTS, from_json, to_json
from grader.sealing.hints import Question, can_encrypt, open_hint, seal_hint
from grader.sealing.locks import NextSalt
from grader.sealing.model import SealedAnswer, SealedCall, SealedHint, SealedTest, SealedTests
from grader.sealing.opening import JOINT, Opening
from grader.sealing.seal import seal_answers
from grader.sealing.sketch import UnsealableError

__all__ = [
    "JOINT",
    "SEALED_TESTS",
    "NextSalt",
    "Opening",
    "Question",
    "SealedAnswer",
    "SealedCall",
    "SealedHint",
    "SealedTest",
    "SealedTests",
    "UnsealableError",
    "can_encrypt",
    "from_json",
    "open_hint",
    "seal_answers",
    "seal_hint",
    "to_json",
]
