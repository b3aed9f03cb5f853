"""Anna: everything by hand, number after number, with lists and the math module."""
import math

import numpy as np


def dot(u, v):
    return sum(float(a) * float(c) for a, c in zip(u, v))


def perceptron_predict(X, w, b=0.0):
    if np.ndim(X) == 1:
        return 1 if dot(X, w) + b > 0 else 0
    answers = []
    for row in X:
        if dot(row, w) + b > 0:
            answers.append(1)
        else:
            answers.append(0)
    return np.array(answers)


def perceptron_update(w, b, x, y):
    w = [float(v) for v in w]
    b = float(b)
    answer = perceptron_predict(x, w, b)
    if y == 1 and answer == 0:
        for d in range(len(w)):
            w[d] += float(x[d])
        b += 1
    elif y == 0 and answer == 1:
        for d in range(len(w)):
            w[d] -= float(x[d])
        b -= 1
    return np.array(w), b


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    w, b = np.array([float(v) for v in w0]), float(b0)
    count = 0
    for i in order:
        if perceptron_predict(X[i], w, b) != y[i]:
            w, b = perceptron_update(w, b, X[i], y[i])
            count += 1
            if stop_when_clean:
                clean = True
                for row, label in zip(X, y):
                    clean = clean and perceptron_predict(row, w, b) == label
                if clean:
                    return w, b, count
    return w, b, count


def each(f, z):
    z = np.array(z, dtype=float)
    out = np.empty(z.shape)
    for i in np.ndindex(z.shape):
        out[i] = f(z[i])
    return out


def one_sigmoid(v):
    if v < 0:
        return math.exp(v) / (1 + math.exp(v))
    return 1 / (1 + math.exp(-v))


def one_tanh(v):
    return 2 * one_sigmoid(2 * v) - 1


def one_softplus(v):
    if v > 0:
        return v + math.log(1 + math.exp(-v))
    return math.log(1 + math.exp(v))


def sigmoid(z):
    return each(one_sigmoid, z)


def tanh(z):
    return each(one_tanh, z)


def relu(z):
    return each(lambda v: v if v > 0 else 0, z)


def leaky_relu(z, slope=0.01):
    return each(lambda v: v if v >= 0 else v * slope, z)


def step(z):
    return each(lambda v: int(v > 0), z)


def softplus(z):
    return each(one_softplus, z)


def activation_grad(kind, z):
    def derivative(v):
        if kind == "sigmoid":
            return one_sigmoid(v) * one_sigmoid(-v)
        if kind == "tanh":
            return (1 - one_tanh(v)) * (1 + one_tanh(v))
        if kind == "relu":
            return 1 if v > 0 else 0
        if kind == "leaky_relu":
            return 1 if v > 0 else 0.01
        if kind == "softplus":
            return one_sigmoid(v)
        return 0

    return each(derivative, z)


def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=float)
    g = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        up, down = x.copy(), x.copy()
        up[i] += h
        down[i] -= h
        g[i] = (f(up) - f(down)) / 2 / h
    return g


def gradient_descent(grad, x0, lr, steps):
    x = np.array(x0, dtype=float)
    path = [x.tolist()]
    for _ in range(steps):
        x = x - lr * np.array(grad(x))
        path.append(x.tolist())
    return np.array(path)


def compose_linear(layers):
    W, b = layers[0]
    W = [[float(v) for v in row] for row in W]
    b = [float(v) for v in b]
    for W2, b2 in layers[1:]:
        columns = [[row[j] for row in W2] for j in range(len(b2))]
        W = [[dot(row, column) for column in columns] for row in W]
        b = [dot(b, column) + float(v) for column, v in zip(columns, b2)]
    return np.array(W), np.array(b)


def xor_network():
    # |x1 - x2|: one unit for each sign
    return [[1, -1], [-1, 1]], [0, 0], [1, 1], 0


def logistic_loss_and_grad(X, y, w, b):
    n, d = len(X), len(w)
    loss, dw, db = 0.0, [0.0] * d, 0.0
    for row, label in zip(X, y):
        z = dot(row, w) + float(b)
        loss += one_softplus(-z) if label == 1 else one_softplus(z)
        delta = one_sigmoid(z) - float(label)
        for k in range(d):
            dw[k] += delta * float(row[k])
        db += delta
    return loss / n, np.array(dw) / n, db / n


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = np.array(w0, dtype=float), float(b0), []
    X = np.array(X, dtype=float)
    for order in orders:
        count = 0
        for i in order:
            answer = 1 if float(X[i] @ w) + b > 0 else 0
            if answer != y[i]:
                sign = 1 if y[i] == 1 else -1
                w = w + sign * X[i]
                b += sign
                count += 1
        updates.append(count)
        if count == 0:
            break
    return w, b, updates


def train_logistic(X, y, w0, b0, lr, steps):
    X, y = np.array(X, dtype=float), np.array(y, dtype=float)
    w, b, losses = np.array(w0, dtype=float), float(b0), []
    for _ in range(steps):
        z = X @ w + b
        losses.append(float(np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))))
        e = np.exp(-np.abs(z))
        p = np.where(z >= 0, 1 / (1 + e), e / (1 + e))
        w = w - lr * (p - y) @ X / len(y)
        b = b - lr * float(np.mean(p - y))
    return w, b, losses
