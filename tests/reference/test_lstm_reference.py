"""The oracle of assignment 4 agrees with torch in float64: values, and gradients by autograd."""

import numpy as np
import pytest

from reference import lstm as reference

torch = pytest.importorskip("torch", reason="torch is a development extra: pip install 'deepgrade[torch]'")
F = torch.nn.functional

# N, T, D, H: all different, and sizes of 1.
SIZES = [(3, 5, 2, 4), (2, 3, 6, 5), (1, 1, 1, 1), (4, 1, 3, 2), (1, 6, 1, 3), (5, 2, 4, 1)]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def leaves(*arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def equal(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-10, atol=1e-12)


def layer(kind, Wx, Wh, b):
    """Torch's own recurrent layer with our weights; it has a bias at the input and one at the state, ours is one."""
    module = kind(Wx.shape[0], Wh.shape[0], batch_first=True, dtype=torch.float64)
    ours = {"weight_ih_l0": Wx.T, "weight_hh_l0": Wh.T, "bias_ih_l0": b, "bias_hh_l0": np.zeros(len(b))}
    with torch.no_grad():
        for name, value in ours.items():
            getattr(module, name).copy_(torch.tensor(np.array(value)))
    return module


def weights(rng, D, H, gates=1):
    return normal(rng, D, gates * H), normal(rng, H, gates * H), normal(rng, gates * H)


@pytest.fixture
def rng():
    return np.random.default_rng(1997)


@pytest.mark.parametrize("sizes", SIZES)
def test_rnn_and_its_gradients_agree(rng, sizes):
    """States and gradients of the plain network are those of torch's RNN."""
    N, T, D, H = sizes
    X, h0, dH, (Wx, Wh, b) = normal(rng, N, T, D), normal(rng, N, H), normal(rng, N, T, H), weights(rng, D, H)
    module, (x, h) = layer(torch.nn.RNN, Wx, Wh, b), leaves(X, h0)
    out, _ = module(x, h[None])
    out.backward(torch.tensor(dH))
    dX, dh0, dWx, dWh, db = reference.rnn_backward(dH, X, h0, Wx, Wh, b)

    equal(reference.rnn_forward(X, h0, Wx, Wh, b), out)
    equal(reference.rnn_step(X[:, 0], h0, Wx, Wh, b), out[:, 0])
    equal(dX, x.grad)
    equal(dh0, h.grad)
    equal(dWx.T, module.weight_ih_l0.grad)
    equal(dWh.T, module.weight_hh_l0.grad)
    equal(db, module.bias_ih_l0.grad)


@pytest.mark.parametrize("lengths", [[4, 2, 5, 1], [5, 5, 5, 5], [1, 1, 3, 2]])
def test_both_directions_agree(rng, lengths):
    """The two directions are those of torch's bidirectional RNN over a packed batch."""
    X, fw, bw = normal(rng, 4, 5, 3), weights(rng, 3, 2), weights(rng, 3, 2)
    module = torch.nn.RNN(3, 2, batch_first=True, bidirectional=True, dtype=torch.float64)
    with torch.no_grad():
        for suffix, (Wx, Wh, b) in (("l0", fw), ("l0_reverse", bw)):
            for name, value in (("weight_ih", Wx.T), ("weight_hh", Wh.T), ("bias_ih", b), ("bias_hh", 0 * b)):
                getattr(module, f"{name}_{suffix}").copy_(torch.tensor(np.array(value)))
    packed = torch.nn.utils.rnn.pack_padded_sequence(torch.tensor(X), lengths, batch_first=True, enforce_sorted=False)
    want, _ = torch.nn.utils.rnn.pad_packed_sequence(module(packed)[0], batch_first=True, total_length=5)

    equal(reference.birnn_forward(X, lengths, fw, bw), want)


def test_empty_rows_are_zeros(rng):
    """A row of length 0 is 0; torch refuses to pack such a row, so that this is our convention."""
    X, fw, bw = normal(rng, 2, 3, 2), weights(rng, 2, 4), weights(rng, 2, 4)
    got = reference.birnn_forward(X, [0, 2], fw, bw)

    np.testing.assert_array_equal(got[0], np.zeros((3, 8)))
    np.testing.assert_array_equal(got[1, 2], np.zeros(8))


@pytest.mark.parametrize("H", [1, 2, 5])
@pytest.mark.parametrize("t", [0, 1, 2, 7])
def test_recurrences_agree(rng, H, t):
    """Steps, torch's matrix power, and eigenvalues say the same."""
    W, h0 = normal(rng, H, H), normal(rng, H)
    symmetric = W + W.T

    for matrix in (W, symmetric):
        power = torch.linalg.matrix_power(torch.tensor(matrix), t).T @ torch.tensor(h0)
        np.testing.assert_allclose(reference.power_recurrence(matrix, h0, t), power.numpy(), rtol=1e-10)
    power = torch.linalg.matrix_power(torch.tensor(symmetric), t) @ torch.tensor(h0)
    largest = float(power.abs().max())
    np.testing.assert_allclose(reference.eig_recurrence(symmetric, h0, t), power.numpy(), atol=1e-12 * largest)


def test_the_slides_product_is_another(rng):
    """Qᵀ Λᵗ Q, as the slide has it, is not Wᵗ for W = Q Λ Qᵀ; and with our order it is."""
    W = normal(rng, 3, 3)
    values, Q = np.linalg.eigh(W + W.T)
    want, h0 = np.linalg.matrix_power(W + W.T, 3), normal(rng, 3)

    np.testing.assert_allclose(reference.eig_recurrence(W + W.T, h0, 3), want @ h0)
    assert not np.allclose(Q.T @ np.diag(values**3) @ Q @ h0, want @ h0)


@pytest.mark.parametrize(("scale", "says"), [(0.9, "vanishes"), (1.0, "neither"), (1.1, "explodes")])
def test_fate_is_what_happens(rng, scale, says):
    """A matrix of spectral radius 0.9, 1 or 1.1, by torch's eigenvalues, shrinks, keeps or blows up a vector."""
    for H in (1, 2, 5):
        W = normal(rng, H, H)
        W *= scale / float(torch.linalg.eigvals(torch.tensor(W)).abs().max())
        length = np.linalg.norm(reference.power_recurrence(W, normal(rng, H), 400))

        assert reference.fate(W) == says
        assert (length < 1e-9, length > 1e9) == (says == "vanishes", says == "explodes")


def test_fate_at_the_tolerance():
    """A radius exactly as far from 1 as is tolerated counts as 1, on either side."""
    assert [reference.fate([[w]], tol=0.5) for w in (0.5, -1.5, 0.25, 1.75)] == [
        "neither",
        "neither",
        "vanishes",
        "explodes",
    ]


def test_leaky_unit_is_a_weighted_sum(rng):
    """μ_t is α^t μ_0 plus the v_s weighted by (1 − α) α^(t − s)."""
    v, alpha, mu0 = normal(rng, 6, 3), 0.7, normal(rng, 3)
    want = [
        alpha**t * mu0 + sum((1 - alpha) * alpha ** (t - s) * v[s - 1] for s in range(1, t + 1)) for t in range(1, 7)
    ]

    np.testing.assert_allclose(reference.leaky_unit(v, alpha, mu0), want)


@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("delay", [1, 2, 4, 9])
def test_skips_agree(rng, sizes, delay):
    """The network with skips is torch's RNN cell, whose input also holds the state of `delay` steps ago."""
    N, T, D, H = sizes
    X, h0, (Wx, Wh, b), Wskip = normal(rng, N, T, D), normal(rng, N, H), weights(rng, D, H), normal(rng, H, H)
    cell = torch.nn.RNNCell(D + H, H, dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("weight_ih", np.vstack([Wx, Wskip]).T), ("weight_hh", Wh.T), ("bias_ih", b)):
            getattr(cell, name).copy_(torch.tensor(np.array(value)))
        cell.bias_hh.zero_()
    states = [torch.tensor(h0)]
    for t in range(1, T + 1):
        skipped = states[t - delay] if t >= delay else torch.zeros(N, H, dtype=torch.float64)
        states.append(cell(torch.cat([torch.tensor(X[:, t - 1]), skipped], dim=1), states[-1]))

    equal(reference.skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay), torch.stack(states[1:], dim=1))


@pytest.mark.parametrize("max_norm", [0.1, 2.0, 1e3])
def test_clipping_agrees(rng, max_norm):
    """Gradients are clipped as by torch, which adds 1e-6 to the norm; ours divides by the norm itself."""
    grads = [normal(rng, 3, 2), normal(rng, 4), normal(rng, 1, 1, 2)]
    tensors = leaves(*grads)
    for tensor, g in zip(tensors, grads, strict=True):
        tensor.grad = torch.tensor(g)
    torch.nn.utils.clip_grad_norm_(tensors, max_norm)

    for got, tensor in zip(reference.clip_global_norm(grads, max_norm), tensors, strict=True):
        np.testing.assert_allclose(got, tensor.grad.numpy(), rtol=1e-5)


@pytest.mark.parametrize("sizes", SIZES)
def test_lstm_and_its_gradients_agree(rng, sizes):
    """States, last cell and gradients are those of torch's LSTM, with both results having a gradient."""
    N, T, D, H = sizes
    X, h0, c0, (Wx, Wh, b) = normal(rng, N, T, D), normal(rng, N, H), normal(rng, N, H), weights(rng, D, H, 4)
    dH, dcT = normal(rng, N, T, H), normal(rng, N, H)
    module, (x, h, c) = layer(torch.nn.LSTM, Wx, Wh, b), leaves(X, h0, c0)
    out, (_, cell) = module(x, (h[None], c[None]))
    torch.autograd.backward([out, cell], [torch.tensor(dH), torch.tensor(dcT)[None]])
    H_, cT = reference.lstm_forward(X, h0, c0, Wx, Wh, b)
    dX, dh0, dc0, dWx, dWh, db = reference.lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b)

    equal(H_, out)
    equal(cT, cell[0])
    equal(dX, x.grad)
    equal(dh0, h.grad)
    equal(dc0, c.grad)
    equal(dWx.T, module.weight_ih_l0.grad)
    equal(dWh.T, module.weight_hh_l0.grad)
    equal(db, module.bias_ih_l0.grad)


@pytest.mark.parametrize("scale", [1.0, 300.0])
@pytest.mark.parametrize("sizes", SIZES)
def test_lstm_step_and_its_gradients_agree(rng, sizes, scale):
    """One step and its gradients are those of torch's LSTM cell, also where the gates are fully open or shut."""
    N, _, D, H = sizes
    inputs = (scale * normal(rng, N, D), normal(rng, N, H), normal(rng, N, H), *weights(rng, D, H, 4))
    dh, dc, tensors = normal(rng, N, H), normal(rng, N, H), leaves(*inputs)
    x, h, c, Wx, Wh, b = tensors
    i, f, g, o = (x @ Wx + h @ Wh + b).chunk(4, dim=1)
    cell = f.sigmoid() * c + i.sigmoid() * g.tanh()
    state = o.sigmoid() * cell.tanh()
    torch.autograd.backward([state, cell], [torch.tensor(dh), torch.tensor(dc)])
    module = torch.nn.LSTMCell(D, H, dtype=torch.float64)
    with torch.no_grad():
        for name, value in (("weight_ih", Wx.T), ("weight_hh", Wh.T), ("bias_ih", b), ("bias_hh", 0 * b)):
            getattr(module, name).copy_(value)
    got_state, got_cell = reference.lstm_step(*inputs)

    equal(got_state, state)
    equal(got_cell, cell)
    for got, want in zip((got_state, got_cell), module(x, (h, c)), strict=True):
        equal(got, want)
    for got, tensor in zip(reference.lstm_step_backward(dh, dc, *inputs), tensors, strict=True):
        equal(got, tensor.grad)


@pytest.mark.parametrize("lengths", [None, [1, 3, 4], [4, 4, 2]])
def test_encoder_decoder_agrees(rng, lengths):
    """The logits are those of two LSTMs of torch; the second starts from what the first gives for a packed batch."""
    src, tgt_in, Wout, bout = normal(rng, 3, 4, 2), normal(rng, 3, 6, 5), normal(rng, 3, 7), normal(rng, 7)
    enc, dec = weights(rng, 2, 3, 4), weights(rng, 5, 3, 4)
    packed = torch.nn.utils.rnn.pack_padded_sequence(
        torch.tensor(src), [4, 4, 4] if lengths is None else lengths, batch_first=True, enforce_sorted=False
    )
    _, handed_over = layer(torch.nn.LSTM, *enc)(packed)
    states, _ = layer(torch.nn.LSTM, *dec)(torch.tensor(tgt_in), handed_over)
    want = states @ torch.tensor(Wout) + torch.tensor(bout)

    equal(reference.encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths), want)


def test_teacher_inputs_are_shifted():
    """Each row begins with bos and loses its last word."""
    got = reference.teacher_inputs([[5, 6, 7], [8, 9, 2]], 1)

    np.testing.assert_array_equal(got, F.pad(torch.tensor([[5, 6], [8, 9]]), (1, 0), value=1).numpy())


@pytest.mark.parametrize("max_norm", [0.2, 5.0])
def test_training_agrees(rng, max_norm):
    """Losses and parameters after four steps are those of torch's autograd, its clipping and its Adam."""
    X, y = normal(rng, 9, 4, 3), rng.integers(0, 5, 9)
    params = {"Wout": normal(rng, 2, 5), "bout": normal(rng, 5)}
    params |= dict(zip(("Wx", "Wh", "b"), weights(rng, 3, 2, 4), strict=True))
    batches = [np.array([0, 4, 7]), np.array([8, 1]), np.array([2]), np.array([3, 5, 6, 0])]
    theta = dict(zip(params, leaves(*params.values()), strict=True))
    optimiser, want = torch.optim.Adam(theta.values(), lr=0.05), []
    for batch in batches:
        h = c = torch.zeros(len(batch), 2, dtype=torch.float64)
        for t in range(4):
            a = torch.tensor(X[batch, t]) @ theta["Wx"] + h @ theta["Wh"] + theta["b"]
            i, f, g, o = a.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * c.tanh()
        loss = F.cross_entropy(h @ theta["Wout"] + theta["bout"], torch.tensor(y[batch]))
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(theta.values(), max_norm)
        optimiser.step()
        want.append(loss.item())

    got, losses = reference.train_lstm(X, y, params, 0.05, batches, max_norm)

    # Torch clips to max_norm · norm / (norm + 1e-6).
    np.testing.assert_allclose(losses, want, rtol=1e-5)
    for name in params:
        np.testing.assert_allclose(got[name], theta[name].detach().numpy(), rtol=1e-4, atol=1e-5)


def test_arguments_stay_unchanged(rng):
    """The oracle trains copies: the caller's parameters are as they were."""
    params = {"Wout": normal(rng, 2, 3), "bout": normal(rng, 3)}
    params |= dict(zip(("Wx", "Wh", "b"), weights(rng, 4, 2, 4), strict=True))
    before = {name: value.copy() for name, value in params.items()}
    reference.train_lstm(normal(rng, 2, 3, 4), [2, 1], params, 0.5, [np.array([0, 1])], 0.1)

    for name, value in before.items():
        np.testing.assert_array_equal(params[name], value)
