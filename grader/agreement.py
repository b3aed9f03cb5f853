"""What hidden tests say: `agree(student.f, oracle, *inputs)`, a comparison stated as data.

Every comparison leaves an `Observation`. A wrong answer does not stop the test, so that diagnosis sees all of them; the
test fails at its end with the first. What stops it is a missing function, a time-out or a crash.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

from grader.answers import Answers
from grader.case import all_float32, describe, name_of, show, state_case
from grader.compare import Locked, Mismatch, judge
from grader.complaints import RAISED
from grader.contents import value_count
from grader.errors import GradeError, StudentCrashed, StudentError, StudentMissing, StudentRaised, StudentTimeout
from grader.model import Case, Exercise, Observation, Outcome, Raised, Status, Tolerance
from grader.student import Answer, RemoteFunction
from grader.wire import Opaque
from grader.worker import kind_of

Reply = Answer | StudentRaised
"""What comes of a call: where nothing comes, another StudentError is raised."""

# Characters of what a failing test says, values of a visible test included.
_LONGEST = 4000


# How a test that gets no answer is told of. After so many, the other tests of an exercise are not run: each costs its
# whole deadline.
LOST = {Status.TIMEOUT: "ran out of time", Status.CRASHED: "crashed"}
_MOST_LOST_WORKERS = 2
_STUDENT_STATUS = {
    StudentMissing: Status.MISSING,
    StudentTimeout: Status.TIMEOUT,
    StudentCrashed: Status.CRASHED,
}


class OracleError(Exception):
    """The oracle or a fixture of a hidden test failed: a fault of the assignment, never of the submission."""


class DisagreementError(AssertionError):
    """A hidden test fails: the first answer that is not the expected one. The message is for the student."""

    def __init__(self, says: str, *, raised: bool, detail: str = "") -> None:
        super().__init__(says)
        self.raised = raised
        self.detail = detail


def verdict_of(error: DisagreementError | StudentError) -> tuple[Status, str, str]:
    """What a test came to that ended so: the status, the sentence for the student, and the detail for staff."""
    if isinstance(error, DisagreementError):
        return (Status.RAISED if error.raised else Status.FAILED), str(error), error.detail
    return _STUDENT_STATUS.get(type(error), Status.RAISED), error.says, error.private


def given_up(outcomes: Iterable[Outcome]) -> tuple[Status, str] | None:
    """The status and the sentence for the tests of an exercise that are not run after these; None if they are."""
    lost = [o for o in outcomes if o.status in LOST]
    if len(lost) < _MOST_LOST_WORKERS:
        return None
    return lost[-1].status, f"Not run, since {lost[-1].exercise} {LOST[lost[-1].status]} in other tests already."


@dataclass(frozen=True, slots=True)
class Failure:
    """One comparison that failed: the sentence for the student, whether the function raised, the detail for staff.

    `values` are the lines with inputs and answers of a visible test.
    """

    says: str
    values: str = ""
    raised: bool = False
    detail: str = ""


@dataclass
class Record:
    """What the comparisons of one test came to, in their order. One record serves all forms of `agree` in a test."""

    observations: list[Observation] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    excess: float | None = None
    """The largest difference as a multiple of what is allowed (see `compare.excess`); None without comparisons."""

    def settle(self) -> None:
        """Raise DisagreementError if any comparison failed; to be called at the end of the test."""
        if not self.failures:
            return
        first, others = self.failures[0], len(self.failures) - 1
        more = f" (And {others} more in this test.)" if others else ""
        values = f"\n{first.values}" if first.values else ""
        raise DisagreementError((first.says + more + values)[:_LONGEST], raised=first.raised, detail=first.detail)


@dataclass(frozen=True)
class Agreement:
    """The fixture `agree` of hidden tests, for one test of `exercise`.

    `oracle_answers` remembers what oracles answered, by the content of their inputs, so that a batch asks once.
    """

    exercise: Exercise
    visible: bool
    record: Record
    oracle_answers: Answers
    tolerance: Tolerance | None = None

    def within(self, *, rtol: float, atol: float) -> Agreement:
        """The same comparison with another tolerance."""
        return replace(self, tolerance=Tolerance(rtol, atol))

    def __call__(self, remote: RemoteFunction, oracle: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Compare the student's answer with the oracle's; returns the student's, or None if it raised."""
        case = state_case(self.exercise, remote.path, oracle, args, kwargs, tolerance=self.tolerance)
        return self._compare(remote, case, partial(self._ask_oracle, oracle, case))

    def pure(self, remote: RemoteFunction, oracle: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Any:
        """Compare, with read-only arguments and a second call; the answer must not share memory with an argument."""
        case = state_case(self.exercise, remote.path, oracle, args, kwargs, tolerance=self.tolerance, read_only=True)
        return self._compare(remote, case, partial(self._ask_oracle, oracle, case))

    def through(
        self, program: Callable[..., Any], remote: RemoteFunction, oracle: Callable[..., Any], /, *args: Any, **kw: Any
    ) -> Any:
        """Compare what `program(remote, *args)` returns with what it returns for the oracle; returns the student's.

        So classes are tested: a program makes objects, works with them, and returns plain data that it read off them.
        An exception that it lets through counts as the answer.
        """
        case = state_case(self.exercise, remote.path, oracle, args, kw, tolerance=self.tolerance, program=program)
        return self._compare(remote, case, partial(self._ask_oracle, oracle, case))

    def raises(
        self,
        kind: type[Exception],
        remote: RemoteFunction,
        oracle: Callable[..., Any],
        /,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """The student's function must raise `kind`, as the oracle does: a built-in class that the worker names."""
        case = state_case(self.exercise, remote.path, oracle, args, kwargs)
        self._compare(remote, case, partial(self._ask_for_error, kind, oracle, case))

    def replay(self, case: Case, want: Any, replies: Iterator[Reply]) -> None:
        """Compare what comes of a recorded case with what is known of the expected answer (see `ahead`)."""
        self._judge(case, replies, lambda: want)

    def _compare(self, remote: RemoteFunction, case: Case, ask_oracle: Callable[[], Any]) -> Any:
        """The student's answer, compared; where arguments are read-only, that to a second call too."""
        answer = self._judge(case, replies_to(remote, case), ask_oracle)
        return answer.value if answer else None

    def _ask_oracle(self, oracle: Callable[..., Any], case: Case) -> Any:
        def ask() -> Any:
            try:
                return case.answer_of(oracle, case.args, case.kwargs)
            except Exception as exc:
                raise OracleError(f"the oracle of {case.function} raised {type(exc).__name__}: {exc}") from exc

        return self.oracle_answers.get(name_of(oracle), case, ask)

    def _ask_for_error(self, kind: type[Exception], oracle: Callable[..., Any], case: Case) -> Raised:
        def ask() -> Raised:
            try:
                case.answer_of(oracle, case.args, case.kwargs)
            except kind:
                return Raised(kind.__name__)
            except Exception as exc:
                raise OracleError(f"the oracle of {case.function} raised {type(exc).__name__}: {exc}") from exc
            raise OracleError(f"the oracle of {case.function} raised no {kind.__name__}")

        raised: Raised = self.oracle_answers.get(name_of(oracle), case, ask)
        return raised

    def _judge(self, case: Case, replies: Iterator[Reply], ask_oracle: Callable[[], Any]) -> Answer | None:
        """Compare what comes of a case. The oracle is slow: it waits for an answer to judge."""
        before, first = len(self.record.failures), next(replies)
        want = ask_oracle()
        self._observe(case, first, want)
        if case.read_only:
            second = next(replies)
            if len(self.record.failures) == before:
                self._judge_again(case, second, want)
        return first if isinstance(first, Answer) else None

    def _observe(self, case: Case, reply: Reply, want: Any) -> None:
        """Compare one answer, and keep what came of it."""
        raised = reply if isinstance(reply, StudentRaised) else None
        got = Raised(reply.kind) if isinstance(reply, StudentRaised) else reply.value
        mismatch, far = judge(got, want, case.tolerance, float32=partial(all_float32, case))
        if far is not None:
            self.record.excess = max(far, self.record.excess or 0.0)
        kept = got if mismatch is None or _is_of_a_size(got, want) else Opaque("object", "size")
        self.record.observations.append(Observation(case, want, kept, agrees=mismatch is None))
        if mismatch is not None:
            says = self._explain(case, mismatch, raised, want)
            values = show(case, want, got) if self.visible else ""
            self.record.failures.append(Failure(says, values, raised is not None, raised.private if raised else ""))

    def _judge_again(self, case: Case, reply: Reply, want: Any) -> None:
        """A second call must be as right as the first, and its answer share no memory with an argument."""
        answer = reply if isinstance(reply, Answer) else None
        if answer is not None and answer.changed:
            fault = "an argument is not the same after the call: work on a copy."
        elif answer is None or judge(answer.value, want, case.tolerance, float32=partial(all_float32, case))[0]:
            fault = "the first call is right, but a second one with the same arguments is not."
        elif answer.shares_memory:
            fault = "the result shares memory with an argument: return a new array."
        else:
            return
        self.record.failures.append(Failure(f"for {describe(case)}: {fault}"))

    def _explain(self, case: Case, mismatch: Mismatch, raised: StudentRaised | None, want: Any) -> str:
        says = _raised_says(raised, want, visible=self.visible) if raised else mismatch.text(visible=self.visible)
        if raised and case.read_only and "read-only" in raised.private:
            says += " (here the arguments are read-only: does your function write into one of them?)"
        return f"for {describe(case)}: {says}."


def _is_of_a_size(got: Any, want: Any) -> bool:
    """Whether a wrong answer is small enough to be kept until diagnosis, measured by the right one.

    All answers of a submission are kept that long: a submission must not fill the memory of the trusted process.
    """
    expected = want.size if isinstance(want, Locked) else value_count(want)
    return value_count(got) <= 16 * expected + 10_000


def askings_of(case: Case) -> int:
    """How often a function is asked a case: with read-only arguments once more, whatever came of the first time."""
    return 2 if case.read_only else 1


def replies_to(remote: RemoteFunction, case: Case) -> Iterator[Reply]:
    """Ask a submission, as often as the case is asked."""
    for _ in range(askings_of(case)):
        try:
            if case.program is not None:
                yield _run(case.program, remote, case)
            else:
                call = remote.session.call
                yield call(case.function, case.args, case.kwargs, read_only=case.read_only, request=case.request)
        except StudentRaised as exc:
            yield exc


def _run(program: Callable[..., Any], remote: RemoteFunction, case: Case) -> Answer:
    """What a program comes to with the submission's class. What fails in it is that class's fault."""
    try:
        return Answer(program(remote, *case.args, **case.kwargs), shares_memory=False, stdout="")
    except (StudentError, GradeError):
        raise
    except Exception as exc:
        kind = kind_of(exc)
        says = f"{remote.path} gave something that cannot be used like this (it led to {kind})"
        raise RAISED.get(kind, StudentRaised)(says, private=str(exc)) from exc


def _raised_says(raised: StudentRaised, want: Any, *, visible: bool) -> str:
    says = raised.says.rstrip(".")
    if visible and raised.private:
        says += f" ({raised.private.strip().splitlines()[-1][:200]})"
    return f"{says}; {want.kind} is asked for" if isinstance(want, Raised) else says
