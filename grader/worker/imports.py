"""Which packages a submission can import: the standard library's, and those that the assignment allows."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType


class _Gate:
    """Finds modules on the path, as the finder does whose place it takes; but at top level only those admitted."""

    def __init__(self, names: Iterable[str]) -> None:
        self.names = frozenset(names) | sys.stdlib_module_names

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        # The data of sysconfig is a module whose name holds that of the platform.
        if path is None and name not in self.names and not name.startswith("_sysconfigdata"):
            return None
        return PathFinder.find_spec(name, path, target)


def admit_only(names: Iterable[str]) -> None:
    """From now on, no package can be imported but those of the standard library and these.

    Where the others are not mounted or not readable, that keeps the same errors everywhere; in a plain process it is
    all there is, and no wall.
    """
    sys.meta_path[:] = [_Gate(names) if finder is PathFinder else finder for finder in sys.meta_path]
