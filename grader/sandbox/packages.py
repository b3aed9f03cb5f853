"""The installed packages that a submission may use: the allowed ones, and all that they depend on."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Iterable
from importlib import metadata
from pathlib import Path

from grader.errors import RequestError


def importable(found: Iterable[Path]) -> list[str]:
    """The names under which the entries of packages are imported."""
    return sorted({path.name.partition(".")[0] for path in found})


def entries(imports: Iterable[str]) -> set[Path]:
    """The files and folders that make up the allowed packages and all that they depend on.

    Raises RequestError if one of them is not installed.
    """
    found_entries: set[Path] = set()
    pending, seen = list(imports), set[str]()
    while pending:
        name = pending.pop()
        if name in sys.stdlib_module_names or name in seen:
            continue
        seen.add(name)
        try:
            found = _distribution(name)
        except metadata.PackageNotFoundError:
            raise RequestError(
                f"the assignment allows {name!r}, which is not installed here", f"pip install {name}"
            ) from None
        found_entries |= _top_level(found, name)
        pending += [required for required in _requirements(found) if _installed(required)]
    return found_entries


def _distribution(name: str) -> metadata.Distribution:
    """The distribution of that name, or the one that brings an import of that name."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        bringing = metadata.packages_distributions().get(name)
        if not bringing:
            raise
        return metadata.distribution(bringing[0])


def _installed(name: str) -> bool:
    try:
        _distribution(name)
    except metadata.PackageNotFoundError:
        return False
    return True


def _requirements(distribution: metadata.Distribution) -> list[str]:
    requires = distribution.requires
    if not requires:
        return []
    from packaging.requirements import Requirement

    parsed = [Requirement(text) for text in requires]
    return [r.name for r in parsed if r.marker is None or r.marker.evaluate({"extra": ""})]


def _top_level(distribution: metadata.Distribution, name: str) -> set[Path]:
    """The top-level entries of a distribution. Its record is read as text: torch lists 15,000 files."""
    record = distribution.read_text("RECORD")
    if record is None:  # as with the packages of a Linux distribution
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None:
            return set()
        origin = Path(spec.origin)
        return {origin.parent if spec.submodule_search_locations else origin}
    tops = {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}
    folder = Path(str(distribution.locate_file("")))
    return {folder / top for top in tops - {"", "..", "__pycache__"} if (folder / top).exists()}
