"""Which of its pieces spoils a program that trains: found with right pieces in the places of the submission's own.

With right ones in all places but one, whatever still goes wrong is that one's doing. So a piece is found out even if it
passes its own tests, and so are several at once.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

Mends = Callable[[Collection[str]], bool]


def guilty_pieces(pieces: Sequence[str], mends: Mends) -> tuple[str, ...] | None:
    """The pieces that spoil a program; None if it goes wrong without them too.

    `mends` says whether the program is right with right ones in the place of some of its pieces.
    """
    if not mends(pieces):
        return None
    return tuple(piece for piece in pieces if not mends([other for other in pieces if other != piece]))


def blame(exercise: str, guilty: Sequence[str] | None) -> str:
    """The sentence that names the guilty pieces; "" where each is innocent alone."""
    if guilty is None:
        return f"The mistake is in {exercise} itself: it is still there when all other functions are right."
    if not guilty:
        return ""
    names = " and ".join(f"your {name}" for name in guilty)
    return f"What spoils it is {names}: with a right one in {'its' if len(guilty) == 1 else 'each'} place, it is right."
