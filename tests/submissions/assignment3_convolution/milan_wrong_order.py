import numpy as np


def conv_output_size(n, k, stride=1, pad=0):
    if n + 2*pad < k: raise ValueError('k')
    return (n + 2*pad - k)//stride + 1


def pad2d(x, pad):
    # pad is (width, height), like in image libraries
    if np.ndim(pad) == 0: pw = ph = pad
    else: pw, ph = pad
    x = np.asarray(x, dtype='float64')
    return np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])


def conv2d_forward(x, W, b, stride=1, pad=0):
    x, W, b = pad2d(x, pad), np.asarray(W, 'float64'), np.asarray(b, 'float64')
    oh = conv_output_size(x.shape[2], W.shape[2], stride)
    ow = conv_output_size(x.shape[3], W.shape[3], stride)
    y = np.zeros((x.shape[0], oh, ow, W.shape[0]))      # filters last: easier to add b
    for p in range(W.shape[2]):
        for q in range(W.shape[3]):
            y += np.einsum('nchw,fc->nhwf', x[:, :, p:p + (oh-1)*stride + 1:stride, q:q + (ow-1)*stride + 1:stride], W[:, :, p, q])
    y += b
    return y.transpose(0, 3, 1, 2)


def conv2d_backward(dout, x, W, stride=1, pad=0):
    dout, W = np.asarray(dout, 'float64'), np.asarray(W, 'float64')
    x = pad2d(x, pad)
    oh, ow = dout.shape[2:]
    dW, dx = np.zeros(W.shape), np.zeros(x.shape)
    for p in range(W.shape[2]):
        for q in range(W.shape[3]):
            sl = (slice(None), slice(None), slice(p, p + (oh-1)*stride + 1, stride), slice(q, q + (ow-1)*stride + 1, stride))
            dW[:, :, p, q] = np.einsum('nchw,nfhw->fc', x[sl], dout)
            dx[sl] += np.einsum('nfhw,fc->nchw', dout, W[:, :, p, q])
    return dW, dx[:, :, pad:dx.shape[2]-pad, pad:dx.shape[3]-pad], dout.sum((0, 2, 3))


def max_pool2d_forward(x, k, stride=None):
    # (width, height) again
    x = np.asarray(x, 'float64')
    if stride is None: stride = k
    kw, kh = (k, k) if np.ndim(k) == 0 else k
    sw, sh = (stride, stride) if np.ndim(stride) == 0 else stride
    oh, ow = conv_output_size(x.shape[2], kh, sh), conv_output_size(x.shape[3], kw, sw)
    y = np.zeros(x.shape[:2] + (oh, ow))
    for i in range(oh):
        for j in range(ow):
            y[:, :, i, j] = x[:, :, i*sh:i*sh+kh, j*sw:j*sw+kw].max((2, 3))
    return y


def conv1d_text(E, W, b):
    E, W, b = np.asarray(E, 'float64'), np.asarray(W, 'float64'), np.asarray(b, 'float64')
    k, D, F = W.shape
    return np.stack([np.einsum('nkd,kdf->nf', E[:, t:t+k], W) + b for t in range(E.shape[1]-k+1)], axis=2)


def max_over_time(features):
    return np.asarray(features, 'float64').max(axis=2)


def train_cnn(X, y, params, lr, batches):
    X, y = np.asarray(X, 'float64'), np.asarray(y)
    W1, b1, W2, b2 = (np.array(params[n], 'float64') for n in ('W1', 'b1', 'W2', 'b2'))
    losses = []
    for ix in batches:
        x, t, n = X[ix], y[ix], len(ix)
        z = conv2d_forward(x, W1, b1, 1, 1)
        h = z*(z > 0)
        blocks = h.reshape(n, -1, 4, 2, 4, 2).transpose(0, 1, 2, 4, 3, 5).reshape(n, -1, 4, 4, 4)
        m = blocks.max(-1)
        f = m.transpose(0, 2, 3, 1).reshape(n, -1)
        s = f @ W2 + b2
        s -= s.max(1, keepdims=True)
        e = np.exp(s)
        p = e/e.sum(1, keepdims=True)
        losses.append(float(-np.log(p[range(n), t]).mean()))
        p[range(n), t] -= 1
        p /= n
        dm = (p @ W2.T).reshape(n, 4, 4, -1).transpose(0, 3, 1, 2)
        first = np.eye(4)[blocks.argmax(-1)]
        dh = (first*dm[..., None]).reshape(n, -1, 4, 4, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(h.shape)
        dW1, _, db1 = conv2d_backward(dh*(z > 0), x, W1, 1, 1)
        W1, b1, W2, b2 = W1 - lr*dW1, b1 - lr*db1, W2 - lr*f.T @ p, b2 - lr*p.sum(0)
    return dict(W1=W1, b1=b1, W2=W2, b2=b2), losses
