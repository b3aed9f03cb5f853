"""Adam: everything number after number, with the math module; his Scalar walks its graph without recursion."""
import math

import numpy as np


def each(f, *arrays):
    arrays = [np.array(a, dtype=float) for a in arrays]
    out = np.zeros(arrays[0].shape)
    for i in np.ndindex(out.shape):
        out[i] = f(*[float(a[i]) for a in arrays])
    return out


def chain_rule(fs, dfs, w):
    inputs = [np.array(w, dtype=float)]
    for f in fs:
        inputs.append(np.array(f(inputs[-1]), dtype=float))
    result = np.array(dfs[-1](inputs[-2]), dtype=float)
    for i in range(len(fs) - 2, -1, -1):
        result = result * np.array(dfs[i](inputs[i]), dtype=float)
    return result


def one_row(row):
    m = max(row)
    exps = [math.exp(v - m) for v in row]
    return [v - m - math.log(sum(exps)) for v in row]


def log_softmax(z, axis=-1):
    z = np.array(z, dtype=float)
    return np.apply_along_axis(lambda row: np.array(one_row([float(v) for v in row])), axis, z)


def softmax(z, axis=-1):
    return np.exp(log_softmax(z, axis))


def cross_entropy(logits, targets):
    logits = np.array(logits, dtype=float)
    n, c = logits.shape
    loss, grad = 0.0, np.zeros((n, c))
    for i in range(n):
        log_p = one_row([float(v) for v in logits[i]])
        for j in range(c):
            if np.ndim(targets) == 1:
                t = 1.0 if targets[i] == j else 0.0
            else:
                t = float(targets[i][j])
            if t > 0:
                loss += -t * log_p[j]
            grad[i, j] = (math.exp(log_p[j]) - t) / n
    return loss / n, grad


def sigmoid(v):
    return 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))


def bce_with_logits(z, y):
    costs = each(lambda v, t: max(v, 0) - v * t + math.log1p(math.exp(-abs(v))), z, y)
    grads = each(lambda v, t: sigmoid(v) - t, z, y)
    return float(costs.sum()) / costs.size, grads / grads.size


def mse(pred, y):
    costs = each(lambda a, b: (a - b) * (a - b), pred, y)
    return float(costs.sum()) / costs.size, each(lambda a, b: 2 * (a - b), pred, y) / costs.size


def hinge(scores, y):
    costs = each(lambda s, t: max(0.0, 1 - t * s), scores, y)
    grads = each(lambda s, t: -t if t * s < 1 else 0.0, scores, y)
    return float(costs.sum()) / costs.size, grads / costs.size


def linear_forward(X, W, b):
    out = []
    for row in X:
        out_row = []
        for m in range(len(b)):
            total = float(b[m])
            for d in range(len(W)):
                total += float(row[d]) * float(W[d][m])
            out_row.append(total)
        out.append(out_row)
    return np.array(out)


def linear_backward(dout, X, W):
    n, d_in, d_out = len(X), len(W), len(W[0])
    dX, dW, db = np.zeros((n, d_in)), np.zeros((d_in, d_out)), np.zeros(d_out)
    for i in range(n):
        for m in range(d_out):
            g = float(dout[i][m])
            db[m] += g
            for d in range(d_in):
                dX[i, d] += g * float(W[d][m])
                dW[d, m] += g * float(X[i][d])
    return dX, dW, db


def mlp_loss_and_grads(X, y, params, activation):
    layers = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    h, zs, hs = np.array(X, dtype=float), [], []
    for k in range(len(layers)):
        hs.append(h)
        z = h @ layers[k][0] + layers[k][1]
        zs.append(z)
        if k < len(layers) - 1:
            if activation == "relu":
                h = np.where(z > 0, z, 0)
            elif activation == "tanh":
                h = np.tanh(z)
            else:
                h = each(sigmoid, z)
    loss, dz = cross_entropy(zs[-1], y)
    grads = [None] * len(layers)
    for k in range(len(layers) - 1, -1, -1):
        grads[k] = (hs[k].T @ dz, dz.sum(axis=0))
        if k > 0:
            dh = dz @ layers[k][0].T
            if activation == "relu":
                dz = np.where(zs[k - 1] > 0, dh, 0)
            elif activation == "tanh":
                dz = dh * (1 - np.tanh(zs[k - 1]) ** 2)
            else:
                s = each(sigmoid, zs[k - 1])
                dz = dh * s * (1 - s)
    return loss, grads


class Scalar:
    def __init__(self, data):
        self.data = float(data)
        self.grad = 0.0
        self.edges = []

    def _new(self, data, *edges):
        out = Scalar(data)
        out.edges = [(node, slope) for node, slope in edges if isinstance(node, Scalar)]
        return out

    def __add__(self, other):
        return self._new(self.data + getattr(other, "data", other), (self, 1), (other, 1))

    __radd__ = __add__

    def __sub__(self, other):
        return self._new(self.data - getattr(other, "data", other), (self, 1), (other, -1))

    def __rsub__(self, other):
        return self._new(other - self.data, (self, -1))

    def __mul__(self, other):
        value = getattr(other, "data", other)
        return self._new(self.data * value, (self, value), (other, self.data))

    __rmul__ = __mul__

    def __truediv__(self, other):
        value = getattr(other, "data", other)
        return self._new(self.data / value, (self, 1 / value), (other, -self.data / value**2))

    def __rtruediv__(self, other):
        return self._new(other / self.data, (self, -other / self.data**2))

    def __pow__(self, k):
        return self._new(self.data**k, (self, k * self.data ** (k - 1)))

    def tanh(self):
        t = math.tanh(self.data)
        return self._new(t, (self, 1 - t * t))

    def relu(self):
        return self._new(self.data, (self, 1)) if self.data > 0 else self._new(0.0, (self, 0))

    def exp(self):
        return self._new(math.exp(self.data), (self, math.exp(self.data)))

    def backward(self):
        # how many uses of each node are still to come
        uses, waiting = {self: 0}, [self]
        while waiting:
            node = waiting.pop()
            for child, _ in node.edges:
                if child not in uses:
                    uses[child] = 0
                    waiting.append(child)
                uses[child] += 1
        for node in uses:
            if node.edges:
                node.grad = 0.0
        self.grad = 1.0
        ready = [self]
        while ready:
            node = ready.pop()
            for child, slope in node.edges:
                child.grad += slope * node.grad
                uses[child] -= 1
                if uses[child] == 0:
                    ready.append(child)


def glorot_uniform(fan_in, fan_out, rng, shape=None, gain=1.0):
    limit = gain * math.sqrt(6) / math.sqrt(fan_in + fan_out)
    if shape is None:
        shape = (fan_in, fan_out)
    return limit - 2 * limit * rng.random(shape)


def glorot_normal(fan_in, fan_out, rng, shape=None, gain=1.0):
    if shape is None:
        shape = (fan_in, fan_out)
    # Box and Muller
    radius = np.sqrt(-2 * np.log(1 - rng.random(shape)))
    return gain * math.sqrt(2 / (fan_in + fan_out)) * radius * np.cos(2 * math.pi * rng.random(shape))


def count_mlp_parameters(sizes, bias=True):
    count = 0
    for i in range(1, len(sizes)):
        count += int(sizes[i - 1]) * int(sizes[i])
        if bias:
            count += int(sizes[i])
    return count


def approximate(f, a, b, n_hidden):
    w, c, v = [], [], []
    step = (b - a) / n_hidden
    for i in range(n_hidden):
        middle = a + (i + 0.5) * step
        w.append(1000 / step)
        c.append(-1000 / step * middle)
        v.append(float(f(a + (i + 1) * step)) - float(f(a + i * step)))
    return w, c, v, float(f(a))


def train_mlp(X, y, params, activation, lr, batches):
    X, y = np.array(X, dtype=float), np.array(y)
    params = [(np.array(W, dtype=float), np.array(b, dtype=float)) for W, b in params]
    losses = []
    for batch in batches:
        loss, grads = mlp_loss_and_grads(X[batch], y[batch], params, activation)
        losses.append(loss)
        for W_b, dW_db in zip(params, grads):
            for part, gradient in zip(W_b, dW_db):
                part -= lr * gradient
    return params, losses
