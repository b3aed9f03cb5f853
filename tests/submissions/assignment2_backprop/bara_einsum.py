"""Bara: short and compact, einsum and one-liners; her network for f is fitted by least squares."""
from functools import reduce

import numpy as np

F = lambda a: np.asarray(a, dtype=float)


def chain_rule(fs, dfs, w):
    return reduce(lambda s, fd: (fd[0](s[0]), s[1] * fd[1](s[0])), zip(fs, dfs), (F(w), np.ones(np.shape(w))))[1]


def log_softmax(z, axis=-1):
    z = F(z) - np.max(F(z), axis=axis, keepdims=True)
    return z - np.logaddexp.reduce(z, axis=axis, keepdims=True)


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis=axis))


def cross_entropy(logits, targets):
    log_p = log_softmax(logits)
    n = len(log_p)
    t = np.asarray(targets)
    if t.ndim == 1:
        t = (t[:, None] == np.arange(log_p.shape[1])).astype(float)
    return -np.einsum("nc,nc->", t, log_p) / n, (np.exp(log_p) - t) / n


def mean_loss(cost, slope):
    return lambda a, y: (cost(F(a), F(y)).mean(), slope(F(a), F(y)) / np.size(a))


sig = lambda z: np.exp(-np.logaddexp(0, -z))
bce_with_logits = mean_loss(lambda z, y: np.logaddexp(0, (1 - 2 * y) * z), lambda z, y: sig(z) - y)
mse = mean_loss(lambda p, y: (p - y) ** 2, lambda p, y: 2 * (p - y))
hinge = mean_loss(lambda s, y: np.clip(1 - y * s, 0, None), lambda s, y: -y * (y * s < 1))


def linear_forward(X, W, b):
    return np.einsum("nd,dm->nm", F(X), F(W)) + F(b)


def linear_backward(dout, X, W):
    g = F(dout)
    return np.einsum("nm,dm->nd", g, F(W)), np.einsum("nd,nm->dm", F(X), g), np.einsum("nm->m", g)


ACT = {
    "relu": (lambda z: z * (z > 0), lambda z: 1.0 * (z > 0)),
    "tanh": (np.tanh, lambda z: np.cosh(np.clip(z, -300, 300)) ** -2.0),
    "sigmoid": (sig, lambda z: sig(z) * sig(-z)),
}


def mlp_loss_and_grads(X, y, params, activation):
    act, slope = ACT[activation]
    (W, b), *rest = params
    z = linear_forward(X, W, b)
    if not rest:
        loss, dz = cross_entropy(z, y)
        return loss, [linear_backward(dz, X, W)[1:]]
    # the layers above as a network of their own, whose first layer says what it needs
    h = act(z)
    loss, grads, dh = above(h, y, rest, act, slope)
    return loss, [linear_backward(dh * slope(z), X, W)[1:], *grads]


def above(h, y, params, act, slope):
    (W, b), *rest = params
    z = linear_forward(h, W, b)
    if rest:
        loss, grads, dh = above(act(z), y, rest, act, slope)
        dz = dh * slope(z)
    else:
        (loss, dz), grads = cross_entropy(z, y), []
    dx, dW, db = linear_backward(dz, h, W)
    return loss, [(dW, db), *grads], dx


class Scalar:
    def __init__(self, data, made_of=()):
        self.data, self.grad, self.made_of = float(data), 0.0, made_of

    def _two(self, other, f, df, dg):
        other = other if isinstance(other, Scalar) else Scalar(other)
        a, b = self.data, other.data
        return Scalar(f(a, b), ((self, df(a, b)), (other, dg(a, b))))

    __add__ = __radd__ = lambda s, o: s._two(o, lambda a, b: a + b, lambda a, b: 1, lambda a, b: 1)
    __mul__ = __rmul__ = lambda s, o: s._two(o, lambda a, b: a * b, lambda a, b: b, lambda a, b: a)
    __sub__ = lambda s, o: s._two(o, lambda a, b: a - b, lambda a, b: 1, lambda a, b: -1)
    __rsub__ = lambda s, o: s._two(o, lambda a, b: b - a, lambda a, b: -1, lambda a, b: 1)
    __truediv__ = lambda s, o: s._two(o, lambda a, b: a / b, lambda a, b: 1 / b, lambda a, b: -a / b / b)
    __rtruediv__ = lambda s, o: s._two(o, lambda a, b: b / a, lambda a, b: -b / a / a, lambda a, b: 1 / a)
    __pow__ = lambda s, k: s._two(k, lambda a, b: a**b, lambda a, b: b * a ** (b - 1), lambda a, b: 0)
    tanh = lambda s: s._two(0, lambda a, b: np.tanh(a), lambda a, b: 1 - np.tanh(a) ** 2, lambda a, b: 0)
    relu = lambda s: s._two(0, lambda a, b: max(a, 0), lambda a, b: a > 0, lambda a, b: 0)
    exp = lambda s: s._two(0, lambda a, b: np.exp(a), lambda a, b: np.exp(a), lambda a, b: 0)

    def backward(self):
        order = []

        def visit(v):
            if v not in order:
                for p, _ in v.made_of:
                    visit(p)
                order.append(v)

        visit(self)
        for v in order:
            v.grad = v.grad if not v.made_of else 0.0
        self.grad = 1.0
        for v in order[::-1]:
            for p, d in v.made_of:
                p.grad += d * v.grad


def glorot_normal(fan_in, fan_out, rng, shape=None, gain=1.0):
    return rng.normal(scale=gain * (2 / (fan_in + fan_out)) ** 0.5, size=shape or (fan_in, fan_out))


def glorot_uniform(fan_in, fan_out, rng, shape=None, gain=1.0):
    std = gain * (2 / (fan_in + fan_out)) ** 0.5
    return rng.uniform(-(3**0.5), 3**0.5, size=shape or (fan_in, fan_out)) * std


def count_mlp_parameters(sizes, bias=True):
    s = np.asarray(sizes, dtype=np.int64)
    return int((s[:-1] + bool(bias)) @ s[1:])


def approximate(f, a, b, n_hidden):
    step = (b - a) / n_hidden
    centers = a + step * (np.arange(n_hidden) + 0.5)
    w = np.full(n_hidden, 3 / step)
    x = np.linspace(a, b, 20 * n_hidden + 1)
    features = np.column_stack([sig(w * (x[:, None] - centers)), np.ones(len(x))])
    solved = np.linalg.lstsq(features, f(x), rcond=None)[0]
    return w, -w * centers, solved[:-1], solved[-1]


def train_mlp(X, y, params, activation, lr, batches):
    X, y, losses = F(X), np.asarray(y), []
    for batch in batches:
        loss, grads = mlp_loss_and_grads(X[batch], y[batch], params, activation)
        params = [tuple(F(p) - lr * g for p, g in zip(layer, grad)) for layer, grad in zip(params, grads)]
        losses.append(loss)
    return params, losses
