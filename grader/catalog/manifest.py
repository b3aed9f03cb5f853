"""Reads and checks `assignment.toml`.

A manifest is read strictly: what is not understood is refused, because a misspelt key would silently change how a class
is graded. Each refusal names the file, the key, the rule, the value, and the way out. Points and percentages are exact.
"""

from __future__ import annotations

import difflib
import keyword
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from grader.errors import AssignmentError
from grader.model import Assignment, Exercise, LatePolicy, Limits, Tolerance

MANIFEST = "assignment.toml"
FOLDER = re.compile(r"assignment(?P<number>0|[1-9][0-9]{0,3})_(?P<topic>[a-z][a-z0-9_]*)")


@dataclass(frozen=True, slots=True)
class Rule:
    """What a value must be, in words; `read` gives the value in our own type, or raises ValueError."""

    says: str
    read: Callable[[Any], Any]
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """One table of a manifest, and what to call it in a message."""

    file: str
    where: str
    data: Mapping[str, Any]

    def read(self, required: Mapping[str, Rule], optional: Mapping[str, Rule]) -> dict[str, Any]:
        """The checked values of every required key, and of each optional one that is there."""
        rules = {**required, **optional}
        for key in self.data:
            if key not in rules:
                near = did_you_mean(difflib.get_close_matches(key, rules, n=1))
                raise self.fault(f"there is no key '{key}' here", f"{near}the keys here are {listed(rules)}")
        for key, rule in required.items():
            if key not in self.data:
                raise self.fault(f"'{key}' is missing; it must be {rule.says}", rule.hint or f"add '{key} = …'")
        return {key: self._value(key, rules[key]) for key in self.data}

    def _value(self, key: str, rule: Rule) -> Any:
        try:
            return rule.read(self.data[key])
        except ValueError:
            raise self.wrong(key, f"must be {rule.says}", self.data[key], rule.hint) from None

    def wrong(self, key: str, rule: str, got: object, hint: str = "") -> AssignmentError:
        """The error for a value that breaks a rule."""
        return self.fault(f"'{key}' {rule} (got {_shown(got)})", hint or f"correct '{key}' there")

    def fault(self, says: str, hint: str) -> AssignmentError:
        """The error for anything else in this table."""
        return AssignmentError(f"{self.file}: {self.where}{says}", hint)


def read_manifest(folder: Path) -> Assignment:
    """The assignment that `folder/assignment.toml` describes; the course is two folders up.

    Raises:
        AssignmentError: the manifest cannot be read, is no TOML, or breaks a rule.
    """
    file = folder / MANIFEST
    data = _parse(file)
    values = Table(str(file), "", data).read(_REQUIRED, _OPTIONAL)
    exercises = _read_exercises(str(file), values.pop("exercise"))
    late = LatePolicy(**Table(str(file), "[late] ", values.pop("late", {})).read({}, _LATE))
    limits = _read_limits(Table(str(file), "[limits] ", values.pop("limits", {})))
    return Assignment(
        name=folder.name, root=folder.parent.parent, exercises=exercises, late=late, limits=limits, **values
    )


def did_you_mean(near: Sequence[str]) -> str:
    """The start of a hint: the nearest known name as a question; empty if none is near."""
    return f"did you mean '{near[0]}'? " if near else ""


def listed(names: Iterable[str], word: str = "and") -> str:
    """Names as a sentence has them: `a, b and c`."""
    *rest, last = names
    return f"{', '.join(rest)} {word} {last}" if rest else last


def _parse(file: Path) -> dict[str, Any]:
    try:
        text = file.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text, parse_float=Decimal)
    except OSError as exc:
        raise AssignmentError(f"{file} cannot be read: {exc.strerror}", "make it readable for yourself") from exc
    except UnicodeDecodeError as exc:
        raise AssignmentError(f"{file} must be UTF-8 text (byte {exc.start + 1} is not)", "save it as UTF-8") from exc
    # TOMLDecodeError is a ValueError, and so is a number of 5,000 digits; an exponent can be too large for a Decimal.
    except (ValueError, ArithmeticError, RecursionError) as exc:
        raise AssignmentError(
            f"{file} must be valid TOML: {exc}", "correct it there; https://toml.io explains"
        ) from exc


def _read_limits(table: Table) -> Limits:
    limits = Limits(**table.read({}, _LIMITS))
    if limits.seconds_per_call > limits.seconds_total:
        got = table.data.get("seconds_per_call", limits.seconds_per_call)
        rule = f"must be at most 'seconds_total', {limits.seconds_total:g}"
        raise table.wrong("seconds_per_call", rule, got, "raise 'seconds_total', or lower 'seconds_per_call'")
    return limits


def _read_exercises(file: str, entries: list[dict[str, Any]]) -> tuple[Exercise, ...]:
    exercises: list[Exercise] = []
    for number, data in enumerate(entries, 1):
        name = data.get("name")
        called = f" ({name})" if isinstance(name, str) and name.isidentifier() else ""
        table = Table(file, f"[[exercise]] {number}{called}: ", data)
        exercise = _read_exercise(table)
        earlier = [e.name for e in exercises]
        if exercise.name in earlier:
            raise table.wrong("name", "must be the exercise's own; an earlier one bears it", name, "rename one of them")
        _check_builds_on(table, exercise, earlier, [e.get("name") for e in entries])
        exercises.append(exercise)
    return tuple(exercises)


def _read_exercise(table: Table) -> Exercise:
    values = table.read(_EXERCISE, _EXERCISE_OPTIONAL)
    given = {key: values.pop(key) for key in ("rtol", "atol") if key in values}
    if len(given) == 1:
        (key, value), other = next(iter(given.items())), "atol" if "rtol" in given else "rtol"
        rule = "'rtol' and 'atol' must be either both given or both left out"
        raise table.fault(f"{rule} (got only '{key} = {value:g}')", f"add '{other} = …', or remove '{key}'")
    if given and not any(given.values()):
        raise table.wrong("atol", "must be above 0 where 'rtol' is 0", 0, "an answer is never nearer than not at all")
    return Exercise(**values, tolerance=Tolerance(**given))


def _check_builds_on(table: Table, exercise: Exercise, earlier: list[str], everyone: list[Any]) -> None:
    for base in exercise.builds_on:
        if base in earlier:
            continue
        if base in everyone:
            hint = f"move [[exercise]] {base} above {exercise.name}, or remove it from 'builds_on'"
            raise table.wrong("builds_on", "must name earlier exercises only", base, hint)
        near = did_you_mean(difflib.get_close_matches(base, earlier, n=1))
        hint = f"{near}{f'earlier exercises are {listed(earlier)}' if earlier else 'there is no earlier exercise'}"
        raise table.wrong("builds_on", "must name exercises of this manifest", base, hint)


def _shown(got: object) -> str:
    """A value as an author wrote it in TOML, or nearly, and cut to a length that a line holds."""
    match got:
        case bool():
            text = str(got).lower()
        case str():
            text = repr(got)
        case dict():
            text = "a table"
        case list():
            text = f"[{', '.join(_shown(item) for item in got[:5])}{', …' if len(got) > 5 else ''}]"
        case datetime():
            text = got.isoformat()
        case _:
            text = str(got)
    return text if len(text) <= 100 else text[:99] + "…"


# The rules. A rule's function raises ValueError; `Table` says where, what and how to mend it.


def _refuse_unless(holds: bool) -> None:
    if not holds:
        raise ValueError


def _text(got: Any) -> str:
    _refuse_unless(isinstance(got, str) and bool(got.strip()) and got.isprintable())
    return str(got)


def _identifier(got: Any) -> str:
    _refuse_unless(isinstance(got, str) and got.isascii() and got.isidentifier() and not keyword.iskeyword(got))
    return str(got)


def _names(got: Any) -> tuple[str, ...]:
    _refuse_unless(isinstance(got, list))
    names = tuple(_identifier(item) for item in got)
    _refuse_unless(len(set(names)) == len(names))
    return names


def _due(got: Any) -> datetime:
    _refuse_unless(isinstance(got, datetime) and got.tzinfo is not None)
    return got  # type: ignore[no-any-return]  # checked in the line above


def _exact(lowest: str, highest: str, *, above: bool = False) -> Callable[[Any], Fraction]:
    """An exact number of at most two decimals in a range; `above` leaves the lowest out.

    Points are rounded to hundredths: more decimals could make the maximum unattainable.
    """

    def read(got: Any) -> Fraction:
        _refuse_unless(type(got) in (int, Decimal))
        number = Decimal(got)
        _refuse_unless(number.is_finite() and Decimal(lowest) <= number <= Decimal(highest))
        _refuse_unless(not above or number > Decimal(lowest))
        _refuse_unless(number == 0 or number.adjusted() >= -2)  # as a fraction, 1e-999999999 would fill the memory
        exact = Fraction(number) if number else Fraction(0)
        _refuse_unless(100 % exact.denominator == 0)
        return exact

    return read


def _real(lowest: float, highest: float, *, above: bool = False) -> Callable[[Any], float]:
    def read(got: Any) -> float:
        _refuse_unless(type(got) in (int, Decimal) and Decimal(got).is_finite())  # comparing NaN raises another error
        _refuse_unless(lowest <= got <= highest and not (above and got == lowest))
        return float(got)

    return read


def _whole(lowest: int, highest: int) -> Callable[[Any], int]:
    def read(got: Any) -> int:
        _refuse_unless(type(got) is int and lowest <= got <= highest)  # not isinstance: true is an int to Python
        return int(got)

    return read


def _attempts(got: Any) -> str:
    _refuse_unless(got in ("last", "best"))
    return str(got)


def _table(got: Any) -> dict[str, Any]:
    _refuse_unless(isinstance(got, dict))
    return dict(got)


def _tables(got: Any) -> list[dict[str, Any]]:
    _refuse_unless(isinstance(got, list) and bool(got))
    return [_table(item) for item in got]


_IDENTIFIER = Rule("a Python identifier in ASCII that is no keyword", _identifier)
_SECONDS = Rule("a number above 0 and at most 3600", _real(0, 3600, above=True))
_TOLERANCE = Rule("a number from 0 to 1", _real(0, 1), "write it like 1e-7")
_PERCENT = Rule("a number from 0 to 100, with at most two decimals", _exact("0", "100"))
_ANY_TEXT = Rule("a text of one line that is not empty", _text)

_REQUIRED = {
    "title": _ANY_TEXT,
    "module": Rule(
        "a Python identifier in ASCII that is no keyword",
        _identifier,
        "it is the name of the submitted file without .py: 'convolution' for convolution.py",
    ),
    "exercise": Rule("one or more tables", _tables, "write [[exercise]] on a line of its own, its keys below"),
}
_OPTIONAL = {
    "attempts": Rule('"last" or "best"', _attempts, "it says which hand-in counts, where somebody handed in several"),
    "due": Rule("a date and time with a time zone", _due, "write it without quotes, like 2026-12-01T23:59:00+01:00"),
    "allowed_imports": Rule(
        "a list of the top-level names of modules, each once",
        _names,
        'write it like ["numpy"]; "torch" covers torch.nn',
    ),
    "late": Rule("a table", _table, "write [late] on a line of its own, its keys below"),
    "limits": Rule("a table", _table, "write [limits] on a line of its own, its keys below"),
}
_LATE = {
    "grace_minutes": Rule("a whole number from 0 to 525600", _whole(0, 525_600)),
    "percent_per_day": _PERCENT,
    "max_percent": _PERCENT,
    "max_days": Rule("a whole number from 1 to 3650", _whole(1, 3650), "leave it out to accept it however late"),
}
_LIMITS = {
    "seconds_per_call": _SECONDS,
    "seconds_total": _SECONDS,
    "memory_mb": Rule("a whole number from 16 to 1048576", _whole(16, 1_048_576)),
}
_EXERCISE = {
    "name": _IDENTIFIER,
    "points": Rule("a number above 0 and at most 10000, with at most two decimals", _exact("0", "10000", above=True)),
    "concept": _ANY_TEXT,
    "slide": _ANY_TEXT,
}
_EXERCISE_OPTIONAL = {
    "attempts": Rule('"last" or "best"', _attempts, "it says which hand-in counts, where somebody handed in several"),
    "rtol": _TOLERANCE,
    "atol": _TOLERANCE,
    "builds_on": Rule("a list of the names of earlier exercises, each once", _names),
    "seconds_per_call": _SECONDS,
}
