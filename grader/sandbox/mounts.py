"""What is visible inside the bwrap sandbox: the interpreter, the allowed packages, and the few files of ours.

Everything is mounted read-only, and everything else of this computer is absent: hidden tests, references, other
packages, the home folder.
"""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path

import grader
from grader.errors import RequestError

ROOT = "/sandbox"
OWN, PACKAGES = f"{ROOT}/own", f"{ROOT}/packages"
# The only files of ours in there. `grader/sandbox/__init__.py` stays out: it would pull in the trusted side.
OWN_FILES = (
    "__init__.py",
    "errors.py",
    "wire",
    "worker",
    *(f"sandbox/{n}.py" for n in ("confine", "kernel", "landlock", "seccomp", "selftest", "syscalls", "zygote")),
)
_LIBRARIES = ("/usr/lib", "/usr/lib64", "/usr/lib32", "/usr/libx32", "/lib", "/lib64", "/lib32", "/libx32")
_DEVICES = ("/dev/null", "/dev/urandom")


def interpreter() -> Path:
    """The executable of the interpreter itself, below any virtual environment."""
    # Not in the documentation, but what venv itself goes by.
    return Path(getattr(sys, "_base_executable", sys.executable)).resolve()


def arguments(imports: Iterable[str]) -> list[str]:
    """The options for bwrap that make up the file system; RequestError if an allowed package is not installed."""
    system = [path for path in _system() if path.exists()]
    binds = {str(path): path for path in system if not path.is_symlink()}
    binds |= {f"{PACKAGES}/{path.name}": path for path in sorted(_entries(imports))}
    binds |= {f"{OWN}/grader/{name}": path for name, path in _own_files()}
    options = ["--proc", "/proc", "--dir", "/box", "--dir", PACKAGES]
    for target in _ancestors([*binds, "/dev/null"]):
        options += ["--perms", "0755", "--dir", target]
    for path in system:
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
    for target, source in binds.items():
        options += ["--ro-bind", str(source), target]
    for device in _DEVICES:
        options += ["--dev-bind", device, device]
    for covered in _site_packages(system):
        options += ["--tmpfs", str(covered), "--remount-ro", str(covered)]
    return [*options, "--chdir", "/", "--remount-ro", "/"]


def readable() -> list[str]:
    """The folders that Landlock has to leave readable: those of `arguments`."""
    return [ROOT, *(str(path) for path in _system() if path.exists() and not path.is_symlink())]


def _system() -> list[Path]:
    """The interpreter with its standard library, and the shared libraries of the system."""
    library = Path(os.__file__).resolve().parents[1]
    paths = [*map(Path, _LIBRARIES), Path("/etc/ld.so.cache"), interpreter()]
    inside = any(library.is_relative_to(path) for path in paths)
    return paths if inside else [*paths, library]


def _site_packages(system: Iterable[Path]) -> Iterator[Path]:
    """Folders of installed packages within the mounted ones; only what is allowed may be seen."""
    for folder in system:
        if folder.is_dir() and not folder.is_symlink():
            for pattern in ("python3*/site-packages", "python3*/dist-packages"):
                yield from (path for path in folder.glob(pattern) if path.is_dir() and not path.is_symlink())


def _ancestors(targets: Iterable[str]) -> list[str]:
    """Every folder above a mount point, outermost first: bwrap would make them unreadable for other users."""
    folders = {parent for target in targets for parent in Path(target).parents}
    return sorted(str(folder) for folder in folders - {Path("/")})


def _own_files() -> Iterator[tuple[str, Path]]:
    """Our files with their compiled form, without which each start would compile them anew."""
    folder = Path(grader.__file__).parent
    for name in OWN_FILES:
        path = folder / name
        yield name, path
        compiled = [_compiled(source) for source in (path.glob("*.py") if path.is_dir() else [path])]
        if path.is_file() and compiled[0] is not None:
            yield str(Path(name).parent / "__pycache__" / compiled[0].name), compiled[0]


def _compiled(source: Path) -> Path | None:
    target = Path(importlib.util.cache_from_source(str(source), optimization=""))
    try:
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            py_compile.compile(str(source), str(target), doraise=True, optimize=0)
    except (OSError, py_compile.PyCompileError):
        return None
    return target


def _entries(imports: Iterable[str]) -> set[Path]:
    """The files and folders that make up the allowed packages and all that they depend on."""
    entries: set[Path] = set()
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
        entries |= _top_level(found, name)
        pending += [required for required in _requirements(found) if _installed(required)]
    return entries


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
