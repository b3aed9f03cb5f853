"""The submission as hidden tests see it, with a real worker behind it."""

import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from grader.errors import (
    AssignmentError,
    IsolationError,
    StudentCrashed,
    StudentError,
    StudentMissing,
    StudentRaised,
    StudentTimeout,
)
from grader.model import Limits, Part, Submission
from grader.sandbox.launcher import Policy
from grader.sandbox.process import ProcessLauncher, launch
from grader.student import RemoteFunction, Session

LIMITS = Limits(seconds_per_call=20.0, seconds_total=100.0, memory_mb=300)
GOOD = """
import numpy as np

class Scalar:
    def __init__(self, data):
        self.data, self.grad = data, 0.0
    def __add__(self, other):
        return Scalar(self.data + getattr(other, "data", other))
    __radd__ = __add__
    def __sub__(self, other):
        return Scalar(self.data - getattr(other, "data", other))
    def __rsub__(self, other):
        return Scalar(other - self.data)
    def backward(self):
        self.grad += 1.0
    def __call__(self, x):
        return self.data + x
    def __getitem__(self, i):
        return [self.data][i]

def double(x):
    return 2 * x

def twice(f, x):
    return f(f(x))

def chain(fs, x):
    for f in fs:
        x = f(x)
    return x

def total(scalars):
    return sum((s.data for s in scalars), 0.0)

def draw(rng):
    return rng.normal(size=3)

def quadruple(x):
    return double(double(x))

def give_up(x):
    raise NotImplementedError

def call_give_up(x):
    return give_up(x)

def broken(x):
    secret = {}
    return secret[x]

def write(x):
    x[0] = 7.0
    return x

def same(x):
    return x

def sneaky():
    return iter([1])
"""
# Finds the worker's channel in the frames below, as a submission can at this level.
FORGER = """
import sys, time, os

def channel():
    frame = sys._getframe()
    while not hasattr(frame.f_locals.get("self"), "channel"):
        frame = frame.f_back
    return frame.f_locals["self"].channel

def send(*frames):
    channel().send([b"".join(frames)])
    return 1.0

def encode(message):
    return b"".join(sys.modules["grader.wire"].encode(message))

def fine():
    return 2.0
"""


def line_of(text: str) -> int:
    """The number of the line of GOOD that holds a text."""
    return next(n for n, line in enumerate(GOOD.splitlines(), 1) if text in line)


def submit(source: str, **fields: object) -> Submission:
    return Submission("ann", "convolution", (Part("convolution.py", source),), **fields)


@pytest.fixture(scope="module")
def launcher() -> Iterator[ProcessLauncher]:
    with launch(Policy(limits=LIMITS)) as launched:
        yield launched


@pytest.fixture
def open_session(launcher: ProcessLauncher) -> Iterator[Callable[..., Session]]:
    """Opens a session of a source, or of a whole submission."""
    sessions = []

    def open_source(source: str | Submission, limits: Limits = LIMITS) -> Session:
        submission = submit(source) if isinstance(source, str) else source
        sessions.append(Session(submission, launcher, Policy(limits=limits)))
        return sessions[-1]

    yield open_source
    for session in sessions:
        session.close()


@pytest.fixture(scope="module")
def good(launcher: ProcessLauncher) -> Iterator[Session]:
    with Session(submit(GOOD), launcher, Policy(limits=LIMITS)) as session:
        yield session


def test_call_gives_plain_data(good):
    """A call reads like a call, and its answer is an array of our own."""
    answer = good.module.double(np.arange(3.0))

    assert (type(answer), answer.tolist()) == (np.ndarray, [0, 2, 4])


def test_answers_are_counted(good):
    """Each value and each exception that arrives is an answer."""
    before = good.answered
    good.module.double(1)
    with pytest.raises(StudentRaised):
        good.module.broken(1)

    assert good.answered - before == 2


def test_answer_tells_of_shared_memory(good):
    """An answer says whether it is a view of an argument."""
    shares = [good.call(name, (np.zeros(3),), {}, read_only=True).shares_memory for name in ("same", "double")]

    assert shares == [True, False]


def test_time_of_a_call_within_a_call_counts_once(open_session):
    """Of calls that wait for each other through callbacks, only the outermost takes seconds of the submission's."""
    session = open_session("import time\ndef f(g, n):\n    return g(n - 1) if n else time.sleep(0.5)\n")
    before = session.seconds_left

    def again(n):
        return session.module.f(again, n)

    session.module.f(again, 5)

    assert before - session.seconds_left < 1.5


def test_arguments_are_not_changed(good):
    """What the submission does to its arguments does not reach the caller's."""
    x = np.zeros(2)

    assert (good.module.write(x).tolist(), x.tolist()) == ([7, 0], [0, 0])


def test_read_only_arguments_cannot_be_written(good):
    """A function that writes into a read-only argument raises ValueError."""
    with pytest.raises(
        ValueError, match=rf"^write raised ValueError in line {line_of('x[0] = 7.0')} of convolution.py\.$"
    ):
        good.call("write", (np.zeros(2),), {}, read_only=True)


def test_exceptions_are_raised_as_their_class(good):
    """An exception of the submission can be expected by its class, and tells nothing that it could choose."""
    with pytest.raises(KeyError) as caught:
        good.module.broken("hidden input")

    error = caught.value
    assert isinstance(error, StudentRaised)
    assert (str(error), error.kind, error.line) == (error.says, "KeyError", line_of("return secret[x]"))
    assert ("hidden" in error.says, "hidden" in error.private) == (False, True)


@pytest.mark.parametrize("name", ["give_up", "call_give_up"])
def test_stub_is_missing(good, name):
    """A function that is not written yet is told from one that is wrong."""
    with pytest.raises(
        StudentMissing, match=f"^{name} is not written yet: .* line {line_of('raise NotImpl')} of convolution.py"
    ):
        getattr(good.module, name)(1)


def test_missing_function_is_suggested(good):
    """A name that differs by a letter or two is suggested."""
    with pytest.raises(StudentMissing, match=r"convolution.py defines no doubles. Did you mean double\?"):
        good.module.doubles(1)


def test_wrong_parameters_are_named(good):
    """A function that takes other parameters is told what it takes and what it was given."""
    with pytest.raises(TypeError) as caught:
        good.module.double(1, 2, stride=3)

    wanted = "it takes (x), and was called with 2 arguments by position, and stride by name."
    assert str(caught.value) == f"double does not accept these arguments: {wanted}"


def test_functions_are_called_back(good):
    """A function among the arguments is called here, also in a list."""
    module = good.module

    assert (module.twice(lambda x: x * x, 3), module.chain([np.sin, abs], -1.0)) == (81, pytest.approx(np.sin(1)))


def test_own_function_may_be_passed(good):
    """A function of the submission can be an argument of another."""
    assert good.module.twice(good.module.double, 3) == 12


def test_exceptions_of_callbacks_come_back(good):
    """What a callback raises is raised in the submission, where it may be caught, and comes back as its class."""
    with pytest.raises(ZeroDivisionError, match="twice raised ZeroDivisionError"):
        good.module.twice(lambda x: 1 / 0, 3)


def test_result_of_a_callback_that_cannot_be_sent(good):
    """It is as if the function had overflowed: student code chose the argument, so the report must not be ungraded."""
    with pytest.raises(ArithmeticError, match="twice raised ArithmeticError"):
        good.module.twice(lambda x: 2**5000, 3)


@pytest.mark.parametrize("ours", [KeyboardInterrupt, IsolationError("The sandbox of a right piece ended.")])
def test_what_is_ours_goes_through_a_callback(good, ours):
    """Ctrl-C, or a fault of the grader, is not the submission's to catch or to pay for, and the next call works."""

    def interrupt(x):
        raise ours

    with pytest.raises(ours if isinstance(ours, type) else type(ours)):
        good.module.twice(interrupt, 3)
    assert good.module.double(2) == 4


def test_generator_arrives_as_it_is(good):
    """A random generator is copied: the same stream on both sides."""
    drawn = good.module.draw(np.random.default_rng(3))

    assert np.array_equal(drawn, np.random.default_rng(3).normal(size=3))


def test_objects_compute_with_numbers(good):
    """Operators of an object are forwarded, with numbers and objects on either side."""
    a, b = good.module.Scalar(2.0), good.module.Scalar(5.0)

    results = [a + b, a + 1, 1 + a, 10 - b, np.float64(10) - b]
    assert [r.data for r in results] == [7.0, 3.0, 3.0, 5.0, 5.0]


def test_objects_have_methods_and_attributes(good):
    """Methods are called, attributes read and set, and the object called and indexed."""
    a = good.module.Scalar(2.0)
    a.backward()
    a.backward()
    before, a.grad = a.grad, 0.0

    assert (before, a.grad, a(3.0), a[0], good.module.total([a, a])) == (2.0, 0.0, 5.0, 2.0, 4.0)


@pytest.mark.parametrize("use", [bool, len, iter, float, np.asarray, lambda x: x == x.data, lambda x: x == 1])
def test_objects_are_no_data(good, use):
    """An object of the submission passes for nothing."""
    with pytest.raises(TypeError, match="not a value"):
        use(good.module.Scalar(2.0))


def test_objects_are_freed(open_session):
    """Objects that nobody holds any more are dropped by the worker."""
    session = open_session(
        "import gc\nclass K: pass\ndef count():\n    return sum(type(o) is K for o in gc.get_objects())"
    )
    kept = [session.module.K() for _ in range(3)]
    del kept[1:]

    assert session.module.count() == 1


def test_global_can_be_replaced(good):
    """A function of the submission can be replaced by one of ours, also across a restart, and be put back."""
    good.replace("double", lambda x: 10 * x)
    replaced = good.module.quadruple(1)
    good.close()
    again = good.module.quadruple(1)
    good.replace("double", None)

    assert (replaced, again, good.module.quadruple(1)) == (100, 100, 4)


def test_private_names_are_not_asked_for(good):
    """Names that Python or pytest look for are no functions of the submission."""
    assert (hasattr(good.module, "__wrapped__"), hasattr(good.module, "session")) == (False, True)


def test_remote_function_knows_its_path(good):
    """Any public name can be a function of the submission."""
    function = good.module.call

    assert (type(function), function.path, function.session) == (RemoteFunction, "call", good)


def test_foreign_argument_is_the_authors_fault(good):
    """An argument that cannot be sent is a fault of the hidden test, not of the submission."""
    with pytest.raises(AssignmentError, match="argument of double cannot be sent"):
        good.module.double(object())


@pytest.mark.parametrize(
    ("body", "kind", "says"),
    [
        ("while True: pass", StudentTimeout, "f gave no answer within 0.3 seconds."),
        ("import time\n    time.sleep(60)", StudentTimeout, "f gave no answer within 0.3 seconds."),
        ("while True: print('x' * 1000)", StudentTimeout, "f gave no answer within 0.3 seconds."),
        ("g()\n    while True: g()", StudentTimeout, "f gave no answer within 0.3 seconds."),
        ("import os\n    os._exit(3)", StudentCrashed, "f ended the process: it exited with status 3."),
        ("import os\n    os.closerange(0, 100)", StudentCrashed, None),
        ("import ctypes\n    ctypes.string_at(0)", StudentCrashed, None),
    ],
)
def test_next_call_works_after_the_worst(open_session, body, kind, says):
    """A call that hangs or ends the process costs itself only."""
    session = open_session(f"def f(g=None):\n    {body}\ndef h():\n    return 1\n")

    with pytest.raises(kind) as caught:
        session.call("f", (lambda: 1,), {}, seconds=0.3 if kind is StudentTimeout else None)
    assert says in (None, str(caught.value))
    assert session.module.h() == 1


def test_memory_is_bounded(open_session):
    """More memory than allowed is refused or ends the process, and the next call works."""
    session = open_session(
        "def f():\n    return len([bytearray(2**20) for _ in range(4000)])\ndef h():\n    return 1\n"
    )

    with pytest.raises(StudentError, match="memory"):
        session.module.f()
    assert session.module.h() == 1


def test_objects_do_not_outlive_their_process(open_session):
    """An object of a process that has ended is gone, and says so."""
    session = open_session("import os\nclass K:\n    x = 1\ndef f():\n    os._exit(0)\n")
    k = session.module.K()
    with pytest.raises(StudentCrashed):
        session.module.f()
    other = session.module.K()

    with pytest.raises(StudentCrashed, match="object is gone"):
        _ = k.x
    assert other.x == 1


def test_function_that_crashes_is_given_up(open_session):
    """After three crashes a function is not called again; others are."""
    session = open_session("import os\ndef f():\n    os._exit(0)\ndef h():\n    return 1\n")
    for _ in range(3):
        with pytest.raises(StudentCrashed, match="exited"):
            session.module.f()

    with pytest.raises(StudentCrashed, match="not called again"):
        session.module.f()
    assert session.module.h() == 1


@pytest.mark.parametrize(("given", "lost"), [(None, True), (4.0, False)])
def test_less_time_after_a_call_without_end(open_session, given, lost):
    """Once a call ran out of time the others have a quarter of it, but for tests that give more than usual."""
    limits = Limits(seconds_per_call=3.0, seconds_total=100.0, memory_mb=300)
    source = "import time\ndef f():\n    while True: pass\ndef g():\n    time.sleep(1.5)\n    return 1\n"
    session = open_session(source, limits=limits)
    session.seconds_per_call = given or 3.0
    before = session.call("g", (), {}).value
    with pytest.raises(StudentTimeout, match=r"f gave no answer within 1 seconds\.$"):
        session.call("f", (), {}, seconds=1.0)

    if lost:
        with pytest.raises(StudentTimeout, match=r"g gave no answer within 0.75 seconds \(less than usual"):
            session.call("g", (), {})
    else:
        assert session.call("g", (), {}).value == 1
    assert before == 1


def test_less_time_for_training_without_end(open_session):
    """A call that has more than the usual time has a quarter of it once it ran out of time itself."""
    session = open_session("def f():\n    while True: pass\n", limits=Limits(0.5, 100.0, 300))
    session.seconds_per_call = 2.4
    with pytest.raises(StudentTimeout, match=r"f gave no answer within 2.4 seconds\.$"):
        session.module.f()

    with pytest.raises(StudentTimeout, match=r"f gave no answer within 0.6 seconds \(less than usual"):
        session.module.f()


def test_budget_is_for_the_whole_submission(open_session):
    """When the time of a submission is used up, nothing more is called."""
    session = open_session("import time\ndef f(s):\n    time.sleep(s)\n", Limits(20.0, 1.0, 300))
    with pytest.raises(StudentTimeout, match="1 seconds for the whole submission are used up"):
        session.module.f(60)

    with pytest.raises(StudentTimeout, match="used up"):
        session.module.f(0)


REPLY = "dict(op='reply', seq=2, ok=True, value=5.0)"


@pytest.mark.parametrize(
    "attack",
    [
        "send(b'garbage')",
        "send(b'x' * 100)",
        "send(sys.modules['grader.wire'].PREFIX.pack(b'DGW1', 16, 2**62))",
        f"send(encode({REPLY}), encode({REPLY}))",
        f"send(encode({REPLY} | dict(seq=1)))",
        f"send(encode({REPLY} | dict(seq=True)))",
        f"send(encode({REPLY} | dict(ok=1)))",
        f"send(encode({REPLY} | dict(stdout=3)))",
        f"send(encode({REPLY} | dict(warned=0.5)))",
        f"send(encode({REPLY} | dict(shares=None)))",
        f"send(encode({REPLY} | dict(ok=False, error=3)))",
        f"send(encode({REPLY} | dict(ok=False, error=dict(where='body', kind='Failed', named='Exception'))))",
        "send(encode([1, 2]))",
        "send(encode(dict(op=3)))",
        "send(encode(dict(op='callback', number=77, args=(), kwargs={})))",
        "send(encode(dict(op='callback', number=1, args=[], kwargs={1: 2})))",
        "send(b'[')",
        "[setattr(sys.modules['grader.wire'], n, None) for n in ('encode', 'decode')] and 5.0",
    ],
)
def test_forged_replies_are_crashes(open_session, attack):
    """Bytes that are no reply to the request end the worker, never the grader."""
    session = open_session(f"{FORGER}\ndef attack():\n    return {attack}\n")

    with pytest.raises(StudentCrashed):
        session.module.attack()
    assert session.module.fine() == 2.0


def test_reply_in_advance_is_a_crash(open_session):
    """A reply to a request that was not made yet is noticed before it is made."""
    attack = f"channel().send([encode(dict(op='reply', seq=2, ok=True, value=1.0)), encode({REPLY} | dict(seq=3))])"
    session = open_session(f"{FORGER}\ndef attack():\n    {attack}\n    time.sleep(60)\n")

    with pytest.raises(StudentCrashed):
        session.module.attack()


def test_half_a_frame_is_a_timeout(open_session):
    """A reply that never ends, however it drips, is held to the deadline."""
    drip = "[(channel().send([c.to_bytes(1, 'little')]), time.sleep(0.05)) for c in encode(dict(x=list(range(999))))]"
    session = open_session(f"{FORGER}\ndef attack():\n    {drip}\n")

    with pytest.raises(StudentTimeout):
        session.call("attack", (), {}, seconds=0.3)


def test_true_shape_of_forged_exception_is_plain(open_session):
    """An exception class that is not on the white list is no class of ours."""
    session = open_session("def f():\n    raise StopIteration\ndef g():\n    raise TimeoutError\n")

    for name in "fg":
        with pytest.raises(StudentRaised) as caught:
            getattr(session.module, name)()
        assert (type(caught.value), caught.value.kind) == (StudentRaised, "Exception")


def test_problems_are_complete_sentences(open_session):
    """What went wrong on loading is told with place and reason."""
    source = "import torch\nx = nothing\nimport sys\ninput()\n\ndef f():\n    import rich\n"
    session = open_session(source)

    missing = "what that statement defines is missing"
    no_keyboard = "there is no keyboard input while grading"
    assert session.problems == (
        "Line 1 of convolution.py imports torch, which is not allowed in this assignment.",
        "Line 2 of convolution.py raised NameError when it was loaded; what that statement defines is missing.",
        f"Line 4 of convolution.py raised EOFError when it was loaded ({no_keyboard}); {missing}.",
        "Line 7 of convolution.py imports rich, which is not allowed in this assignment.",
    )


def test_syntax_error_has_a_caret(open_session):
    """A syntax error is shown with its line, quoted from our copy."""
    session = open_session("x = 1\n\tdef f(x:\n")

    assert session.problems == (
        "Line 2 of convolution.py is not valid Python: unexpected indent.\n     def f(x:\n    ^",
    )


def test_function_that_could_not_be_defined(open_session):
    """A function whose definition failed is not said to be absent."""
    session = open_session("@nothing\ndef f(): ...\n")

    with pytest.raises(StudentMissing, match="f could not be defined: see what went wrong"):
        session.module.f()


@pytest.mark.parametrize(
    ("submission", "problem"),
    [
        (Submission("ann", "m", problem="This is no archive."), "This is no archive."),
        (submit("#" * (256 * 1024 + 1)), "convolution.py holds more than 256 KB of code."),
        (submit("import os\nos._exit(0)"), "Loading convolution.py ended the process: it exited with status 0."),
    ],
)
def test_submission_that_cannot_be_loaded(open_session, submission, problem):
    """A submission that cannot be loaded answers every call with the reason."""
    session = open_session(submission)

    with pytest.raises(StudentCrashed) as caught:
        session.module.f()
    assert (session.problems, str(caught.value)) == ((problem,), problem)


def test_loop_at_top_level_ends(open_session):
    """A file that never ends loading is given up once, not for each call."""
    session = open_session("while True: pass", Limits(20.0, 1.0, 300))

    started = session.problems
    with pytest.raises(StudentTimeout):
        session.module.f()
    assert len(started) == 1


def test_notebook_cells_are_named(open_session):
    """Places in a notebook are told by its cells."""
    parts = (Part("cell 1", "x = 1"), Part("cell 3", "def f():\n    return 1 / 0"))
    session = open_session(Submission("ann", "convolution", parts))

    with pytest.raises(ZeroDivisionError, match=r"line 2 of cell 3\.$"):
        session.module.f()


def test_student_path_is_light():
    """The student's side imports neither pytest nor what draws tables."""
    code = "import sys, grader.student, grader.sandbox; print({'pytest', 'rich', 'click', 'torch'} & set(sys.modules))"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "set()"
