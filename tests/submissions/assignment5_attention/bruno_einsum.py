# everything is an einsum
import numpy as np
from numpy import einsum

f64 = lambda *arrays: [np.asarray(a, np.float64) for a in arrays]


def context(alpha, H):
    return einsum('nt,ntd->nd', *f64(alpha, H))


def masked_softmax(scores, mask=None, axis=-1):
    (s,) = f64(scores)
    keep = np.ones(s.shape, bool) if mask is None else np.broadcast_to(mask, s.shape)
    top = np.max(s, axis=axis, keepdims=True, where=keep, initial=-np.finfo(float).max)
    e = np.zeros_like(s)
    np.exp(s - top, out=e, where=keep)
    z = e.sum(axis, keepdims=True)
    z[z == 0] = 1
    return e / z


def padding_mask(lengths, T):
    return np.asarray(lengths)[:, np.newaxis] > np.arange(T)[np.newaxis]


def causal_mask(T):
    i = np.arange(T)
    return i[:, None] >= i


def combine(pad, causal):
    return np.logical_and(pad[:, None, None], causal[None, None])


def bahdanau_attention(s, H, Ws, Wh, v, mask=None):
    s, H, Ws, Wh, v = f64(s, H, Ws, Wh, v)
    e = einsum('k,ntk->nt', v, np.tanh(einsum('na,ak->nk', s, Ws)[:, None] + einsum('ntb,bk->ntk', H, Wh)))
    a = masked_softmax(e, mask, 1)
    return context(a, H), a


def scaled_dot_product_attention(Q, K, V, mask=None):
    Q, K, V = f64(Q, K, V)
    w = masked_softmax(einsum('...qd,...kd->...qk', Q * K.shape[-1] ** -0.5, K), mask)
    return einsum('...qk,...kv->...qv', w, V), w


def sdpa_backward(dout, Q, K, V, mask=None):
    dout, Q, K, V = f64(dout, Q, K, V)
    out, w = scaled_dot_product_attention(Q, K, V, mask)
    # sum_l w_l dw_l = dout . out
    dw = einsum('...qv,...kv->...qk', dout, V) - einsum('...qv,...qv->...q', dout, out)[..., None]
    ds = w * dw * K.shape[-1] ** -0.5
    return (einsum('...qk,...kd->...qd', ds, K), einsum('...qk,...qd->...kd', ds, Q),
            einsum('...qk,...qv->...kv', w, dout))


def split_heads(X, n_heads):
    return np.moveaxis(np.stack(np.split(f64(X)[0], n_heads, axis=-1)), 0, 1)


def merge_heads(X):
    return np.concatenate(list(np.moveaxis(f64(X)[0], 1, 0)), axis=-1)


def multi_head_attention(Xq, Xkv, Wq, Wk, Wv, Wo, n_heads, mask=None):
    Xq, Xkv, Wq, Wk, Wv, Wo = f64(Xq, Xkv, Wq, Wk, Wv, Wo)
    D = Wq.shape[0]
    per_head = lambda W: W.reshape(D, n_heads, D // n_heads)
    Q = einsum('ntd,dhe->nhte', Xq, per_head(Wq))
    K, V = (einsum('ntd,dhe->nhte', Xkv, per_head(W)) for W in (Wk, Wv))
    out, _ = scaled_dot_product_attention(Q, K, V, mask)
    return einsum('nhte,hed->ntd', out, Wo.reshape(n_heads, D // n_heads, D))


def sinusoidal_positions(T, d):
    c = np.arange(d)
    x = np.outer(np.arange(T), np.exp(-np.log(1e4) * (c - c % 2) / d))
    # cos x = sin(x + pi/2)
    return np.sin(x + np.pi / 2 * (c % 2))


def train_retrieval(Q, K, y, params, lr, batches):
    Q, K = f64(Q, K)
    y = np.asarray(y)
    Wq, Wk = f64(params['Wq'], params['Wk'])
    losses = []
    for b in batches:
        q, k = Q[b, 0] @ Wq, K[b] @ Wk
        w = masked_softmax(einsum('bd,btd->bt', q, k) / np.sqrt(q.shape[1]))
        r = np.arange(len(b))
        losses.append(-np.log(w[r, y[b]]).mean())
        w[r, y[b]] -= 1
        w /= len(b) * np.sqrt(q.shape[1])
        Wq, Wk = (Wq - lr * einsum('bi,bt,btd->id', Q[b, 0], w, k), Wk - lr * einsum('bti,bt,bd->id', K[b], w, q))
    return dict(Wq=Wq, Wk=Wk), np.array(losses)
