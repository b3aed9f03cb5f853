"""An audit in a few sentences."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from grader.audit.model import Audit, TestAudit


def times(excess: float | None) -> str:
    """A difference as a multiple of what is allowed."""
    return "–" if excess is None else f"{excess:.2g} ×"


def summary(found: Audit) -> list[str]:
    """What was tried, and what came of it: a sentence or two for each kind of trial."""
    named, wrong = len(found.named), len(found.false_names)
    killed = [m for m in found.mutants if m.failed]
    fragile = [m for m in killed if len(m.failed) == 1]
    redundant = sum(not t.alone for t in found.tests)
    return [
        (
            f"Mutants: {len(found.mutants)}, of which {len(killed)} killed, "
            f"{sum(bool(m.equivalent) for m in found.mutants)} listed as equivalent, {len(found.survivors)} survive. "
            f"{len(fragile)} are killed by one test only (fragile)."
        ),
        f"Tests that kill nothing alone (redundant, as far as mutants go): {redundant} of {len(found.tests)}.",
        f"Diagnosis named {sum(t.right for t in found.misconceptions)} of {len(found.misconceptions)} misconceptions. "
        f"Of the killed mutants it named {named}; on other inputs {named - wrong} of these names held"
        + (f" (precision {(named - wrong) / named:.1%})." if named else "."),
        _room(found.tests),
        _time(found.tests),
        (
            f"Independence: {len(found.dependences)} solutions with a broken exercise, "
            f"{sum(bool(d.lost) for d in found.dependences)} of which cost another one points."
        ),
        f"Solution, stub and {found.seeds} seeds: {'as they must' if not found.faults else 'see below'}. "
        f"Isolation {found.isolation.level} ({found.isolation.launcher}). {found.seconds:.0f} s."
        + (f" Left out: {', '.join(found.left_out)} (--capstones)." if found.left_out else "")
        + (" A sample only (--quick)." if found.sampled else ""),
    ]


def _time(tests: Sequence[TestAudit]) -> str:
    slowest = max(tests, key=lambda test: test.share, default=None)
    most = f"{slowest.share:.1%} of the seconds of one call ({slowest.name})" if slowest else "–"
    return f"Time: on right programs a test, its reference included, takes at most {most}."


def _room(tests: Iterable[TestAudit]) -> str:
    right = max((t.largest_right for t in tests if t.largest_right is not None), default=None)
    wrong = min((t.smallest_wrong for t in tests if t.smallest_wrong is not None), default=None)
    return (
        f"Tolerances: right programs differ by at most {times(right)} what is allowed, wrong ones by {times(wrong)} "
        "or more."
    )
