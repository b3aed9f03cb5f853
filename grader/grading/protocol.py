"""One hidden test, run as pytest runs it, less what grading has no use for.

pytest's own protocol calls a dozen hooks around each phase, to report, to capture and to count; that takes longer than
most tests. Here remain the phases themselves: fixtures are set up and torn down by pytest, and the test is called
through `pytest_pyfunc_call`. Marks such as skip are hooks too, so that hidden tests must do without (`check_item`).
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from grader.agreement import OracleError


def run_item(item: pytest.Item, following: pytest.Item | None) -> BaseException | None:
    """What the test raised, whichever of its phases raised first; None if it passed.

    `following` is the test that comes next: fixtures that it shares stay up. Raises KeyboardInterrupt and pytest's
    Exit.
    """
    item._initrequest()  # type: ignore[attr-defined] # a function's, as pytest's protocol does
    try:
        error = error_of("setup", lambda: item.session._setupstate.setup(item))
        if error is None:
            error = error_of("call", item.runtest)
        torn = error_of("teardown", lambda: item.session._setupstate.teardown_exact(following))
    finally:
        item._request = False  # type: ignore[attr-defined]
        item.funcargs = None  # type: ignore[attr-defined]
    return error or torn


def tear_down(item: pytest.Item) -> None:
    """End all fixtures that stand, before an item is left out: the one before was told that it follows."""
    item.session._setupstate.teardown_exact(None)


def error_of(phase: str, act: Callable[[], object]) -> BaseException | None:
    """What a phase of a test raised, or None. Raises KeyboardInterrupt and pytest's Exit."""
    try:
        act()
    except (KeyboardInterrupt, pytest.exit.Exception):
        raise
    except BaseException as exc:
        return OracleError(f"{phase}: {exc!r}") if _is_ours(phase, exc) else exc
    return None


def _is_ours(phase: str, error: BaseException) -> bool:
    """Whether the author of the test is to blame, whatever the submission answered."""
    by_author = isinstance(error, (NameError, ImportError))
    return by_author or phase == "teardown" or (phase != "call" and isinstance(error, AssertionError))
