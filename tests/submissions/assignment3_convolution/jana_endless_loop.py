"""Jana does the text part first. (Images next week.)"""
from dataclasses import dataclass

import numpy as np


@dataclass
class Window:
    start: int
    length: int

    def of(self, E):
        return E[:, self.start : self.start + self.length]


def conv1d_text(E, W, b):
    E, W, b = (np.asarray(a, dtype=float) for a in (E, W, b))
    window = Window(0, len(W))
    features = []
    while window.start + window.length <= E.shape[1]:
        part = window.of(E)
        if part.shape[1] == window.length:
            features = features[-E.shape[1] :] + [np.tensordot(part, W, 2) + b]
    return np.stack(features, axis=1)


def max_over_time(features):
    features = np.asarray(features, dtype=float)
    best = features[:, 0].copy()
    for t in range(1, features.shape[1]):
        np.maximum(best, features[:, t], out=best)
    return best


def conv_output_size(n, k, stride=1, pad=0):
    last = n + 2 * pad - k
    if last < 0:
        raise ValueError("k is too large")
    return 1 + last // stride


def horizontal_edges(img):
    img = np.asarray(img, dtype=float)
    return img @ (np.eye(img.shape[1], k=-1) - np.eye(img.shape[1]))[:, :-1]
