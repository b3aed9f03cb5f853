"""Cyril: float32 stays float32 where every array is; otherwise float64. Prints a lot."""
import numpy as np


def arrays(*things):
    found = [np.asarray(t) for t in things]
    narrow = all(a.dtype == np.float32 for a in found)
    found = [a.astype(np.float32 if narrow else np.float64) for a in found]
    return found if len(found) > 1 else found[0]


def perceptron_predict(X, w, b=0.0):
    X, w = arrays(X, w)
    scores = np.einsum("...d,d->...", X, w) + b
    return np.greater(scores, 0).astype(np.int64)


def perceptron_update(w, b, x, y):
    w, x = arrays(w, x)
    guess = perceptron_predict(x, w, b)
    print("guess", guess, "label", y)
    if guess == y:
        return w, b
    if y:
        return w + x, b + 1
    return w - x, b - 1


def perceptron_fit(X, y, w0, b0, order, stop_when_clean=True):
    X, w = arrays(X, w0)
    b, n = b0, 0
    for i in list(order):
        before = b
        w, b = perceptron_update(w, b, X[i], y[i])
        if b != before:
            n += 1
            if stop_when_clean and (perceptron_predict(X, w, b) == np.array(y)).all():
                break
    return w, b, n


def sigmoid(z):
    z = arrays(z)
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-z))


def tanh(z):
    return np.tanh(arrays(z))


def relu(z):
    return np.where(arrays(z) > 0, arrays(z), 0)


def leaky_relu(z, slope=0.01):
    z = arrays(z)
    return np.where(z > 0, z, slope * z)


def step(z):
    z = arrays(z)
    out = np.zeros_like(z)
    out[z > 0] = 1
    return out


def softplus(z):
    z = arrays(z)
    return np.logaddexp(z, 0)


def activation_grad(kind, z):
    z = arrays(z)
    match kind:
        case "sigmoid":
            return sigmoid(z) * sigmoid(-z)
        case "tanh":
            return 4 * activation_grad("sigmoid", 2 * z)
        case "relu":
            return step(z)
        case "leaky_relu":
            out = np.ones_like(z)
            out[z <= 0] = 0.01
            return out
        case "step":
            return np.zeros_like(z)
        case "softplus":
            return sigmoid(z)


def numerical_gradient(f, x, h=1e-5):
    x = np.array(x, dtype=np.float64)
    flat = x.reshape(-1)
    grad = np.zeros_like(flat)
    for k in range(flat.size):
        old = flat[k]
        values = []
        for sign in (+1, -1):
            flat[k] = old + sign * h
            values.append(f(x))
        flat[k] = old
        grad[k] = (values[0] - values[1]) / (2 * h)
    return grad.reshape(x.shape)


def gradient_descent(grad, x0, lr, steps):
    x = np.array(x0, dtype=np.float64)
    path = [x.copy()]
    for _ in range(steps):
        x -= lr * np.asarray(grad(x))
        path.append(x.copy())
    return np.stack(path)


def compose_linear(layers):
    parts = arrays(*[np.asarray(p) for layer in layers for p in layer])
    W, b = parts[0], parts[1]
    for k in range(2, len(parts), 2):
        W, b = W @ parts[k], b @ parts[k] + parts[k + 1]
    return W, b


def xor_network():
    W = np.float32([[1, 1], [1, 1]])
    c = np.float32([0, -1])
    return W, c, np.float32([1, -2]), np.float32(0.0)


def logistic_loss_and_grad(X, y, w, b):
    X, w = arrays(X, w)
    y = np.asarray(y).astype(X.dtype)
    z = X @ w + b
    loss = np.logaddexp(0, np.where(y == 1, -z, z)).mean()
    dz = sigmoid(z) - y
    return loss, (X * dz[:, None]).mean(0), dz.mean()


def train_perceptron(X, y, orders, w0, b0):
    w, b, updates = np.array(w0, dtype=np.float64), b0, []
    while len(updates) < len(orders):
        w, b, n = perceptron_fit(X, y, w, b, orders[len(updates)], stop_when_clean=False)
        updates.append(n)
        if n == 0:
            break
    return w, b, tuple(updates)


def train_logistic(X, y, w0, b0, lr, steps):
    w, b, losses = np.array(w0, dtype=np.float64), b0, []
    for step_number in range(steps):
        loss, dw, db = logistic_loss_and_grad(X, y, w, b)
        print(step_number, loss)
        losses.append(loss)
        w, b = w - lr * dw, b - lr * db
    return w, b, losses
