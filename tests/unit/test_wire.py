"""The wire: values come through as they are, and no bytes make the decoder do more than raise WireError."""

import contextlib
import json
import math
import random
from collections import namedtuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from grader import wire
from grader.errors import WireError

Point = namedtuple("Point", "x y")


class LyingArray(np.ndarray):
    shape = property(lambda self: (9,))
    dtype = property(lambda self: "float99")

    def __array__(self, *args, **kwargs):
        return np.zeros(3)

    def tobytes(self, *args):
        return b""


class LyingFloat(float):
    def __float__(self):
        return 9.0


class LyingScalar(np.float64):
    def __array__(self, *args, **kwargs):
        return np.zeros(())


class LyingList(list):
    def __iter__(self):
        return iter([9])

    def __len__(self):
        return 0


class LyingDict(dict):
    def items(self):
        return {}.items()


class LyingText(str):
    def __str__(self):
        return "lie"


class LyingInt(int):
    def __int__(self):
        return 9


def split(frame):
    header, body = wire.sizes(frame[: wire.PREFIX.size])
    start = wire.PREFIX.size + header
    assert len(frame) == start + body
    return frame[wire.PREFIX.size : start], frame[start:]


def through(value, **hooks):
    """The value after it has crossed the wire, in a request."""
    return wire.decode(*split(wire.join(wire.encode(value, **hooks))), read_only=True)


def frame_of(node, *buffers):
    """Header and body of a frame that a worker forges."""
    body = b"".join(b + bytes(-len(b) % 16) for b in buffers)
    return json.dumps([node, [len(b) for b in buffers]]).encode(), body


def same(got, want):
    if isinstance(want, np.ndarray | np.generic):
        return type(got) is type(want) and got.dtype == want.dtype and np.array_equal(got, want, equal_nan=True)
    if isinstance(want, float):
        return type(got) is float and repr(got) == repr(want)
    if isinstance(want, list | tuple):
        return type(got) is type(want) and len(got) == len(want) and all(map(same, got, want))
    if isinstance(want, dict):
        return list(got) == list(want) and all(same(got[key], want[key]) for key in want)
    return type(got) is type(want) and got == want


numbers = st.none() | st.booleans() | st.integers(-(2**200), 2**200) | st.floats()
scalars = numbers | st.complex_numbers(allow_nan=False) | st.binary() | st.text(st.characters(), max_size=600)
dtypes = st.sampled_from([np.dtype(name) for name in wire.ITEMSIZE])
arrays = hnp.arrays(dtypes, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4))
keys = st.text(max_size=5) | st.integers() | st.tuples(st.integers(), st.binary(max_size=3))
values = st.recursive(
    scalars | arrays | st.sets(st.integers()) | st.frozensets(st.text(max_size=3)),
    lambda inner: st.lists(inner, max_size=20) | st.tuples(inner, inner) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=300, deadline=None)
@given(values)
def test_values_come_through(value):
    """Plain data arrives with its type, dtype, shape, sign and order."""
    assert same(through(value), value)


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (np.arange(20)[::-3], np.array([19, 16, 13, 10, 7, 4, 1])),
        (np.asfortranarray([[0, 1, 2], [3, 4, 5]]), np.array([[0, 1, 2], [3, 4, 5]])),
        (np.arange(3, dtype=">i4"), np.array([0, 1, 2], dtype=np.int32)),
        (np.array(2.0), np.array(2.0)),
        (np.float64(2.0), np.float64(2.0)),
        (np.True_, np.True_),
        (np.str_("abc"), "abc"),
        ([True] * 20, [True] * 20),
        ([1] * 20 + [2.5], [1] * 20 + [2.5]),
        ("x" * 5000 + "\ud800", "x" * 5000 + "\ud800"),
        (-(2**3000), -(2**3000)),
    ],
)
def test_special_forms_come_through(value, want):
    """Strides, byte order, 0-d arrays, NumPy scalars and long lists keep their values and kinds."""
    assert same(through(value), want)


@pytest.mark.parametrize(
    ("value", "want"),
    [
        (np.arange(6.0).view(LyingArray), np.arange(6.0)),
        (LyingFloat(2.5), 2.5),
        (LyingScalar(2.5), np.float64(2.5)),
        (LyingList([1, 2]), [1, 2]),
        (LyingDict(a=1), {"a": 1}),
        (LyingText("true"), "true"),
        (LyingInt(3), 3),
        (Point(1, 2), (1, 2)),
    ],
)
def test_lying_subclasses_give_their_true_data(value, want):
    """A subclass that overrides how its data are read is read by its base class."""
    assert same(through(value), want)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (np.ones((1, 1)).view(np.matrix), "subclass"),
        (np.ma.masked_array([1.0], [True]), "subclass"),
        (np.array([object()]), "dtype"),
        (np.array(["a"]), "dtype"),
        (np.zeros(2, dtype=[("a", float)]), "dtype"),
        (np.longdouble(1), "dtype"),
        (np.datetime64("2026-01-01"), "dtype"),
        (object(), "kind"),
        (iter([]), "kind"),
    ],
)
def test_what_is_no_plain_data_stays(value, reason):
    """What cannot cross is replaced by its class and a reason."""
    got = through(value, stand_in=lambda value, why: wire.Opaque("thing", why))

    assert (type(got), got.reason) == (wire.Opaque, reason)


def self_containing():
    items = []
    items.append(items)
    return items


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: np.broadcast_to(1.0, (2**40,)), "size"),
        (lambda: np.broadcast_to(1.0, (2**40, 0)), "size"),
        (lambda: [np.zeros(2**22)] * 3, "size"),
        (lambda: "x" * (wire.MAX_BODY + 1), "size"),
        (lambda: [0.0] * 10**6, "count"),
        (lambda: [None] * 200_000, "count"),
        (self_containing, "depth"),
        (lambda: 10**100_000, "integer"),
        (lambda: np.zeros((1,) * 9), "axes"),
    ],
)
def test_too_much_is_refused_when_sent(make, reason):
    """What is too big, too deep or endless is refused at once, with a reason."""
    with pytest.raises(wire.TooMuchError) as caught:
        wire.encode(make())

    assert caught.value.reason == reason


@pytest.mark.parametrize(
    "forged",
    [
        frame_of(["a", "float64", 2**40, 0], b""),
        frame_of(["a", "float64", 2**20, 2**20, 0], b""),
        frame_of(["a", "float64", 3], bytes(16)),
        frame_of(["a", "float64", -1], b""),
        frame_of(["a", "float64", 1.0], bytes(8)),
        frame_of(["a", "float64", True], bytes(8)),
        frame_of(["a", "object", 1], bytes(8)),
        frame_of(["a", "int8", *[1] * 9], bytes(1)),
        frame_of(["a", "bool", 2], b"\x01\x02"),
        frame_of(["t", ["b"], ["b"]], b"abc"),
        frame_of(1, b"abc"),
        frame_of(["x"]),
        frame_of([]),
        frame_of([["b"]]),
        frame_of(["o", "not a name", "kind"]),
        frame_of(["o", "name", "because I say so"]),
        frame_of(["h", -1, "A"]),
        frame_of(["I", "0x" + "f" * 2000]),
        frame_of(["d", 1]),
        frame_of(["d", ["l"], 1]),
        frame_of(["p", "q"], bytes(8 * (wire.MAX_NODES + 1))),
        frame_of([{"a": 1}]),
        frame_of(["r", ["a", "float64", 1]], bytes(8)),
        (b"[1,[]] 2", b""),
        frame_of(2**63),
        (b"[NaN,[]]", b""),
        (b"[1e999,[]]", b""),
        (b"[" + b"1" * 5000 + b",[]]", b""),
        (b"[1,[10]]", b"abc"),
        (b"[1,[-16]]", b""),
        (b"[1,[]", b""),
        (b"\xff\xfe[\x001\x00", b""),
        (json.dumps([1, []]).encode("utf-16"), b""),
        (b"[" * 100_000 + b"]" * 100_000, b""),
        (b'[["l",' * 50 + b"1" + b"]" * 50 + b",[]]", b""),
        (b"[1" + b" " * wire.MAX_HEADER + b",[]]", b""),
    ],
    ids=lambda forged: repr(forged)[:40],
)
def test_forged_frames_raise_wire_error(forged):
    """Each bound of the decoder is checked, whatever the frame says."""
    with pytest.raises(WireError):
        wire.decode(*forged)


@pytest.mark.parametrize(("header", "body"), [(wire.MAX_HEADER + 1, 0), (0, wire.MAX_BODY + 1), (0, 2**62)])
def test_announced_sizes_are_bounded(header, body):
    """A length is refused before memory is taken for it."""
    with pytest.raises(WireError, match="at most"):
        wire.sizes(wire.PREFIX.pack(wire.MAGIC, header, body))


@pytest.mark.parametrize("prefix", [b"", b"short", b"HTTP" + bytes(12)])
def test_other_bytes_are_no_frame(prefix):
    """What does not start as a frame is no frame."""
    with pytest.raises(WireError):
        wire.sizes(prefix)


def mutated_bytes(data, choose):
    data = bytearray(data)
    for _ in range(choose.randint(1, 4)):
        at = choose.randrange(len(data))
        data[at : at + choose.randint(0, 2)] = choose.choice((b"", b"[", b"]", b"-", b"9", b'"', b",", b"\x80", b"e"))
    return bytes(data)


LEAVES = (
    None,
    True,
    -1,
    0,
    2**40,
    1.5,
    "bool",
    "a",
    "l",
    "t",
    "d",
    "e",
    "p",
    "q",
    "I",
    "0xff",
    [],
    {},
    ["b"],
    ["l", []],
)


def mutated_node(node, choose):
    if isinstance(node, list) and node and choose.random() < 0.8:
        at = choose.randrange(len(node))
        return [*node[:at], mutated_node(node[at], choose), *node[at + 1 :]]
    if isinstance(node, dict) and node:
        return {key: mutated_node(value, choose) if choose.random() < 0.3 else value for key, value in node.items()}
    return choose.choice(LEAVES)


@pytest.mark.parametrize("seed", range(4))
def test_mutated_frames_never_crash(seed):
    """Any change of a valid frame, to its bytes or to its structure, gives a value or a WireError."""
    value = {"op": "reply", "value": [1, -0.0, "ä", (np.arange(3.0), np.int8(3)), {2: b"x"}, 2**70], "s": {1, 2}}
    header, body = split(wire.join(wire.encode(value)))
    choose = random.Random(seed)

    for _ in range(5000):
        changed = json.dumps(mutated_node(json.loads(header), choose)).encode()
        for forged in (changed, mutated_bytes(header, choose)):
            with contextlib.suppress(WireError):
                wire.decode(forged, body)


def test_read_only_arrays_cannot_be_written():
    """An array that is sent as read-only cannot be made writable again."""
    got = through(wire.ReadOnly([np.arange(3.0)]))[0]

    with pytest.raises(ValueError, match="cannot set WRITEABLE"):
        got.flags.writeable = True


def test_arrays_arrive_writable():
    """By default an array is a fresh copy that the function may change."""
    got = through(np.arange(3.0))
    got[0] = 7

    assert got.tolist() == [7, 1, 2]


@pytest.mark.parametrize("use", [bool, len, iter, float, list, np.asarray, lambda x: x == 1, lambda x: x < 1])
def test_opaque_values_are_no_data(use):
    """An opaque value passes for nothing: neither for true, nor for equal, nor for an array."""
    with pytest.raises(TypeError, match="not a value"):
        use(wire.Opaque("thing", "kind"))


def test_tensors_arrive_as_arrays():
    """Tensors of every kind that has plain data arrive as arrays; others stay."""
    torch = pytest.importorskip("torch")
    x = torch.tensor([1.0, 2.5], requires_grad=True)
    plain = [x, torch.nn.Parameter(x), x.bfloat16(), torch.tensor([1 + 2j]).conj(), torch.tensor(3)]

    got = through([*plain, torch.eye(2).to_sparse()], stand_in=lambda value, why: wire.Opaque("Tensor", why))
    kinds = [(value.dtype.name, value.tolist()) for value in got[:-1]]
    floats = ("float32", [1.0, 2.5])
    assert kinds == [floats, floats, floats, ("complex64", [1 - 2j]), ("int64", 3)]
    assert got[-1].reason == "dtype"


def test_nan_and_infinity_keep_their_sign():
    """Values that JSON does not know come through."""
    got = through([math.nan, math.inf, -math.inf, -0.0])

    assert [str(x) for x in got] == ["nan", "inf", "-inf", "-0.0"]
