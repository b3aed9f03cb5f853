"""The file of sealed tests, as JSON. Inputs are frames of `wire`, so that nothing in the file is ever executed."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from grader import wire
from grader.errors import RequestError
from grader.model import Case, Tolerance
from grader.sealing.locks import Lock
from grader.sealing.model import Rung, SealedAnswer, SealedCall, SealedHint, SealedTest, SealedTests, WrongAnswer
from grader.sealing.sketch import Sketch
from grader.wire import WireError

SEALED_TESTS = "sealed_tests.json"
# History of the file:
# 1: first.
FORMAT_VERSION = 1


def to_json(sealed: SealedTests) -> str:
    """The file's text. Raises WireError if an input cannot be written down."""
    document = {
        "format_version": FORMAT_VERSION,
        "assignment": sealed.assignment,
        "withheld": dict(sealed.withheld),
        "tests": [_test(test) for test in sealed.tests],
        "hints": [_hint(hint) for hint in sealed.hints],
    }
    return json.dumps(document, separators=(",", ":"), allow_nan=False) + "\n"


def from_json(text: str) -> SealedTests:
    """The sealed tests that `to_json` wrote. Raises RequestError for any other text."""
    again = "Unpack the assignment's bundle again, or install the version of deepgrade that came with it."
    try:
        document = json.loads(text)
        version = document["format_version"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise RequestError(f"{SEALED_TESTS} is damaged ({type(exc).__name__}: {exc})", again) from exc
    if version != FORMAT_VERSION:
        raise RequestError(f"{SEALED_TESTS} must be of format {FORMAT_VERSION} (got {version!r})", again)
    try:
        return SealedTests(
            document["assignment"],
            tuple(map(_read_test, document["tests"])),
            tuple(map(_read_hint, document["hints"])),
            document["withheld"],
        )
    except (ValueError, KeyError, TypeError, LookupError, AttributeError, WireError) as exc:
        raise RequestError(f"{SEALED_TESTS} is damaged ({type(exc).__name__}: {exc})", again) from exc


def _test(test: SealedTest) -> dict[str, Any]:
    head = {name: getattr(test, name) for name in ("exercise", "name", "title", "weight", "visible")}
    return head | {"calls": [_call(c) for c in test.calls], "answers": [_answer(a) for a in test.answers]}


def _read_test(data: Mapping[str, Any]) -> SealedTest:
    calls = tuple(_read_call(call, data["exercise"]) for call in data["calls"])
    answers = tuple(map(_read_answer, data["answers"]))
    head = {name: data[name] for name in ("exercise", "name", "title", "weight", "visible")}
    return SealedTest(**head, calls=calls, answers=answers)


def _call(call: SealedCall) -> dict[str, Any]:
    case = call.case
    answer = {"want": framed(call.want)} if call.open else {"form": call.form, "sketches": _sketches(call.sketches)}
    return {
        "function": case.function,
        "arguments": framed(wire.ReadOnly([list(case.args), dict(case.kwargs)])),
        "inputs": [[name, *_source(value, case)] for name, value in case.inputs.items()],
        "tolerance": [case.tolerance.rtol, case.tolerance.atol],
        "read_only": case.read_only,
        **answer,
    }


def _read_call(data: Mapping[str, Any], exercise: str) -> SealedCall:
    args, kwargs = unframed(data["arguments"])
    sources = {"argument": args, "keyword": kwargs}
    inputs = {n: sources[k][key] if k in sources else unframed(key) for n, k, key in data["inputs"]}
    rtol, atol = data["tolerance"]
    case = Case(exercise, data["function"], tuple(args), kwargs, inputs, Tolerance(rtol, atol), data["read_only"])
    if "want" in data:
        return SealedCall(case, want=unframed(data["want"]), open=True)
    return SealedCall(case, data["form"], _read_sketches(data["sketches"]))


def _source(value: Any, case: Case) -> tuple[str, Any]:
    """Where an input stands: it is one of the arguments, or a default."""
    for i, argument in enumerate(case.args):
        if argument is value:
            return "argument", i
    for key, argument in case.kwargs.items():
        if argument is value:
            return "keyword", key
    return "default", framed(value)


def _answer(answer: SealedAnswer) -> dict[str, Any]:
    rungs = [{"digits": r.digits, "sketch": _sketch(r.sketch), "lock": _lock(r.lock)} for r in answer.rungs]
    return {"of": answer.members, "lock": _lock(answer.lock), "rungs": rungs}


def _read_answer(data: Mapping[str, Any]) -> SealedAnswer:
    rungs = tuple(Rung(r["digits"], _read_sketch(r["sketch"]), _read_lock(r["lock"])) for r in data["rungs"])
    return SealedAnswer(_places(data["of"]), _read_lock(data["lock"]), rungs)


def _hint(hint: SealedHint) -> dict[str, Any]:
    told = [[w.test, w.call, w.form, _sketches(w.sketches)] for w in hint.told]
    key = [_text(hint.salt), hint.log_rounds, _text(hint.nonce)]
    places = {"differs": hint.differs, "shared": hint.shared}
    return {"exercise": hint.exercise, **places, "told": told, "key": key, "box": _text(hint.box)}


def _read_hint(data: Mapping[str, Any]) -> SealedHint:
    told = tuple(WrongAnswer(test, call, form, _read_sketches(s)) for test, call, form, s in data["told"])
    salt, log_rounds, nonce = data["key"]
    return SealedHint(
        exercise=data["exercise"],
        differs=_places(data["differs"]),
        told=told,
        shared=_places(data["shared"]),
        salt=_bytes(salt),
        log_rounds=log_rounds,
        nonce=_bytes(nonce),
        box=_bytes(data["box"]),
    )


def _places(pairs: Any) -> tuple[tuple[int, int], ...]:
    return tuple((first, second) for first, second in pairs)


def _sketches(sketches: tuple[Sketch, ...]) -> list[Any]:
    return [_sketch(sketch) for sketch in sketches]


def _read_sketches(data: Any) -> tuple[Sketch, ...]:
    return tuple(map(_read_sketch, data))


def _sketch(sketch: Sketch) -> list[Any]:
    return [sketch.step, sketch.levels, _text(sketch.offsets), sketch.real] if sketch.real else []


def _read_sketch(data: Any) -> Sketch:
    if not data:
        return Sketch()
    step, levels, offsets, real = data
    return Sketch(step, levels, _bytes(offsets), real)


def _lock(lock: Lock) -> list[Any]:
    return [_text(lock.salt), lock.log_rounds, _text(lock.tag)]


def _read_lock(data: Any) -> Lock:
    salt, log_rounds, tag = data
    return Lock(_bytes(salt), log_rounds, _bytes(tag))


def framed(value: Any) -> str:
    """A value as text: a frame of `wire` in base 64."""
    return _text(wire.join(wire.encode(value)))


def unframed(text: str) -> Any:
    """The value of such a text. Raises WireError, or ValueError where it is no base 64."""
    raw = _bytes(text)
    header, _ = wire.sizes(raw[: wire.PREFIX.size])
    start = wire.PREFIX.size
    return wire.decode(raw[start : start + header], raw[start + header :], read_only=True)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def _bytes(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
