"""Dana: right, and tidy. Helpers come last, and everything is one expression."""
import numpy as np


def perceptron_predict(X, w, b=0.0):
    answers = as_floats(X).dot(as_floats(w)) + b > 0
    return int(answers) if np.ndim(answers) == 0 else answers.astype("int64")


def perceptron_update(w, b, x, y):
    direction = {(1, 0): 1.0, (0, 1): -1.0}.get((int(y), int(perceptron_predict(x, w, b))), 0.0)
    return as_floats(w) + direction * as_floats(x), float(b) + direction


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    w, b, updates, X = as_floats(w0), float(b0), [], as_floats(X)
    for i in order:
        if stop_when_clean and updates and list(perceptron_predict(X, w, b)) == list(y):
            break
        new_w, new_b = perceptron_update(w, b, X[i], y[i])
        if new_b != b:
            updates.append(i)
        w, b = new_w, new_b
    return w, b, len(updates)


def sigmoid(z):
    return np.exp(-np.logaddexp(0, -as_floats(z)))


def tanh(z):
    return 2 * sigmoid(2 * as_floats(z)) - 1


def relu(z):
    return (as_floats(z) + np.abs(as_floats(z))) / 2


def leaky_relu(z, slope=0.01):
    return relu(z) - slope * relu(-as_floats(z))


def step(z):
    return (np.sign(as_floats(z)) > 0) + 0.0


def softplus(z):
    return relu(z) + np.log1p(np.exp(-abs(as_floats(z))))


def activation_grad(kind, z):
    s = sigmoid(z)
    table = dict(
        sigmoid=s * (1 - s),
        tanh=1 - tanh(z) * tanh(z),
        relu=step(z),
        leaky_relu=step(z) + 0.01 * (1 - step(z)),
        step=np.zeros(np.shape(z)),
        softplus=s,
    )
    return table[kind]


def numerical_gradient(f, x, h=1e-5):
    x = as_floats(x)
    g = np.empty_like(x)
    it = np.nditer(x, flags=["multi_index"])
    for _ in it:
        nudge = np.zeros_like(x)
        nudge[it.multi_index] = h
        g[it.multi_index] = 0.5 * (f(x + nudge) - f(x - nudge)) / h
    return g


def gradient_descent(grad, x0, lr, steps):
    return np.asarray(list(descend(grad, as_floats(x0), lr, steps)))


def descend(grad, x, lr, steps):
    yield x
    for _ in range(steps):
        x = x - lr * as_floats(grad(x))
        yield x


def compose_linear(layers):
    *before, (W, b) = layers
    W, b = as_floats(W), as_floats(b)
    for W0, b0 in reversed(before):
        W, b = as_floats(W0) @ W, as_floats(b0) @ W + b
    return W, b


def xor_network():
    return (
        np.array([[100.0, -100.0], [-100.0, 100.0]]),
        np.array([-30.0, -30.0]),
        np.array([1.0, 1.0]),
        0.0,
    )


def logistic_loss_and_grad(X, y, w, b):
    X, y, w = as_floats(X), as_floats(y), as_floats(w)
    z = np.matmul(X, w) + b
    n = z.shape[0]
    error = (sigmoid(z) - y).reshape(n, 1)
    loss = float(np.sum(y * softplus(-z) + (1 - y) * softplus(z))) / n
    return [loss, (X.T @ error).ravel() / n, float(error.sum()) / n]


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = as_floats(w0), float(b0), []
    for order in orders:
        w, b, n = perceptron_fit(X, y, w, b, order)
        updates.append(n)
        if n == 0:
            return w, b, updates
    return w, b, updates


def train_logistic(X, y, w0, b0, lr, steps):
    theta, losses = np.append(as_floats(w0), b0), []
    for _ in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, theta[:-1], theta[-1])
        theta = theta - lr * np.append(dw, db)
        losses.append(loss)
    return theta[:-1].copy(), theta[-1], losses


def as_floats(a):
    return np.array(a, dtype=float)
