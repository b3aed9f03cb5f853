"""Beneš writes as little as he can: einsum, reduce, and one core for forward and backward."""
from functools import reduce

import numpy as np

F = lambda *arrays: [np.asarray(a, float) for a in arrays]  # noqa: E731
S = lambda z: np.exp(-np.logaddexp(0, -z))  # noqa: E731


def rnn_step(x, h, Wx, Wh, b):
    x, h, Wx, Wh, b = F(x, h, Wx, Wh, b)
    return np.tanh(np.hstack([x, h]) @ np.vstack([Wx, Wh]) + b)


def rnn_forward(X, h0, Wx, Wh, b):
    states = [h0]
    for x in np.swapaxes(F(X)[0], 0, 1):
        states += [rnn_step(x, states[-1], Wx, Wh, b)]
    return np.moveaxis(np.array(states[1:]), 0, 1)


def rnn_backward(dH, X, h0, Wx, Wh, b):
    dH, X, h0, Wx, Wh, b = F(dH, X, h0, Wx, Wh, b)
    H = rnn_forward(X, h0, Wx, Wh, b)
    P = np.concatenate([h0[:, None], H], 1)[:, :-1]
    A, back = [], 0
    for t in range(X.shape[1])[::-1]:
        A.insert(0, (dH[:, t] + back) * (1 - H[:, t] ** 2))
        back = np.einsum("nh,kh->nk", A[0], Wh)
    A = np.stack(A, 1)
    return np.einsum("nth,dh->ntd", A, Wx), back, np.einsum("ntd,nth->dh", X, A), np.einsum("ntk,nth->kh", P, A), A.sum((0, 1))


def birnn_forward(X, lengths, fw, bw):
    X, L = F(X)[0], np.asarray(lengths)
    N, T = X.shape[:2]
    mask = (np.arange(T) < L[:, None])[..., None]
    zero = np.zeros((N, len(fw[2])))
    h, rows = zero, []
    for t in range(T)[::-1]:  # the state stays zero until the row begins
        h = np.where(mask[:, t], rnn_step(X[:, t], h, *bw), zero)
        rows.insert(0, h)
    return np.concatenate([rnn_forward(X, zero, *fw) * mask, np.stack(rows, 1)], -1)


def power_recurrence(W, h0, t):
    W, h0 = F(W, h0)
    return reduce(lambda h, _: h @ W, range(t), h0.copy())


def eig_recurrence(W_sym, h0, t):
    w, Q = np.linalg.eigh(F(W_sym)[0])
    return np.einsum("ik,k,jk,j->i", Q, w**t, Q, F(h0)[0])


def fate(W, tol=1e-6):
    r = max(map(abs, np.linalg.eigvals(F(W)[0])))
    return ("neither", "explodes", "vanishes")[(abs(r - 1) > tol) * (1 if r > 1 else 2)]


def leaky_unit(v, alpha, mu0=0):
    v = F(v)[0]
    T = len(v)
    s, t = np.mgrid[:T, :T][::-1]
    K = np.where(s <= t, (1 - alpha) * float(alpha) ** np.maximum(t - s, 0), 0.0)
    start = np.multiply.outer(float(alpha) ** np.arange(1, T + 1), np.broadcast_to(F(mu0)[0], v.shape[1:]))
    return np.tensordot(K, v, 1) + start


def skip_rnn_forward(X, h0, Wx, Wh, Wskip, b, delay):
    X, h0, Wx, Wh, Wskip, b = F(X, h0, Wx, Wh, Wskip, b)
    N, T, _ = X.shape
    H = np.zeros((N, T + 1 + delay, len(b)))  # delay steps of nothing before h0
    H[:, delay] = h0
    for t in range(T):
        H[:, t + 1 + delay] = np.tanh(X[:, t] @ Wx + H[:, t + delay] @ Wh + H[:, t + 1] @ Wskip + b)
    return H[:, delay + 1 :]


def clip_global_norm(grads, max_norm):
    grads = F(*grads)
    norm = np.linalg.norm(np.concatenate([g.ravel() for g in grads]))
    return tuple(g * min(1.0, max_norm / norm if norm else 1.0) for g in grads)


def core(x, h, c, Wx, Wh, b):
    x, h, c, Wx, Wh, b = F(x, h, c, Wx, Wh, b)
    a = (np.hstack([x, h]) @ np.vstack([Wx, Wh]) + b).reshape(len(x), 4, -1)
    i, f, o = np.moveaxis(S(a[:, [0, 1, 3]]), 1, 0)
    g = np.tanh(a[:, 2])
    return i, f, g, o, f * c + i * g


def lstm_step(x, h, c, Wx, Wh, b):
    *_, o, c = core(x, h, c, Wx, Wh, b)
    return o * np.tanh(c), c


def lstm_step_backward(dh, dc, x, h_prev, c_prev, Wx, Wh, b):
    dh, dc, x, h_prev, c_prev, Wx, Wh = F(dh, dc, x, h_prev, c_prev, Wx, Wh)
    i, f, g, o, c = core(x, h_prev, c_prev, Wx, Wh, b)
    t = np.tanh(c)
    dc = dc + dh * o * (1 - t**2)
    da = np.stack([dc * g * i * (1 - i), dc * c_prev * f * (1 - f), dc * i * (1 - g**2), dh * t * o * (1 - o)], 1)
    da = da.reshape(len(x), -1)
    return da @ Wx.T, da @ Wh.T, dc * f, x.T @ da, h_prev.T @ da, da.sum(0)


def lstm_forward(X, h0, c0, Wx, Wh, b):
    h, c, H = h0, c0, []
    for x in np.swapaxes(F(X)[0], 0, 1):
        h, c = lstm_step(x, h, c, Wx, Wh, b)
        H.append(h)
    return np.stack(H, 1), c


def lstm_backward(dH, dcT, X, h0, c0, Wx, Wh, b):
    dH, X = F(dH, X)
    pairs = [(h0, c0)]
    for x in np.swapaxes(X, 0, 1):
        pairs.append(lstm_step(x, *pairs[-1], Wx, Wh, b))
    dh, dc, dxs, total = 0.0, dcT, [], 0
    for t in range(X.shape[1])[::-1]:
        dx, dh, dc, *g = lstm_step_backward(dH[:, t] + dh, dc, X[:, t], *pairs[t], Wx, Wh, b)
        dxs.append(dx)
        total = [p + q for p, q in zip(total, g)] if total else g
    return [np.stack(dxs[::-1], 1), dh, dc, *total]


def encoder_decoder_forward(src, tgt_in, enc, dec, Wout, bout, lengths=None):
    src, Wout, bout = F(src, Wout, bout)
    zero = np.zeros((1, len(Wout)))
    lengths = [src.shape[1]] * len(src) if lengths is None else lengths
    ends = [lstm_forward(s[None, :n], zero, zero, *enc) for s, n in zip(src, lengths)]
    h, c = np.concatenate([H[:, -1] for H, _ in ends]), np.concatenate([c for _, c in ends])
    return np.einsum("nth,hv->ntv", lstm_forward(tgt_in, h, c, *dec)[0], Wout) + bout


def teacher_inputs(tgt, bos):
    return np.pad(np.asarray(tgt, int), ((0, 0), (1, 0)), constant_values=bos)[:, :-1]


def train_lstm(X, y, params, lr, batches, max_norm=5.0):
    X, y = F(X)[0], np.asarray(y)
    names = list(params)
    theta = dict(zip(names, F(*params.values())))
    m = v = dict.fromkeys(names, 0)
    losses = []
    for k, rows in enumerate(batches, 1):
        lstm = [theta[n] for n in ("Wx", "Wh", "b")]
        zero = np.zeros((len(rows), len(theta["Wh"])))
        H, _ = lstm_forward(X[rows], zero, zero, *lstm)
        z = H[:, -1] @ theta["Wout"] + theta["bout"]
        logp = z - np.logaddexp.reduce(z, axis=1, keepdims=True)
        hot = np.eye(z.shape[1])[y[rows]]
        losses.append(-(logp * hot).sum() / len(rows))
        d = (np.exp(logp) - hot) / len(rows)
        dH = 0 * H
        dH[:, -1] = d @ theta["Wout"].T
        g = dict(zip(("Wx", "Wh", "b"), lstm_backward(dH, zero, X[rows], zero, zero, *lstm)[3:]))
        g |= {"Wout": H[:, -1].T @ d, "bout": d.sum(0)}
        g = dict(zip(g, clip_global_norm(list(g.values()), max_norm)))
        m = {n: 0.9 * m[n] + 0.1 * g[n] for n in names}
        v = {n: 0.999 * v[n] + 0.001 * g[n] ** 2 for n in names}
        root = {n: np.sqrt(v[n] / (1 - 0.999**k)) + 1e-8 for n in names}
        theta = {n: theta[n] - lr * m[n] / (1 - 0.9**k) / root[n] for n in names}
    return theta, losses
