"""What a release holds, what it had to leave out, and how hard its seals are to guess."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from grader.console.lines import say
from grader.grading.recording import Recording, Withheld
from grader.printable import one_line
from grader.sealing import SealedTests
from grader.sealing.entropy import MOST
from grader.sealing.locks import GUESSES_PER_SECOND, years_to_guess


def print_bundle(console: Console, recording: Recording, paths: Sequence[Path]) -> None:
    """Print where the bundle is, and every test and hint that students do not get, with the reason."""
    sealed = recording.sealed
    for path in paths:
        say(console, f"written: {path}")
    locked = sum(not test.visible for test in sealed.tests)
    say(console, f"{locked} hidden tests are sealed, {len(sealed.tests) - locked} visible ones in the open.", "bold")
    say(console, f"{len(sealed.hints)} hints unlock themselves.")
    _print_left_out(console, "Tests withheld, which run at the final grading only", recording.withheld)
    _print_left_out(console, "Hints left out", recording.silent)


def _print_left_out(console: Console, what: str, left_out: Sequence[Withheld]) -> None:
    if left_out:
        console.print()
        say(console, f"{what}: {len(left_out)}", "yellow")
    for one in left_out:
        say(console, f"{one.exercise} {one_line(one.name)}: {one.why}".strip(), indent=2, hanging=2)


def print_seals(console: Console, sealed: SealedTests) -> None:
    """Print of every lock what it is worth, and how long it would take to guess."""
    console.print()
    say(console, "What it would take to guess the cells of each seal", "bold")
    say(
        console,
        f"One graphics card that makes {GUESSES_PER_SECOND:.0e} guesses a second at 2⁴ rounds of scrypt, and knows "
        "nothing of the answer but its size, the inputs, and that it may copy numbers and runs of numbers of them. "
        "Whoever knows how the answer is computed, be it only that it is an input in another order, need not guess: "
        "that is the exercise.",
        "dim",
    )
    for test in sealed.tests:
        for answer in test.answers:
            calls = ", ".join(str(call + 1) for call in dict.fromkeys(call for call, _ in answer.members))
            _print_seal(console, f"{test.exercise} {test.name}, call {calls}", answer.bits, answer.lock.log_rounds)
    for hint in sealed.hints:
        _print_seal(console, f"{hint.exercise}, a hint", hint.bits, hint.log_rounds)


def _print_seal(console: Console, what: str, bits: float, log_rounds: int) -> None:
    worth = f"{bits:.0f} bits" if bits < MOST else f"{MOST:.0f} bits or more"
    years = f"{years_to_guess(bits, log_rounds):.0e} years{' at least' if bits >= MOST else ''}"
    say(console, f"{one_line(what)}: {worth}, scrypt 2^{log_rounds}, {years}", indent=2, hanging=2)
