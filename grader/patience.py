"""How long a submission is waited for: its seconds, call by call and together, and what is said when no answer came."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from grader.errors import IsolationError, StudentCrashed, StudentError, StudentTimeout
from grader.model import Limits
from grader.sandbox.exchange import LostError
from grader.sandbox.launcher import SANDBOX_GONE

# A function that has ended or held up its worker this often is not called again, nor, in the end, anything else.
MAX_LOSSES_PER_FUNCTION = 3
MAX_LOSSES = 12
# Once a call has run out of time, the others have a quarter of it, but not less than this.
_SECONDS_AFTER_A_LOSS = 0.5


class Patience:
    """That with one submission. `spent` are the seconds that it took so far."""

    def __init__(self, limits: Limits) -> None:
        self.spent = 0.0
        self._limits = limits
        self._losses: dict[str, list[type[StudentError]]] = {}
        self._over: Callable[[], StudentError] | None = None

    @property
    def left(self) -> float:
        """What remains of the seconds for the whole submission."""
        return self._limits.seconds_total - self.spent

    def give_up(self, kind: type[StudentError], says: str, private: str = "") -> None:
        """From now on nothing can be called, for this reason."""
        self._over = lambda: kind(says, private=private)

    def check(self, what: str) -> None:
        """Raise StudentError if `what` is not to be called any more."""
        if self._over is not None:
            raise self._over()
        if self.left <= 0:
            raise self._used_up()
        if not self._losses:
            return
        losses = self._losses.get(what, [])
        if len(losses) >= MAX_LOSSES_PER_FUNCTION:
            raise losses[-1](f"{what} was not called again: it had no answer {len(losses)} times already.")
        if sum(map(len, self._losses.values())) >= MAX_LOSSES:
            raise StudentCrashed(
                f"{what} was not called: {MAX_LOSSES} calls into this submission had no answer already."
            )

    def seconds_for(self, what: str, usual: float) -> float:
        """The seconds that a call has: less once one has run out of time, so that an endless loop costs a batch little.

        Where a test gives more than the usual time, as for training, that is cut only for what ran out of time itself;
        but there is never more than is left.
        """
        if self._losses and (what in self.late or (self.late and usual <= self._limits.seconds_per_call)):
            usual = min(usual, max(_SECONDS_AFTER_A_LOSS, usual / 4))
        return min(usual, self.left)

    @property
    def late(self) -> frozenset[str]:
        """What gave no answer in its time."""
        return frozenset(what for what, kinds in self._losses.items() if StudentTimeout in kinds)

    def count_late(self, names: Iterable[str]) -> None:
        """Note what ran out of time elsewhere."""
        for name in names:
            self._losses.setdefault(name, []).append(StudentTimeout)

    def count(self, what: str, error: StudentError) -> None:
        """Note that a call had no answer."""
        self._losses.setdefault(what, []).append(type(error))

    def sentence(self, what: str, lost: LostError, seconds: float, usual: float) -> StudentError:
        """Why an answer did not come in `seconds`. Raises IsolationError if the submission is not to blame."""
        if lost.why == "ended" and lost.detail == SANDBOX_GONE:
            raise IsolationError(f"The sandbox ended from outside, during {what}.", "Grade this submission again.")
        if lost.why == "late":
            shorter = " (less than usual, since an earlier call ran out of time)"
            less = shorter if self.late and seconds < usual else ""
            late = StudentTimeout(f"{what} gave no answer within {seconds:.3g} seconds{less}.", private=lost.detail)
            return late if seconds < self.left else self._used_up()
        if lost.why == "memory":
            return StudentCrashed(f"{what} used more than {self._limits.memory_mb} MB of memory.")
        if lost.why == "ended":
            return StudentCrashed(f"{what} ended the process: it {lost.detail}.", private=lost.detail)
        return StudentCrashed(f"{what}: the process answered with something that is no answer.", private=lost.detail)

    def _used_up(self) -> StudentTimeout:
        total = self._limits.seconds_total
        return StudentTimeout(f"The {total:.3g} seconds for the whole submission are used up.")
