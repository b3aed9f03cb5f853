"""The oracle of assignment 3 agrees with torch in float64: values, and gradients by autograd."""

import numpy as np
import pytest

from reference import convolution as reference

torch = pytest.importorskip("torch", reason="torch is a development extra: pip install 'deepgrade[torch]'")
F = torch.nn.functional

# N, C, F, (H, W), (kh, kw), stride, pad: sizes of 1, leftovers, no padding and much of it.
CONVOLUTIONS = [
    (2, 3, 4, (7, 6), (3, 2), 1, 0),
    (3, 2, 5, (6, 9), (2, 3), 2, 1),
    (1, 1, 1, (1, 1), (1, 1), 1, 0),
    (1, 1, 1, (1, 1), (3, 3), 2, 2),
    (2, 1, 3, (8, 10), (3, 3), 3, 0),
    (1, 4, 2, (11, 8), (2, 5), 4, 2),
    (2, 3, 1, (5, 4), (5, 4), 3, 0),
]
# (H, W), window, stride: overlaps, gaps, leftovers, a window of 1 and one as large as the image.
POOLS = [
    ((6, 8), 2, None),
    ((7, 9), 3, 2),
    ((8, 5), (2, 3), None),
    ((9, 7), (3, 2), (1, 2)),
    ((8, 10), 2, 3),
    ((4, 3), 1, None),
    ((4, 6), (4, 6), 5),
]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def tied(rng, *shape):
    """Few different values, zeros among them, so that most windows hold their largest value several times."""
    return rng.integers(-1, 2, shape).astype(float)


def leaves(*arrays):
    return [torch.tensor(a, dtype=torch.float64, requires_grad=True) for a in arrays]


def equal(got, want):
    np.testing.assert_allclose(got, want.detach().numpy(), rtol=1e-10, atol=1e-12)


@pytest.fixture
def rng():
    return np.random.default_rng(20221)


@pytest.mark.parametrize(("n", "k", "stride", "pad"), [(6, 3, 2, 0), (5, 5, 3, 0), (1, 3, 1, 1), (9, 4, 3, 2)])
def test_output_size_is_torchs(n, k, stride, pad):
    """The formula counts the windows that torch's convolution visits."""
    got = F.conv1d(torch.zeros(1, 1, n), torch.zeros(1, 1, k), stride=stride, padding=pad)

    assert reference.conv_output_size(n, k, stride, pad) == got.shape[2]


def test_output_size_refuses_what_torch_refuses():
    """A kernel larger than the padded input has no output size."""
    with pytest.raises(ValueError, match="does not fit"):
        reference.conv_output_size(4, 7, 1, 1)


@pytest.mark.parametrize("sizes", [(5, 7, 2, 3), (4, 4, 4, 4), (1, 6, 1, 1), (6, 3, 5, 2)])
def test_both_convolutions_agree(rng, sizes):
    """Cross-correlation is torch's convolution, the true one is torch's with the kernel turned by 180°."""
    img, k = normal(rng, *sizes[:2]), normal(rng, *sizes[2:])
    image, kernel = torch.tensor(img)[None, None], torch.tensor(k)[None, None]

    equal(reference.cross_correlate2d(img, k), F.conv2d(image, kernel)[0, 0])
    equal(reference.true_convolution2d(img, k), F.conv2d(image, kernel.flip(2, 3))[0, 0])


def test_edges_agree(rng):
    """The edge detector is torch's convolution with the kernel [-1, 1]; uint8 images do not wrap."""
    img = rng.integers(0, 256, (5, 8), dtype=np.uint8)
    kernel = torch.tensor([[[[-1.0, 1.0]]]], dtype=torch.float64)

    equal(reference.horizontal_edges(img), F.conv2d(torch.tensor(img.astype(float))[None, None], kernel)[0, 0])


@pytest.mark.parametrize(("pad", "by_torch"), [(0, (0, 0, 0, 0)), (2, (2, 2, 2, 2)), ((1, 3), (3, 3, 1, 1))])
def test_padding_agrees(rng, pad, by_torch):
    """An int pads all four sides, a pair rows and columns."""
    x = normal(rng, 2, 3, 4, 5)

    equal(reference.pad2d(x, pad), F.pad(torch.tensor(x), by_torch))


@pytest.mark.parametrize("case", CONVOLUTIONS)
def test_convolution_and_its_gradients_agree(rng, case):
    """The layer and its three gradients are torch's, for a random upstream gradient."""
    N, C, filters, size, kernel, stride, pad = case
    x, W, b = normal(rng, N, C, *size), normal(rng, filters, C, *kernel), normal(rng, filters)
    tensors = leaves(x, W, b)
    out = F.conv2d(*tensors, stride=stride, padding=pad)
    dout = normal(rng, *out.shape)
    out.backward(torch.tensor(dout))

    equal(reference.conv2d_forward(x, W, b, stride, pad), out)
    for got, tensor in zip(reference.conv2d_backward(dout, x, W, stride, pad), tensors, strict=True):
        equal(got, tensor.grad)


@pytest.mark.parametrize("values", [normal, tied, lambda _, *shape: np.zeros(shape), lambda _, *shape: -np.ones(shape)])
@pytest.mark.parametrize(("size", "k", "stride"), POOLS)
def test_pooling_and_its_gradient_agree(rng, values, size, k, stride):
    """Both poolings are torch's; of equal values torch's first one gets the gradient too."""
    x = values(rng, 2, 3, *size)
    (tensor,) = leaves(x)
    out = F.max_pool2d(tensor, k, stride)
    dout = normal(rng, *out.shape)
    out.backward(torch.tensor(dout))

    equal(reference.max_pool2d_forward(x, k, stride), out)
    equal(reference.avg_pool2d_forward(x, k, stride), F.avg_pool2d(tensor, k, stride))
    equal(reference.max_pool2d_backward(dout, x, k, stride), tensor.grad)


@pytest.mark.parametrize("case", [(2, 7, 5, 4, 3), (1, 1, 1, 1, 1), (3, 4, 2, 5, 4)])
def test_text_convolution_agrees(rng, case):
    """Convolution over words is torch's conv1d with the axes in another order; the largest over time is amax."""
    N, T, D, filters, k = case
    E, W, b = normal(rng, N, T, D), normal(rng, k, D, filters), normal(rng, filters)
    words, kernel = torch.tensor(E).permute(0, 2, 1), torch.tensor(W).permute(2, 1, 0)
    want = F.conv1d(words, kernel, torch.tensor(b)).permute(0, 2, 1)

    equal(reference.conv1d_text(E, W, b), want)
    equal(reference.max_over_time(E), torch.tensor(E).amax(dim=1))


@pytest.mark.parametrize("values", [normal, tied])
def test_training_agrees(rng, values):
    """Losses and parameters after four steps are those of torch's autograd and plain gradient descent."""
    X, y = values(rng, 9, 1, 8, 8), rng.integers(0, 10, 9)
    params = {"W1": normal(rng, 3, 1, 3, 3), "b1": normal(rng, 3), "W2": normal(rng, 48, 10), "b2": normal(rng, 10)}
    batches = [np.array([0, 4, 7]), np.array([8, 1]), np.array([2]), np.array([3, 5, 6, 0])]
    theta, images, labels = dict(zip(params, leaves(*params.values()), strict=True)), torch.tensor(X), torch.tensor(y)
    optimiser, want = torch.optim.SGD(theta.values(), lr=0.3), []
    for batch in batches:
        conv = F.conv2d(images[batch], theta["W1"], theta["b1"], padding=1)
        logits = F.max_pool2d(conv.relu(), 2).flatten(1) @ theta["W2"] + theta["b2"]
        loss = F.cross_entropy(logits, labels[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        want.append(loss.item())

    got, losses = reference.train_cnn(X, y, params, 0.3, batches)

    np.testing.assert_allclose(losses, want, rtol=1e-10)
    for name in params:
        equal(got[name], theta[name])


def test_arguments_stay_unchanged(rng):
    """The oracle trains copies: the caller's parameters are as they were."""
    params = {"W1": normal(rng, 2, 1, 3, 3), "b1": normal(rng, 2), "W2": normal(rng, 32, 10), "b2": normal(rng, 10)}
    before = {name: value.copy() for name, value in params.items()}
    reference.train_cnn(normal(rng, 2, 1, 8, 8), [3, 1], params, 0.5, [np.array([0, 1])])

    for name, value in before.items():
        np.testing.assert_array_equal(params[name], value)
