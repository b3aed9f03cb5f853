"""Jirka saves memory: everything happens in place."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    return (np.asarray(X, dtype=float) @ np.asarray(w, dtype=float) + b > 0).astype(int)


def perceptron_update(w, b, x, y):
    w = np.asarray(w, dtype=float)
    error = y - perceptron_predict(x, w, b)
    w += error * np.asarray(x, dtype=float)
    return w, b + error


def relu(z):
    z = np.asarray(z, dtype=float)
    z[z < 0] = 0
    return z


def leaky_relu(z, slope=0.01):
    z = np.asarray(z, dtype=float)
    z[z < 0] *= slope
    return z


def gradient_descent(grad, x0, lr, steps):
    x = np.array(x0, dtype=float)
    path = [x]
    for _ in range(steps):
        x -= lr * grad(x)
        path.append(x)
    return np.array(path)


def numerical_gradient(f, x, h=1e-5):
    x = np.asarray(x, dtype=float)
    grad = np.zeros(x.shape)
    for i in np.ndindex(x.shape):
        x[i] += h
        above = f(x)
        x[i] -= 2 * h
        grad[i] = (above - f(x)) / (2 * h)
        x[i] += h
    return grad


def train_logistic(X, y, w0, b0, lr, steps):
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w0, dtype=float)
    losses = []
    for _ in range(steps):
        z = X @ w + b0
        losses.append(float(np.mean(np.logaddexp(0, z) - y * z)))
        dz = (0.5 + 0.5 * np.tanh(z / 2) - y) / len(y)
        w -= lr * (X.T @ dz)
        b0 = b0 - lr * dz.sum()
    return w, b0, losses
