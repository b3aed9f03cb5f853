"""Radek goes through the order again and again until everything is right; where no line separates, for ever."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.asarray(X, dtype=float) @ np.asarray(w, dtype=float) + b > 0).astype(int)


def perceptron_update(w, b, x, y):
    error = y - perceptron_predict(x, w, b)
    return np.asarray(w, dtype=float) + error * np.asarray(x, dtype=float), float(b + error)


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    w, b, n = np.array(w0, dtype=float), float(b0), 0
    while not np.array_equal(perceptron_predict(X, w, b), y):
        for i in order:
            new_w, new_b = perceptron_update(w, b, X[i], y[i])
            n += new_b != b
            w, b = new_w, new_b
    return w, b, n


def relu(z):
    return np.maximum(np.asarray(z, dtype=float), 0.0)
