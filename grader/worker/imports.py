"""Which packages a submission can import: the standard library's, and those that the assignment allows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any


class _Gate:
    """Stands before all other finders, and finds nothing; but it refuses the names that are not to be found."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names) | sys.stdlib_module_names

    def find_spec(self, name: str, path: Sequence[str] | None, _target: Any = None) -> None:
        """Refuse a top-level name that is not admitted; leave all others to the finders behind."""
        # The data of sysconfig is a module whose name holds that of the platform.
        if path is None and name not in self.names and not name.startswith("_sysconfigdata"):
            raise ModuleNotFoundError(f"{name} is not allowed in this assignment", name=name)


def admit_only(names: Iterable[str]) -> None:
    """From now on, no package can be imported but those of the standard library and these.

    Where nothing else is mounted or readable, this only gives the better message; in a plain process it is all there
    is, and no wall.
    """
    sys.meta_path.insert(0, _Gate(names))
