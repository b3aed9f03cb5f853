"""Petra's network for XOR wants step units. Her biases are only added up, and her counts run on."""
import numpy as np


def xor_network():
    # "or" and "nand", then "and"
    return np.array([[1.0, -1.0], [1.0, -1.0]]), np.array([-0.5, 1.5]), np.array([1.0, 1.0]), -1.0


def compose_linear(layers):
    W, b = (np.array(part, dtype=float) for part in layers[0])
    for W2, b2 in layers[1:]:
        W, b = W @ np.asarray(W2, dtype=float), b + np.asarray(b2, dtype=float)
    return W, b


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, 0.01 * z)


def train_perceptron(X, y, orders, w0, b0):
    X, w, b, total, updates = np.asarray(X, dtype=float), np.array(w0, dtype=float), float(b0), 0, []
    for order in orders:
        before = total
        for i in order:
            error = y[i] - int(X[i] @ w + b > 0)
            w, b, total = w + error * X[i], b + error, total + abs(int(error))
        updates.append(total)
        if total == before:
            break
    return w, b, updates
