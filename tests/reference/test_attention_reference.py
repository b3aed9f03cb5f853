"""The oracle of assignment 5 agrees with torch in float64: values, and gradients by autograd."""

import numpy as np
import pytest

from reference import attention as reference
from reference import datasets

torch = pytest.importorskip("torch", reason="torch is a development extra: pip install 'deepgrade[torch]'")
F = torch.nn.functional

# Leading axes, Tq, Tk, dk, dv: none, one and two leading axes; sizes of 1; more queries than keys and fewer.
ATTENTIONS = [
    ((), 3, 4, 2, 5),
    ((2,), 5, 3, 4, 2),
    ((2, 3), 2, 5, 3, 4),
    ((1,), 1, 1, 1, 1),
    ((3, 1), 4, 1, 2, 3),
    ((2,), 1, 6, 5, 1),
]
# N, Tq, Tk, D, heads.
LAYERS = [(2, 3, 5, 6, 2), (3, 4, 2, 6, 3), (1, 1, 1, 4, 4), (2, 5, 3, 5, 1), (1, 2, 4, 8, 4)]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def some(rng, *shape):
    """A random mask that keeps something in every row."""
    mask = rng.random(shape) < 0.6
    mask[..., 0] |= ~mask.any(axis=-1)
    return mask


def leaves(*arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def equal(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.fixture
def rng():
    return np.random.default_rng(20221)


@pytest.mark.parametrize("shape", [(2, 3, 4), (1, 1, 1), (5, 1, 2)])
def test_context_is_a_batched_product(rng, shape):
    """The weighted sum is torch's bmm of one row of weights with the vectors."""
    alpha, H = normal(rng, *shape[:2]), normal(rng, *shape)

    equal(reference.context(alpha, H), torch.bmm(torch.tensor(alpha)[:, None], torch.tensor(H))[:, 0])


@pytest.mark.parametrize("axis", [-1, 0, 1])
@pytest.mark.parametrize("scale", [1.0, 1e3, 1e12])
def test_masked_softmax_is_torchs_over_minus_infinity(rng, axis, scale):
    """With masked scores replaced by −inf, the softmax of torch gives the same, and NaN where the oracle gives 0."""
    scores = scale * normal(rng, 4, 5, 3)
    mask = rng.random((4, 5, 3)) < 0.5
    full = torch.tensor(scores).masked_fill(~torch.tensor(mask), -torch.inf)
    want = torch.nan_to_num(torch.softmax(full, dim=axis), nan=0.0)

    equal(reference.masked_softmax(scores, mask, axis), want)
    equal(reference.masked_softmax(scores, axis=axis), torch.softmax(torch.tensor(scores), dim=axis))


def test_rows_without_anything_kept_differ_from_torchs_softmax():
    """The softmax of torch for a row of −inf is NaN; by convention the oracle gives 0."""
    want = torch.softmax(torch.full((3,), -torch.inf, dtype=torch.float64), dim=0)

    assert torch.isnan(want).all()
    assert reference.masked_softmax([1.0, 2.0, 3.0], [False, False, False]).tolist() == [0.0, 0.0, 0.0]


def test_masks_agree(rng):
    """The causal mask is torch's tril; True means keep, the opposite of nn.Transformer's −inf or True for "ignore"."""
    lengths, T = torch.tensor([4, 0, 2, 1]), 4
    pad = torch.arange(T) < lengths[:, None]
    causal = torch.ones(T, T, dtype=torch.bool).tril()
    ignored = torch.nn.Transformer.generate_square_subsequent_mask(T)

    assert reference.padding_mask(lengths.tolist(), T).tolist() == pad.tolist()
    assert reference.causal_mask(T).tolist() == causal.tolist() == (ignored == 0).tolist()
    assert reference.combine(pad.numpy(), causal.numpy()).tolist() == (pad[:, None, None] & causal).tolist()


@pytest.mark.parametrize("sizes", [(2, 3, 4, 5, 6), (1, 1, 1, 1, 1), (3, 2, 5, 2, 4)])
def test_additive_attention_agrees(rng, sizes):
    """Scores, weights and context are those of two linear layers, tanh, a third one and a softmax in torch."""
    N, T, A, B, hidden = sizes
    s, H, v = normal(rng, N, A), normal(rng, N, T, B), normal(rng, hidden)
    Ws, Wh, mask = normal(rng, A, hidden), normal(rng, B, hidden), some(rng, N, T)
    query, keys = F.linear(torch.tensor(s), torch.tensor(Ws.T)), F.linear(torch.tensor(H), torch.tensor(Wh.T))
    scores = F.linear(torch.tanh(query[:, None] + keys), torch.tensor(v)[None])[..., 0]
    alpha = torch.softmax(scores.masked_fill(~torch.tensor(mask), -torch.inf), dim=1)

    got_context, got_alpha = reference.bahdanau_attention(s, H, Ws, Wh, v, mask)

    equal(got_alpha, alpha)
    equal(got_context, (alpha[..., None] * torch.tensor(H)).sum(dim=1))


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("case", ATTENTIONS)
def test_dot_product_attention_and_its_gradients_agree(rng, case, masked):
    """Output and gradients are torch's. A fully masked row gives 0, and gradients of 0, there too (since torch 2.5)."""
    lead, Tq, Tk, dk, dv = case
    Q, K, V = normal(rng, *lead, Tq, dk), normal(rng, *lead, Tk, dk), normal(rng, *lead, Tk, dv)
    mask = some(rng, *lead, Tq, Tk) if masked else None
    if masked:
        mask[..., 0, :] = False
    tensors = leaves(Q, K, V)
    out = F.scaled_dot_product_attention(*tensors, attn_mask=torch.tensor(mask) if masked else None)
    dout = normal(rng, *out.shape)
    out.backward(torch.tensor(dout))

    got, weights = reference.scaled_dot_product_attention(Q, K, V, mask)

    equal(got, out)
    equal(weights @ V, out)
    for gradient, tensor in zip(reference.sdpa_backward(dout, Q, K, V, mask), tensors, strict=True):
        equal(gradient, tensor.grad)


def test_fully_masked_row_is_zero():
    """What the oracle gives where nothing is kept: weights, output and gradients of exactly 0."""
    Q, K, V, nothing = np.ones((2, 3)), np.ones((4, 3)), np.ones((4, 2)), np.zeros((2, 4), dtype=bool)

    out, weights = reference.scaled_dot_product_attention(Q, K, V, nothing)
    gradients = reference.sdpa_backward(np.ones((2, 2)), Q, K, V, nothing)

    assert not any(np.any(a) for a in (out, weights, *gradients))


def torchs_layer(Wq, Wk, Wv, Wo, heads):
    """nn.MultiheadAttention with these matrices: its own are (out, in), and the first three stand in one."""
    layer = torch.nn.MultiheadAttention(len(Wq), heads, bias=False, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        layer.in_proj_weight.copy_(torch.tensor(np.concatenate([Wq.T, Wk.T, Wv.T])))
        layer.out_proj.weight.copy_(torch.tensor(Wo.T))
    return layer


@pytest.mark.parametrize("case", LAYERS)
def test_multi_head_attention_agrees(rng, case):
    """The layer is torch's, whose mask says True for what is *left out*, and has one row of masks per head."""
    N, Tq, Tk, D, heads = case
    Xq, Xkv, weights = normal(rng, N, Tq, D), normal(rng, N, Tk, D), [normal(rng, D, D) for _ in range(4)]
    mask, layer = some(rng, N, heads, Tq, Tk), torchs_layer(*weights, heads)
    q, kv = torch.tensor(Xq), torch.tensor(Xkv)
    want, _ = layer(q, kv, kv)
    masked, _ = layer(q, kv, kv, attn_mask=torch.tensor(~mask).flatten(0, 1))

    equal(reference.multi_head_attention(Xq, Xkv, *weights, heads), want)
    equal(reference.multi_head_attention(Xq, Xkv, *weights, heads, mask), masked)


def test_multi_head_attention_to_nothing_differs_from_torchs(rng):
    """Where nothing is kept nn.MultiheadAttention gives NaN; by convention the oracle gives 0."""
    X, weights = normal(rng, 1, 3, 4), [normal(rng, 4, 4) for _ in range(4)]
    x, pad = torch.tensor(X), torch.ones(1, 3, dtype=torch.bool)
    want, _ = torchs_layer(*weights, 2)(x, x, x, key_padding_mask=pad)

    assert torch.isnan(want).all()
    assert not reference.multi_head_attention(X, X, *weights, 2, np.zeros((1, 1, 1, 3), dtype=bool)).any()


@pytest.mark.parametrize(("shape", "heads"), [((2, 3, 6), 2), ((1, 1, 1), 1), ((3, 4, 8), 4), ((2, 5, 3), 3)])
def test_heads_agree(rng, shape, heads):
    """Splitting is torch's unflatten and transpose, and merging undoes it."""
    X = normal(rng, *shape)
    want = torch.tensor(X).unflatten(2, (heads, -1)).transpose(1, 2)

    equal(reference.split_heads(X, heads), want)
    equal(reference.merge_heads(want.numpy()), torch.tensor(X))


@pytest.mark.parametrize(("T", "d"), [(7, 6), (1, 1), (12, 5), (4, 2)])
def test_positions_are_the_parts_of_a_turning_number(T, d):
    """A pair of columns is the imaginary and the real part of torch's polar(1, t · frequency)."""
    frequency = torch.exp(-np.log(10000.0) * torch.arange(0, d, 2, dtype=torch.float64) / d)
    turning = torch.polar(torch.ones(T, len(frequency)).double(), torch.arange(T)[:, None] * frequency)
    want = torch.stack([turning.imag, turning.real], dim=2).flatten(1)[:, :d]

    equal(reference.sinusoidal_positions(T, d), want)


@pytest.mark.parametrize("case", [(7, 4, 5, 3), (5, 1, 2, 1), (6, 3, 1, 2)])
def test_training_agrees(rng, case):
    """Losses and parameters after four steps are those of torch's cross-entropy, autograd and plain descent."""
    N, T, D, dk = case
    Q, K, y = normal(rng, N, 1, D), normal(rng, N, T, D), rng.integers(0, T, N)
    params = {"Wq": normal(rng, D, dk), "Wk": normal(rng, D, dk)}
    batches = [np.array([0, 4, 2]), np.array([3, 1]), np.array([2]), np.array([1, 1, 0, 4])]
    theta = dict(zip(params, leaves(*params.values()), strict=True))
    queries, keys, labels = torch.tensor(Q), torch.tensor(K), torch.tensor(y)
    optimiser, want = torch.optim.SGD(theta.values(), lr=0.3), []
    for batch in batches:
        scores = (queries[batch] @ theta["Wq"]) @ (keys[batch] @ theta["Wk"]).transpose(1, 2) / dk**0.5
        loss = F.cross_entropy(scores[:, 0], labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        want.append(loss.item())

    got, losses = reference.train_retrieval(Q, K, y, params, 0.3, batches)

    np.testing.assert_allclose(losses, want, rtol=1e-10, atol=1e-12)
    for name in params:
        equal(got[name], theta[name])


def test_arguments_stay_unchanged(rng):
    """The oracle trains copies: the caller's parameters are as they were."""
    params = {"Wq": normal(rng, 3, 2), "Wk": normal(rng, 3, 2)}
    before = {name: value.copy() for name, value in params.items()}
    reference.train_retrieval(normal(rng, 2, 1, 3), normal(rng, 2, 4, 3), [3, 1], params, 0.5, [np.array([0, 1])])

    for name, value in before.items():
        np.testing.assert_array_equal(params[name], value)


def test_searches_have_one_right_key():
    """Each query names one digit, six images of different digits are its keys, and the named one is in its place."""
    data, digits = datasets.retrieval_split(), datasets.digits_split()

    assert data.Q_train.shape == (1347, 1, 64)
    assert data.K_test.shape == (450, 6, 64)
    for Q, K, y, X, labels in (
        (data.Q_train, data.K_train, data.y_train, digits.X_train, digits.y_train),
        (data.Q_test, data.K_test, data.y_test, digits.X_test, digits.y_test),
    ):
        known = {image.tobytes(): label for image, label in zip(X.reshape(len(X), 64), labels, strict=True)}
        shown = np.array([[known[key.tobytes()] for key in keys] for keys in K])

        assert np.array_equal(np.sum(Q, axis=(1, 2)), np.ones(len(Q)))
        assert np.array_equal(shown[np.arange(len(y)), y], Q[:, 0].argmax(axis=1))
        assert all(len(set(row)) == 6 for row in shown)
