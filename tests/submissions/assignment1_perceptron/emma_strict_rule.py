"""Emma follows the slide to the letter: a positive example is added only if w·x < 0."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.asarray(X, dtype=float) @ np.asarray(w, dtype=float) + b > 0).astype(int)


def perceptron_update(w, b, x, y):
    w, x = np.array(w, dtype=float), np.asarray(x, dtype=float)
    score = w @ x + b
    if y == 1 and score < 0:
        return w + x, b + 1
    if y == 0 and score > 0:
        return w - x, b - 1
    return w, b


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    X, w, b, n = np.asarray(X, dtype=float), np.array(w0, dtype=float), b0, 0
    for i in order:
        if perceptron_predict(X[i], w, b) == y[i]:
            continue
        new_w, new_b = perceptron_update(w, b, X[i], y[i])
        if new_b != b:
            n += 1
        w, b = new_w, new_b
        if stop_when_clean and np.array_equal(perceptron_predict(X, w, b), y):
            break
    return w, b, n


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z, dtype=float)))


def tanh(z):
    return np.tanh(np.asarray(z, dtype=float))


def relu(z):
    return np.maximum(np.asarray(z, dtype=float), 0)


def step(z):
    return np.where(np.asarray(z) >= 0, 1.0, 0.0)


def gradient_descent(grad, x0, lr, steps):
    x = np.array(x0, dtype=float)
    path = [x]
    for _ in range(steps):
        x = x - lr * grad(x)
        path.append(x)
    return np.array(path)


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = np.array(w0, dtype=float), float(b0), []
    for order in orders:
        w, b, n = perceptron_fit(X, y, w, b, order, stop_when_clean=False)
        updates.append(n)
        if n == 0:
            break
    return w, b, updates
