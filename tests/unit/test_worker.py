"""The worker, as a real process that is asked over its channel."""

import site
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import grader
from grader import wire
from grader.sandbox.exchange import Exchange, LostError
from grader.sandbox.launcher import Policy
from grader.sandbox.process import ProcessLauncher, launch
from grader.worker import MAX_OUTPUT_PER_CALL

SECONDS = 30.0
Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def launcher() -> Iterator[ProcessLauncher]:
    with launch(Policy(("numpy", "rich"))) as launched:
        yield launched


@pytest.fixture
def load(launcher: ProcessLauncher) -> Iterator[Callable[..., tuple[dict[str, Any], Ask]]]:
    """Loads sources into a fresh worker; gives the report of loading, and a function that asks."""
    with ExitStack() as stack:

        def load_sources(*sources: str, allowed: tuple[str, ...] = ("numpy",)) -> tuple[dict[str, Any], Ask]:
            exchange = Exchange(launcher.start(), 1024, {1: lambda x: x * 2}, lambda v, _: v, lambda stand: stand)
            stack.callback(exchange.close)

            def ask(op: str, **fields: Any) -> dict[str, Any]:
                return exchange.ask({"op": op, **fields}, time.monotonic() + SECONDS)

            parts = tuple((f"part{i}.py", source) for i, source in enumerate(sources))
            return ask("load", module="conv", parts=parts, allowed=allowed)["value"], ask

        yield load_sources


def call(ask: Ask, path: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
    return ask("call", path=path, args=args, kwargs=kwargs)


def test_failing_statement_leaves_the_rest(load):
    """A statement that fails is reported by part, line and class; all others are executed."""
    report, ask = load("x = 1\ny = nothing\ndef f():\n    return x\n")

    faults = [(p["part"], p["line"], p["named"]) for p in report["problems"]]
    assert (faults, call(ask, "f")["value"]) == ([(0, 2, "NameError")], 1)


def test_failing_line_is_the_innermost(load):
    """The line of a fault is where it happened, not where the statement begins."""
    report, _ = load("def f():\n    return 1 / 0\n\n\nf()\n")

    assert report["problems"][0]["line"] == 2


def test_syntax_error_leaves_other_parts(load):
    """A cell that does not parse is reported with its column; the other cells are executed."""
    report, ask = load("x = (1,\n", "def f():\n    return 5\n")

    fault = report["problems"][0]
    assert (fault["part"], fault["line"], fault["column"], call(ask, "f")["value"]) == (0, 1, 5, 5)


@pytest.mark.parametrize("source", ["x = '\0'", "(" * 2000, "-" * 100_000 + "1", "return 1", "x = 1 if"])
def test_unparsable_sources_are_reported(load, source):
    """Whatever the parser thinks of a source, the worker lives on."""
    report, ask = load(source, "def f():\n    return 5\n")

    assert (len(report["problems"]), call(ask, "f")["value"]) == (1, 5)


def test_exit_at_top_level_is_a_fault(load):
    """A file that ends the interpreter is read to its end all the same."""
    report, ask = load("import sys\nsys.exit(0)\ndef f():\n    return 5\n")

    assert (report["problems"][0]["named"], call(ask, "f")["value"]) == ("SystemExit", 5)


def test_module_can_be_found_by_dataclasses(load):
    """Postponed annotations need the module in sys.modules, and the future import in every statement."""
    report, ask = load(
        "from __future__ import annotations\n"
        "from dataclasses import dataclass, fields\n"
        "@dataclass\nclass P:\n    x: 'int'\n    y: Later\n"
        "def f():\n    return [f.name for f in fields(P)]\n"
    )

    assert (report["problems"], call(ask, "f")["value"]) == ([], ["x", "y"])


def test_main_block_does_not_run(load):
    """The module's name is its own, so a block for scripts stays quiet."""
    report, ask = load("if __name__ == '__main__':\n    1 / 0\ndef f():\n    return __name__\n")

    assert (report["problems"], call(ask, "f")["value"]) == ([], "conv")


def test_forbidden_import_fails_with_a_reason(load):
    """A package that is not allowed is refused even where it is installed, also inside of a function."""
    report, ask = load("import json, numpy.linalg\ndef f():\n    import pytest\n", "from click import echo\n")

    assert report["problems"][0]["private"].endswith("click is not allowed in this assignment")
    assert call(ask, "f")["error"]["named"] == "ModuleNotFoundError"
    assert report["imports"] == [("json", 1, 0), ("numpy", 1, 0), ("pytest", 3, 0), ("click", 1, 1)]


def test_allowed_packages_import_what_they_need(load):
    """The dependencies of an allowed package need not be allowed themselves."""
    report, _ = load("import rich.console\n", allowed=("rich",))

    assert report["problems"] == []


def test_functions_are_listed_with_parameters(load):
    """The report names what is defined at top level, and what it takes."""
    report, _ = load("def f(a, /, b, *c, d=1, **e): ...\nclass K:\n    def __init__(self, x): ...\n")

    assert report["functions"] == {"f": ["a", "b", "*c", "d", "**e"], "K": ["x"]}


def test_nothing_of_the_grader_is_importable(load):
    """Neither the toolkit's folder nor the current one is on the path of a submission."""
    _, ask = load("import sys\ndef f():\n    return sys.path\n")

    ours = {"", ".", str(Path(grader.__file__).parents[1])} - set(site.getsitepackages())
    assert not ours & set(call(ask, "f")["value"])


def test_output_is_kept_apart_and_bounded(load):
    """What is printed neither reaches the channel nor grows without bound."""
    _, ask = load("import os, sys\ndef f():\n    print('x' * 200_000)\n    os.write(1, b'raw')\n    return 3\n")

    reply = call(ask, "f")
    assert (reply["value"], len(reply["stdout"])) == (3, MAX_OUTPUT_PER_CALL)


def test_stdin_is_empty(load):
    """A question to the keyboard fails instead of waiting."""
    _, ask = load("def f():\n    return input()\n")

    assert call(ask, "f")["error"]["named"] == "EOFError"


@pytest.mark.parametrize(
    ("statement", "kind", "named"),
    [
        ("raise ValueError('x')", "ValueError", "ValueError"),
        ("raise type('Mine', (IndexError,), {})", "IndexError", "IndexError"),
        ("'a'.encode('ascii').decode('utf-16')", "ValueError", "UnicodeDecodeError"),
        ("1 / 0", "ZeroDivisionError", "ZeroDivisionError"),
        ("nothing", "NameError", "NameError"),
        ("raise SystemExit(3)", "Exception", "SystemExit"),
        ("raise KeyboardInterrupt", "Exception", "KeyboardInterrupt"),
        ("raise TimeoutError", "Exception", "TimeoutError"),
        ("f()", "Exception", "RecursionError"),
        ("bytes(2**50)", "Exception", "MemoryError"),
        ("raise BaseExceptionGroup('x', [KeyboardInterrupt()])", "Exception", "BaseExceptionGroup"),
        ("raise type('Bad', (ValueError,), {'__str__': lambda s: 1 / 0})", "ValueError", "ValueError"),
    ],
)
def test_exceptions_are_told_by_class_and_line(load, statement, kind, named):
    """An exception is told by the first base on the white list, and the line where it happened."""
    _, ask = load(f"def f():\n    {statement}\n")

    error = call(ask, "f")["error"]
    assert (error["where"], error["kind"], error["named"], error["line"]) == ("body", kind, named, 2)


def test_wrong_arguments_are_told_from_faults_inside(load):
    """A call that the function does not accept never reaches its body."""
    _, ask = load("def f(x):\n    return g(x)\ndef g():\n    pass\n")

    where = [call(ask, "f", *args)["error"]["where"] for args in ((), (1,))]
    assert where == ["arguments", "body"]


@pytest.mark.parametrize("path", ["nothing", "number", "f.nothing", "", "__nothing__"])
def test_what_is_not_there_is_missing(load, path):
    """A name that is not defined, or no function, is missing."""
    _, ask = load("number = 3\ndef f(): ...\n")

    assert call(ask, path)["error"]["where"] == "missing"


def test_arguments_are_fresh_copies(load):
    """A function may change its arguments, and numpy arrays arrive writable."""
    _, ask = load("def f(x):\n    x[0] = 7\n    return x\n")

    assert call(ask, "f", np.zeros(2))["value"].tolist() == [7, 0]


@pytest.mark.parametrize(
    ("statement", "argument", "changed"),
    [
        ("x.append(1)", [2.0], True),
        ("x[0].append(1)", ([2.0],), True),
        ("x.update(a=1)", {"a": 0}, True),
        ("x.shape = (1, 4)", np.zeros(4), True),
        ("x[1].dtype = np.int64", (1, np.zeros(2)), True),
        ("x[1].sum()", (1, np.zeros(2)), False),
        ("x = x + [1]", [np.nan], False),
    ],
)
def test_changes_of_read_only_arguments_are_told(load, statement, argument, changed):
    """What cannot be kept from changing is looked at: lists, dicts, and what an array is said to be."""
    _, ask = load(f"import numpy as np\ndef f(x):\n    {statement}\n")

    reply = ask("call", path="f", args=wire.ReadOnly((argument,)), kwargs={}, watched=True)

    assert reply["ok"]
    assert reply.get("changed", False) is changed


def test_read_only_arguments_stay_so(load):
    """An argument that is sent as read-only can neither be written nor be made writable."""
    source = "def f(x):\n    x[0] = 7\ndef g(x):\n    x.flags.writeable = True\n"
    _, ask = load(source)

    kinds = [call(ask, name, wire.ReadOnly(np.zeros(2)))["error"]["kind"] for name in "fg"]
    assert kinds == ["ValueError", "ValueError"]


@pytest.mark.parametrize(
    ("expression", "shares"),
    [
        ("x", True),
        ("x[1:]", True),
        ("x.T", True),
        ("[{0: x}]", True),
        ("x + 0", False),
        ("x.copy()", False),
        ("1", False),
    ],
)
def test_shared_memory_is_told(load, expression, shares):
    """A result that is a view of an argument is told from one of its own, where that is asked."""
    _, ask = load(f"def f(x):\n    return {expression}\n")

    reply = ask("call", path="f", args=(np.zeros(3),), kwargs={}, watched=True)

    assert reply.get("shares", False) is shares
    assert "shares" not in call(ask, "f", np.zeros(3))


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("np.broadcast_to(1.0, (2**40,))", "size"),
        ("[None] * 10**6", "count"),
        ("10**100_000", "integer"),
        ("np.array([object()])", "dtype"),
        ("np.ma.masked_array([1.0], [True])", "subclass"),
    ],
)
def test_results_that_cannot_be_sent_are_named(load, expression, reason):
    """A result that is too much is replaced by the reason, and the worker lives on."""
    _, ask = load(f"import numpy as np\ndef f():\n    return {expression}\n")

    assert [call(ask, "f")["value"].reason for _ in range(2)] == [reason] * 2


def test_runtime_warnings_are_counted(load):
    """An overflow that numpy warns of is seen."""
    _, ask = load("import numpy as np\ndef f():\n    return np.exp(np.array([1e4]))\n")

    assert call(ask, "f")["warned"] == 1


def test_callbacks_are_answered_during_a_call(load):
    """A function that was passed as an argument is called on the trusted side."""
    _, ask = load("def f(g, x):\n    return g(x) + g(1)\n")

    assert call(ask, "f", wire.Callback(1), np.arange(3.0))["value"].tolist() == [2, 4, 6]


def test_objects_stay_and_answer(load):
    """An object of the submission's own is used by its number, and forgotten on request."""
    _, ask = load("class K:\n    def __init__(self, x): self.x = x\n    def __add__(self, y): return self.x + y\n")
    handle = call(ask, "K", 3)["value"]

    answers = [ask("get", target=handle, path="x")["value"], ask("operate", name="add", args=(handle, 4))["value"]]
    assert (handle.kind, answers) == ("K", [3, 7])
    with pytest.raises(LostError):
        ask("get", free=(handle.number,), target=handle, path="x") and ask("get", target=handle, path="x")


def test_random_numbers_repeat(load):
    """The global generators start alike in every worker, so that a report can be repeated."""
    source = (
        "import random\nimport numpy as np\ndef f():\n    return random.random(), np.random.rand(), list({*'abc'})\n"
    )

    first, second = (call(load(source)[1], "f")["value"] for _ in range(2))
    assert first == second
