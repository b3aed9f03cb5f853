import numpy as np


def context(alpha, H):
    return (alpha[:, :, None] * H).sum(axis=1)


def masked_softmax(scores, mask=None, axis=-1):
    if mask is not None
        scores = np.where(mask, scores, -np.inf)
    e = np.exp(scores - scores.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)
