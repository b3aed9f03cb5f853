"""What hidden tests hold of a submission: its module, its functions, and the objects that live in the worker."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from grader import wire


@dataclass(frozen=True, slots=True)
class Answer:
    """What a call came to. `stdout` is what the submission printed: for staff only.

    `shares_memory` and `changed` (an argument, by the call) are told where arguments were read-only. They, and `warned`
    (how many RuntimeWarnings), are the worker's word, which a submission could forge: they may cost a test, and must
    never earn more than one.
    """

    value: Any
    shares_memory: bool
    stdout: str
    warned: int = 0
    changed: bool = False


class Session(Protocol):
    """What these objects ask of the session that they belong to (see `student.Session`)."""

    def call(
        self,
        path: str,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        *,
        seconds: float | None = None,
        read_only: bool = False,
        request: wire.Prepared | None = None,
        target: RemoteObject | None = None,
    ) -> Answer:
        """Call a function of the submission, or of an object."""

    def get(self, target: RemoteObject, name: str) -> Any:
        """An attribute of an object."""

    def set(self, target: RemoteObject, name: str, value: Any) -> None:
        """Set an attribute of an object."""

    def operate(self, target: RemoteObject, operation: str, *operands: Any) -> Any:
        """The result of an operator."""

    def forget(self, number: int, generation: int) -> None:
        """An object is not needed any more."""

    def name_of(self, target: RemoteObject) -> str:
        """The class of an object."""


class StudentModule:
    """The submission's module: `student.f` is its function `f`. Other attributes it has none: they would hide some."""

    __slots__ = ("__session",)

    def __init__(self, session: Session) -> None:
        self.__session = session

    def __getattr__(self, name: str) -> RemoteFunction:
        if name.startswith("_"):
            raise AttributeError(f"a submission is asked for public names only (got {name!r})")
        return RemoteFunction(self.__session, name)


@dataclass(frozen=True, slots=True)
class RemoteFunction:
    """A function or class of the submission, or, with a `target`, a method of one of its objects."""

    session: Session
    path: str
    target: RemoteObject | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """The value that the call returns. Raises StudentError."""
        return self.session.call(self.path, args, kwargs, target=self.target).value


def _operator(name: str) -> Callable[..., Any]:
    def apply(self: RemoteObject, *others: Any) -> Any:
        return session_of(self).operate(self, name, self, *others)

    return apply


def _reflected(name: str) -> Callable[..., Any]:
    def apply(self: RemoteObject, other: Any) -> Any:
        return session_of(self).operate(self, name, other, self)

    return apply


class RemoteObject(wire.NoData):
    """An object that lives in the worker. Attributes, calls and operators are forwarded; it is no data by itself."""

    __slots__ = ("__generation", "__session", "__stand")

    def __init__(self, session: Session, stand: wire.Handle, generation: int) -> None:
        object.__setattr__(self, "_RemoteObject__session", session)
        object.__setattr__(self, "_RemoteObject__stand", stand)
        object.__setattr__(self, "_RemoteObject__generation", generation)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return session_of(self).get(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        session_of(self).set(self, name, value)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the object itself."""
        return session_of(self).call("", args, kwargs, target=self).value

    def __del__(self) -> None:
        session_of(self).forget(stand_of(self).number, generation_of(self))

    def __repr__(self) -> str:
        return f"<{session_of(self).name_of(self)} in the submission>"

    __add__, __radd__ = _operator("add"), _reflected("add")
    __sub__, __rsub__ = _operator("sub"), _reflected("sub")
    __mul__, __rmul__ = _operator("mul"), _reflected("mul")
    __truediv__, __rtruediv__ = _operator("truediv"), _reflected("truediv")
    __floordiv__, __rfloordiv__ = _operator("floordiv"), _reflected("floordiv")
    __mod__, __rmod__ = _operator("mod"), _reflected("mod")
    __pow__, __rpow__ = _operator("pow"), _reflected("pow")
    __matmul__, __rmatmul__ = _operator("matmul"), _reflected("matmul")
    __neg__, __pos__, __abs__ = _operator("neg"), _operator("pos"), _operator("abs")
    __getitem__, __setitem__, __delitem__ = _operator("getitem"), _operator("setitem"), _operator("delitem")


# Outside of the class, because each name in it would hide one of the submission's.


def session_of(remote: RemoteObject) -> Session:
    """The session that a remote object belongs to."""
    session: Session = object.__getattribute__(remote, "_RemoteObject__session")
    return session


def stand_of(remote: RemoteObject) -> wire.Handle:
    """What is sent in the place of a remote object."""
    stand: wire.Handle = object.__getattribute__(remote, "_RemoteObject__stand")
    return stand


def generation_of(remote: RemoteObject) -> int:
    """Which worker of the session a remote object lives in."""
    generation: int = object.__getattribute__(remote, "_RemoteObject__generation")
    return generation
