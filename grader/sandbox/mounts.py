"""What is visible inside the bwrap sandbox: the interpreter, the allowed packages, and the few files of ours.

Everything is mounted read-only, and everything else of this computer is absent: hidden tests, references, other
packages, the home folder.
"""

from __future__ import annotations

import importlib.util
import os
import py_compile
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import grader

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


def arguments(entries: Iterable[Path]) -> list[str]:
    """The options for bwrap that make up the file system, with these entries of packages."""
    system = [path for path in _system() if path.exists()]
    binds = {str(path): path for path in system if not path.is_symlink()}
    binds |= {f"{PACKAGES}/{path.name}": path for path in sorted(entries)}
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


def system_without_packages() -> list[Path]:
    """What of the system is readable where nothing can be mounted: `_system`, but for folders of installed packages."""
    system = list(dict.fromkeys(path.resolve() for path in _system() if path.exists()))
    packages = [path.resolve() for path in _site_packages(system)]
    return [part for path in system for part in _without(path, packages)]


def own_paths() -> list[Path]:
    """The files of ours that the worker needs, where they are."""
    folder = Path(grader.__file__).resolve().parent
    return [folder / name for name in OWN_FILES]


def _without(path: Path, excluded: Sequence[Path]) -> Iterator[Path]:
    """The parts of a folder, as few as possible, that hold none of the excluded ones."""
    if not any(other.is_relative_to(path) for other in excluded):
        yield path
    elif path not in excluded:
        for inner in path.iterdir():
            if not inner.is_symlink():
                yield from _without(inner, excluded)


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
