"""Hidden tests of assignment 3: convolution, pooling, and a small convolutional network.

One class per exercise. Each test is one property, named by the first line of its docstring, which a student reads when
it fails; it draws three inputs or more, so that a mistake that shows under that property alone can be told from others.
"""

import functools

import numpy as np
import pytest

from reference import convolution as reference
from reference import datasets

FLOAT32 = {"rtol": 1e-4, "atol": 1e-6}

# Image and kernel. Kernels would also fit when transposed, so that this mistake gives an answer, not an exception.
IMAGES = [((5, 7), (2, 3)), ((6, 8), (3, 2)), ((9, 6), (4, 3))]
SQUARE = [((5, 5), (3, 3)), ((6, 6), (2, 2)), ((7, 7), (4, 4))]
SMALLEST = [((1, 1), (1, 1)), ((3, 6), (1, 3)), ((5, 2), (2, 1)), ((4, 4), (4, 4)), ((1, 5), (1, 1))]
# N, C, F, (H, W), (kh, kw): no two sizes of a case alike.
LAYERS = [(2, 3, 4, (6, 7), (5, 1)), (3, 2, 5, (9, 7), (4, 6)), (4, 5, 3, (7, 10), (1, 2)), (2, 1, 3, (7, 6), (4, 5))]
# (H, W), window, stride: windows that overlap, that leave gaps, and that are not square.
OVERLAPS = [((7, 9), 3, 2), ((9, 5), 3, 1), ((6, 11), 5, 3)]
GAPS = [((8, 11), 2, 3), ((9, 6), 1, 2), ((11, 13), 2, 5)]
OBLONG = [((6, 7), (2, 3), None), ((9, 8), (3, 1), None), ((8, 9), (4, 2), (3, 1)), ((7, 10), 2, (1, 3))]


def normal(rng, *shape):
    return rng.standard_normal(shape)


def whole(rng, *shape, low=-9, high=10):
    return rng.integers(low, high, shape)


def size(rng, low, high):
    """A random size from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def layer(rng, sizes):
    """The arguments x (N, C, H, W), W (F, C, kh, kw) and b (F,) of a convolutional layer."""
    N, C, F, image, kernel = sizes
    return normal(rng, N, C, *image), normal(rng, F, C, *kernel), normal(rng, F)


def upstream(rng, x, W, stride=1, pad=0):
    """A random gradient of the shape of the layer's output."""
    (N, _, H, width), (F, _, kh, kw) = np.shape(x), np.shape(W)
    rows = reference.conv_output_size(H, kh, stride, pad)
    return normal(rng, N, F, rows, reference.conv_output_size(width, kw, stride, pad))


def pooled(rng, x, k, stride=None):
    """A random gradient of the shape of the pooled x."""
    return normal(rng, *reference.max_pool2d_forward(x, k, stride).shape)


def by_hand(oracle, *gives):
    """The oracle, which must give the results that were computed by hand."""

    @functools.wraps(oracle)
    def checked(*args, **kwargs):
        want = oracle(*args, **kwargs)
        for result, literal in zip(want if isinstance(want, tuple) else (want,), gives, strict=True):
            np.testing.assert_allclose(result, literal, rtol=1e-12, strict=not np.isscalar(literal))
        return want

    return checked


def floats(*rows):
    return np.array(rows, dtype=np.float64)


@pytest.mark.exercise("conv_output_size")
class TestConvOutputSize:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Six entries hold two windows of three with stride 2, and six of them with stride 1 and pad 1."""
        agree(student.conv_output_size, by_hand(reference.conv_output_size, 2), 6, 3, 2)
        agree(student.conv_output_size, by_hand(reference.conv_output_size, 6), 6, 3, 1, 1)

    def test_every_place(self, student, agree):
        """With stride 1 and no padding every place where the kernel fits counts."""
        for n, k in ((5, 2), (7, 3), (9, 5), (8, 1)):
            agree(student.conv_output_size, reference.conv_output_size, n, k)

    def test_strides_that_divide(self, student, agree):
        """A larger stride leaves places out."""
        for n, k, stride in ((9, 3, 2), (11, 2, 3), (14, 6, 4)):
            agree(student.conv_output_size, reference.conv_output_size, n, k, stride=stride)

    def test_strides_that_do_not_divide(self, student, agree):
        """A window that would reach over the end does not count."""
        for n, k, stride in ((8, 3, 2), (12, 2, 3), (13, 4, 5), (16, 5, 4)):
            agree(student.conv_output_size, reference.conv_output_size, n, k, stride)

    def test_padding_at_both_ends(self, student, agree):
        """Padding makes the input longer at both ends."""
        for n, k, stride, pad in ((7, 3, 1, 1), (6, 5, 2, 2), (10, 4, 3, 3), (9, 2, 2, 1)):
            agree(student.conv_output_size, reference.conv_output_size, n, k, stride=stride, pad=pad)

    def test_kernel_as_large_as_the_input(self, student, agree):
        """A kernel exactly as large as the padded input fits once, whatever the stride."""
        for n, k, stride, pad in ((4, 4, 1, 0), (1, 1, 3, 0), (6, 6, 2, 0), (5, 9, 2, 2), (2, 8, 1, 3), (1, 3, 4, 1)):
            agree(student.conv_output_size, reference.conv_output_size, n, k, stride, pad)
            agree(student.conv_output_size, reference.conv_output_size, n + 2 * stride, k, stride, pad)

    def test_random_sizes(self, student, agree, rng):
        """The formula holds for any sizes."""
        for _ in range(8):
            k, pad = size(rng, 1, 9), size(rng, 0, 4)
            agree(student.conv_output_size, reference.conv_output_size, k + size(rng, 0, 40), k, size(rng, 1, 6), pad)

    def test_kernel_that_does_not_fit(self, student, agree, rng):
        """A kernel larger than the padded input, by one or by many, is a ValueError; one that just fits is not."""
        for n, stride, pad in ((3, 1, 0), (4, 2, 0), (2, 3, 1), (6, 5, 2)):
            k = n + 2 * pad + 1
            agree(student.conv_output_size, reference.conv_output_size, n, k - 1, stride, pad)
            agree(student.conv_output_size, reference.conv_output_size, n + stride, k - 1, stride, pad)
            agree.raises(ValueError, student.conv_output_size, reference.conv_output_size, n, k, stride, pad)
            larger = k + size(rng, 1, 20)
            agree.raises(ValueError, student.conv_output_size, reference.conv_output_size, n, larger, stride, pad)


class OnImages:
    """What holds for both convolutions of one image with one kernel."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, getattr(student, self.function), getattr(reference, self.function))

    def test_oblong_images_and_kernels(self, check, rng):
        """Images and kernels need not be square."""
        for image, kernel in IMAGES:
            check(normal(rng, *image), normal(rng, *kernel))

    def test_square_images_and_kernels(self, check, rng):
        """Rows and columns of a square kernel keep their places."""
        for image, kernel in SQUARE:
            check(normal(rng, *image), normal(rng, *kernel))

    def test_smallest_sizes(self, check, rng):
        """A kernel of one entry, of one row or column, and one as large as the image work too."""
        for image, kernel in SMALLEST:
            check(normal(rng, *image), normal(rng, *kernel))

    def test_one_bright_pixel(self, check, rng):
        """An image with a single pixel that is not zero shows the kernel."""
        for row, column in ((2, 2), (1, 3), (4, 0)):
            img = np.zeros((5, 6))
            img[row, column] = 2.0
            check(img, normal(rng, 2, 3))

    def test_integers_and_lists(self, check, rng):
        """Images of integers (uint8, for example) and lists give floats: nothing is cut off or wraps around."""
        k = normal(rng, 2, 3)
        check(whole(rng, 5, 6), k)
        check(whole(rng, 4, 7, low=0, high=256).astype(np.uint8), k)
        check(whole(rng, 6, 4), whole(rng, 3, 2))
        check(whole(rng, 3, 5).tolist(), k.tolist())

    def test_float32(self, student, agree, rng):
        """Images and kernels in float32 are as good as others."""
        for image, kernel in IMAGES:
            img, k = normal(rng, *image).astype(np.float32), normal(rng, *kernel).astype(np.float32)
            agree.within(**FLOAT32)(getattr(student, self.function), getattr(reference, self.function), img, k)

    def test_large_numbers_that_cancel(self, check, rng):
        """Where large products nearly cancel, the small rest still comes out right."""
        for image, kernel in IMAGES:
            img, k = 1e6 + normal(rng, *image), normal(rng, *kernel)
            check(img, k - k.mean())

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither the image nor the kernel is written into, and a second call gives the same."""
        img, k = normal(rng, 6, 5), normal(rng, 3, 2)
        agree.pure(getattr(student, self.function), getattr(reference, self.function), img, k)

    def test_random_sizes(self, check, rng):
        """Any kernel that fits works on any image."""
        for _ in range(4):
            kh, kw = size(rng, 2, 4), size(rng, 2, 4)
            check(normal(rng, kh + size(rng, 3, 5), kw + size(rng, 2, 6)), normal(rng, kh, kw))


@pytest.mark.exercise("cross_correlate2d")
class TestCrossCorrelate2d(OnImages):
    function = "cross_correlate2d"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The kernel slides over the image as it is; each product is with the pixel below it."""
        img, k = floats([1, 2, 0, 1], [3, 1, 2, 0], [0, 1, 1, 2]), floats([1, 0, 2], [-1, 1, 0])
        agree(student.cross_correlate2d, by_hand(reference.cross_correlate2d, floats([-1, 5], [8, 1])), img, k)


@pytest.mark.exercise("true_convolution2d")
class TestTrueConvolution2d(OnImages):
    function = "true_convolution2d"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The kernel is flipped in both directions before it slides over the image."""
        img, k = floats([1, 2, 0, 1], [3, 1, 2, 0], [0, 1, 1, 2]), floats([1, 0, 2], [-1, 1, 0])
        agree(student.true_convolution2d, by_hand(reference.true_convolution2d, floats([10, 1], [0, 6])), img, k)


@pytest.mark.exercise("horizontal_edges")
class TestHorizontalEdges:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each pixel is subtracted from its right neighbour."""
        want = by_hand(reference.horizontal_edges, floats([2, 0], [-7, 2]))
        agree(student.horizontal_edges, want, floats([3, 5, 5], [9, 2, 4]))

    def test_sizes_all_different(self, student, agree, rng):
        """There is one column less than in the image, and as many rows."""
        for shape in ((4, 6), (7, 3), (2, 9)):
            agree(student.horizontal_edges, reference.horizontal_edges, normal(rng, *shape))

    def test_smallest_images(self, student, agree, rng):
        """One row and two columns are enough."""
        for shape in ((1, 2), (5, 2), (1, 7)):
            agree(student.horizontal_edges, reference.horizontal_edges, normal(rng, *shape))

    def test_plateaus(self, student, agree, rng):
        """Where neighbours are equal there is no edge, and where they are not there is one with a sign."""
        for shape in ((3, 4), (4, 5), (2, 3)):
            img = np.repeat(np.sign(normal(rng, *shape)) * np.arange(1, shape[1] + 1), 2, axis=1)
            agree(student.horizontal_edges, reference.horizontal_edges, img)

    def test_uint8(self, student, agree, rng):
        """An edge from bright to dark is negative in a uint8 image too."""
        for shape in ((3, 5), (5, 4), (2, 8)):
            img = whole(rng, *shape, low=0, high=256).astype(np.uint8)
            img[0, :2] = 250, 3
            agree(student.horizontal_edges, reference.horizontal_edges, img)

    def test_integers_and_lists(self, student, agree, rng):
        """Images of integers and lists give floats."""
        agree(student.horizontal_edges, reference.horizontal_edges, whole(rng, 3, 5))
        agree(student.horizontal_edges, reference.horizontal_edges, whole(rng, 4, 6).astype(np.int32))
        agree(student.horizontal_edges, reference.horizontal_edges, whole(rng, 2, 4).tolist())

    def test_float32(self, student, agree, rng):
        """Images in float32 are as good as others."""
        for shape in ((3, 6), (5, 4), (2, 7)):
            img = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(student.horizontal_edges, reference.horizontal_edges, img)

    def test_argument_unchanged(self, student, agree, rng):
        """The image is not written into, and a second call gives the same."""
        for shape in ((5, 4), (2, 6), (3, 3)):
            agree.pure(student.horizontal_edges, reference.horizontal_edges, normal(rng, *shape))

    def test_random_sizes(self, student, agree, rng):
        """Images of any size work."""
        for _ in range(4):
            img = normal(rng, size(rng, 2, 9), size(rng, 3, 9))
            agree(student.horizontal_edges, reference.horizontal_edges, img)


@pytest.mark.exercise("pad2d")
class TestPad2d:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """A frame of zeros is put around each image."""
        want = floats([0, 0, 0, 0], [0, 1, 2, 0], [0, 3, 4, 0], [0, 0, 0, 0]).reshape(1, 1, 4, 4)
        agree(student.pad2d, by_hand(reference.pad2d, want), floats([1, 2], [3, 4]).reshape(1, 1, 2, 2), 1)

    def test_sizes_all_different(self, student, agree, rng):
        """Rows and columns are padded at either side, examples and channels are not."""
        for shape, pad in (((2, 3, 5, 4), 1), ((4, 2, 3, 6), 2), ((3, 1, 4, 7), 3)):
            agree(student.pad2d, reference.pad2d, normal(rng, *shape), pad)

    def test_pairs(self, student, agree, rng):
        """A pair pads rows by its first number and columns by its second."""
        for shape, pad in (((2, 3, 4, 5), (1, 2)), ((3, 2, 6, 4), (3, 1)), ((1, 4, 2, 3), (2, 5))):
            agree(student.pad2d, reference.pad2d, normal(rng, *shape), pad)

    def test_no_padding(self, student, agree, rng):
        """A pad of 0 leaves that direction as it is."""
        for shape, pad in (((2, 3, 4, 5), 0), ((1, 2, 3, 6), (0, 2)), ((3, 1, 5, 2), (1, 0)), ((2, 2, 3, 4), (0, 0))):
            agree(student.pad2d, reference.pad2d, normal(rng, *shape), pad)

    def test_smallest_images(self, student, agree, rng):
        """Images of one pixel, one row or one column get a frame too."""
        for shape, pad in (((1, 1, 1, 1), 1), ((2, 3, 1, 4), 2), ((3, 2, 5, 1), (2, 1))):
            agree(student.pad2d, reference.pad2d, normal(rng, *shape), pad)

    def test_integers_and_lists(self, student, agree, rng):
        """Images of integers and lists give floats."""
        agree(student.pad2d, reference.pad2d, whole(rng, 2, 1, 3, 4), 1)
        agree(student.pad2d, reference.pad2d, whole(rng, 1, 2, 4, 3, low=0, high=256).astype(np.uint8), (1, 2))
        agree(student.pad2d, reference.pad2d, whole(rng, 2, 2, 2, 3), 0)
        agree(student.pad2d, reference.pad2d, whole(rng, 1, 1, 2, 3).tolist(), 2)

    def test_float32(self, student, agree, rng):
        """Images in float32 are as good as others."""
        for pad in (1, 2, (0, 3)):
            x = normal(rng, 2, 3, 4, 5).astype(np.float32)
            agree.within(**FLOAT32)(student.pad2d, reference.pad2d, x, pad)

    def test_new_array(self, student, agree, rng):
        """The result is a new array, also when there is nothing to pad."""
        for pad in (0, 2, (0, 1)):
            agree.pure(student.pad2d, reference.pad2d, normal(rng, 2, 3, 4, 5), pad)

    def test_random_sizes(self, student, agree, rng):
        """Images of any size get any frame."""
        for _ in range(4):
            x = normal(rng, *(size(rng, 2, 5) for _ in range(4)))
            agree(student.pad2d, reference.pad2d, x, (size(rng, 1, 4), size(rng, 1, 4)))


@pytest.mark.exercise("conv2d_forward")
class TestConv2dForward:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """One filter slides over one image, and its bias is added at each place."""
        x, W, b = floats([1, 2, 0], [0, 1, 3], [2, 1, 1])[None, None], floats([1, -1], [2, 0])[None, None], floats(0.5)
        want = by_hand(reference.conv2d_forward, floats([-0.5, 4.5], [3.5, 0.5])[None, None])
        agree(student.conv2d_forward, want, x, W, b)

    def test_sizes_all_different(self, student, agree, rng):
        """Every filter sums over all channels, at every place where it fits."""
        for sizes in LAYERS:
            agree(student.conv2d_forward, reference.conv2d_forward, *layer(rng, sizes))

    def test_square_kernels(self, student, agree, rng):
        """Rows and columns of a square kernel keep their places."""
        for sizes in ((2, 3, 4, (6, 7), (3, 3)), (3, 1, 2, (5, 5), (2, 2)), (1, 2, 3, (7, 7), (4, 4))):
            agree(student.conv2d_forward, reference.conv2d_forward, *layer(rng, sizes))

    def test_strides_that_divide(self, student, agree, rng):
        """With a larger stride the windows start further apart."""
        for image, kernel, stride in (((7, 9), (3, 5), 2), ((8, 5), (2, 2), 3), ((10, 6), (2, 6), 4)):
            x, W, b = layer(rng, (2, 3, 4, image, kernel))
            agree(student.conv2d_forward, reference.conv2d_forward, x, W, b, stride=stride)

    def test_strides_that_do_not_divide(self, student, agree, rng):
        """Rows and columns that no whole window covers are left out."""
        for image, kernel, stride in (((6, 8), (3, 3), 2), ((7, 10), (2, 3), 3), ((9, 12), (4, 2), 4)):
            agree(student.conv2d_forward, reference.conv2d_forward, *layer(rng, (3, 2, 5, image, kernel)), stride, 0)

    def test_padding(self, student, agree, rng):
        """Zeros around the image count as pixels."""
        for image, kernel, stride, pad in (
            ((5, 7), (3, 2), 1, 1),
            ((6, 4), (3, 3), 2, 2),
            ((4, 9), (2, 5), 3, 3),
            ((2, 3), (4, 5), 1, 2),
        ):
            x, W, b = layer(rng, (2, 3, 4, image, kernel))
            agree(student.conv2d_forward, reference.conv2d_forward, x, W, b, stride=stride, pad=pad)

    def test_smallest_sizes(self, student, agree, rng):
        """One example, one channel, one filter, one pixel: each works."""
        for sizes in ((1, 1, 1, (1, 1), (1, 1)), (1, 3, 1, (4, 1), (2, 1)), (3, 1, 2, (1, 5), (1, 3))):
            agree(student.conv2d_forward, reference.conv2d_forward, *layer(rng, sizes), pad=1)

    def test_one_tap(self, student, agree, rng):
        """A kernel with a single entry that is not zero picks out that channel and that pixel."""
        for tap in ((0, 0, 2, 1), (1, 2, 0, 0), (2, 1, 1, 1)):
            x, W, b = layer(rng, (2, 3, 4, (6, 5), (3, 2)))
            W = np.where(np.arange(W.size).reshape(W.shape) == np.ravel_multi_index(tap, W.shape), W, 0.0)
            agree(student.conv2d_forward, reference.conv2d_forward, x, W, b, 2, 1)

    def test_black_images(self, student, agree, rng):
        """On an image of zeros only the bias is left, once."""
        for sizes in LAYERS[:3]:
            x, W, b = layer(rng, sizes)
            agree(student.conv2d_forward, reference.conv2d_forward, np.zeros_like(x), W, b)

    def test_integers_and_lists(self, student, agree, rng):
        """Images of integers and lists give float64, and so does a float32 image with a float64 kernel."""
        x, W, b = layer(rng, (2, 1, 3, (4, 5), (2, 3)))
        pixels = whole(rng, 2, 1, 5, 4, low=0, high=256)
        for image in (pixels, pixels.astype(np.uint8), whole(rng, 1, 1, 3, 4).tolist(), x.astype(np.float32)):
            agree(student.conv2d_forward, reference.conv2d_forward, image, W, b)
        agree(student.conv2d_forward, reference.conv2d_forward, pixels, whole(rng, 3, 1, 2, 2), whole(rng, 3))

    def test_float32(self, student, agree, rng):
        """Layers in float32 are as good as others."""
        for sizes in LAYERS:
            x, W, b = (a.astype(np.float32) for a in layer(rng, sizes))
            agree.within(**FLOAT32)(student.conv2d_forward, reference.conv2d_forward, x, W, b, stride=2, pad=1)

    def test_large_numbers_that_cancel(self, student, agree, rng):
        """Where large products and a large bias nearly cancel, the small rest still comes out right."""
        for sizes in LAYERS[:3]:
            x, W, b = layer(rng, sizes)
            balanced = W - W.mean(axis=(1, 2, 3), keepdims=True)
            agree(student.conv2d_forward, reference.conv2d_forward, 1e6 + x, balanced, b)
            agree(student.conv2d_forward, reference.conv2d_forward, 1e3 + x, balanced - 1e3 / W[0].size, b + 1e6)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        agree.pure(student.conv2d_forward, reference.conv2d_forward, *layer(rng, (2, 3, 4, (6, 5), (3, 2))), 2, 1)

    def test_random_sizes(self, student, agree, rng):
        """Layers of any size work, with any stride and padding."""
        for _ in range(4):
            kernel, pad = (size(rng, 1, 4), size(rng, 1, 4)), size(rng, 0, 2)
            image = kernel[0] + size(rng, 0, 5), kernel[1] + size(rng, 0, 5)
            x, W, b = layer(rng, (size(rng, 1, 3), size(rng, 1, 3), size(rng, 1, 4), image, kernel))
            agree(student.conv2d_forward, reference.conv2d_forward, x, W, b, size(rng, 1, 3), pad)


@pytest.mark.exercise("conv2d_backward")
class TestConv2dBackward:
    @pytest.fixture
    def check(self, student, agree, rng):
        def check(x, W, stride=1, pad=0):
            dout = upstream(rng, x, W, stride, pad)
            agree(student.conv2d_backward, reference.conv2d_backward, dout, x, W, stride, pad)

        return check

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each gradient goes back through the products and sums that the forward pass took."""
        dout, x, W = floats([1, 0], [2, -1]), floats([1, 2, 0], [3, 1, 1]), floats([2, -1])
        want = floats([2, -1, 0], [4, -4, 1])[None, None], floats([6, 3])[None, None], floats(2)
        oracle = by_hand(reference.conv2d_backward, *want)
        agree(student.conv2d_backward, oracle, dout[None, None], x[None, None], W[None, None])

    def test_sizes_all_different(self, check, rng):
        """Gradients have the shapes of x, W and b, and sum over all examples and places."""
        for sizes in LAYERS:
            check(*layer(rng, sizes)[:2])

    def test_no_padding(self, check, rng):
        """With pad 0 there is no frame to cut off."""
        for image, kernel, stride in (((6, 7), (3, 3), 1), ((7, 5), (3, 1), 2), ((5, 8), (2, 2), 3)):
            check(*layer(rng, (2, 3, 4, image, kernel))[:2], stride)

    def test_padding(self, check, rng):
        """The frame of the padded image is cut off again, however wide it is."""
        for image, kernel, stride, pad in (
            ((5, 6), (3, 3), 1, 1),
            ((6, 4), (3, 2), 1, 2),
            ((5, 7), (5, 3), 2, 3),
            ((2, 3), (4, 5), 1, 2),
        ):
            check(*layer(rng, (2, 3, 4, image, kernel))[:2], stride, pad)

    def test_overlapping_windows(self, check, rng):
        """A pixel under several windows gets the gradient of each of them."""
        for image, kernel, stride in (((9, 7), (5, 3), 2), ((8, 8), (4, 4), 2), ((6, 11), (3, 5), 1)):
            check(*layer(rng, (3, 2, 2, image, kernel))[:2], stride)

    def test_leftover_rows(self, check, rng):
        """Rows and columns that no window covers get a gradient of 0, and add nothing to that of the kernel."""
        for image, kernel, stride, pad in (((6, 6), (3, 3), 2, 0), ((8, 8), (3, 3), 3, 0), ((7, 9), (2, 4), 4, 1)):
            check(*layer(rng, (2, 3, 4, image, kernel))[:2], stride, pad)

    def test_smallest_sizes(self, check, rng):
        """One example, one channel, one filter, one pixel: each works."""
        for sizes in ((1, 1, 1, (1, 1), (1, 1)), (1, 3, 1, (4, 1), (2, 1)), (3, 1, 2, (1, 5), (1, 3))):
            check(*layer(rng, sizes)[:2], 1, 1)

    def test_gradient_at_one_place(self, student, agree, rng):
        """A gradient at a single place of the output reaches only the window below it."""
        for place in ((0, 2, 1, 0), (1, 0, 0, 2), (1, 3, 2, 1)):
            x, W, _ = layer(rng, (2, 3, 4, (6, 7), (3, 2)))
            dout = np.zeros((2, 4, 3, 4))
            dout[place] = 1.5
            agree(student.conv2d_backward, reference.conv2d_backward, dout, x, W, stride=2, pad=1)

    def test_integers_and_lists(self, student, agree, rng):
        """Gradients are float64, whatever the dtype of x and W."""
        x, W = whole(rng, 2, 1, 4, 5), whole(rng, 3, 1, 2, 3)
        dout = upstream(rng, x, W)
        agree(student.conv2d_backward, reference.conv2d_backward, dout, x, W)
        agree(student.conv2d_backward, reference.conv2d_backward, dout, x.astype(np.float32), normal(rng, 3, 1, 2, 3))
        agree(student.conv2d_backward, reference.conv2d_backward, dout, normal(rng, 2, 1, 4, 5), W)
        agree(student.conv2d_backward, reference.conv2d_backward, whole(rng, *dout.shape), x, W)
        agree(student.conv2d_backward, reference.conv2d_backward, dout.tolist(), x.tolist(), W.tolist())

    def test_float32(self, student, agree, rng):
        """Layers in float32 are as good as others."""
        for sizes in LAYERS:
            x, W, _ = (a.astype(np.float32) for a in layer(rng, sizes))
            dout = upstream(rng, x, W, 2, 1).astype(np.float32)
            agree.within(**FLOAT32)(student.conv2d_backward, reference.conv2d_backward, dout, x, W, stride=2, pad=1)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        x, W, _ = layer(rng, (2, 3, 4, (6, 5), (3, 2)))
        agree.pure(student.conv2d_backward, reference.conv2d_backward, upstream(rng, x, W, 2, 1), x, W, 2, 1)

    def test_random_sizes(self, check, rng):
        """Layers of any size work, with any stride and padding."""
        for _ in range(4):
            kernel = size(rng, 1, 4), size(rng, 1, 4)
            image = size(rng, 4, 9), size(rng, 4, 9)
            x, W, _ = layer(rng, (size(rng, 1, 3), size(rng, 1, 3), size(rng, 1, 4), image, kernel))
            check(x, W, size(rng, 1, 3), size(rng, 0, 2))


class Pooling:
    """What holds for both poolings."""

    function = ""

    @pytest.fixture
    def check(self, student, agree):
        return functools.partial(agree, getattr(student, self.function), getattr(reference, self.function))

    def test_sizes_all_different(self, check, rng):
        """Windows stand side by side if no stride is given, in every example and channel alike."""
        for shape, k in (((2, 3, 4, 6), 2), ((4, 2, 6, 9), 3), ((3, 5, 8, 4), 4)):
            check(normal(rng, *shape), k)

    def test_leftovers(self, check, rng):
        """Rows and columns that no whole window covers are left out."""
        for shape, k in (((2, 3, 5, 7), 2), ((3, 2, 7, 4), 3), ((1, 4, 6, 11), 4)):
            check(normal(rng, *shape), k)

    def test_overlapping_windows(self, check, rng):
        """With a stride smaller than the window, windows overlap."""
        for image, k, stride in OVERLAPS:
            check(normal(rng, 2, 3, *image), k, stride)

    def test_gaps(self, check, rng):
        """With a stride larger than the window, pixels between windows do not count."""
        for image, k, stride in GAPS:
            check(normal(rng, 3, 2, *image), k, stride)

    def test_oblong_windows(self, check, rng):
        """A pair means rows, then columns, for windows and strides."""
        for image, k, stride in OBLONG:
            check(normal(rng, 2, 3, *image), k, stride)

    def test_negative_inputs(self, check, rng):
        """Where all inputs are negative, however far below 0, so are the results."""
        for image, k, stride in (((4, 6), 2, None), ((7, 5), 3, 2), ((8, 7), (2, 3), None)):
            check(-np.abs(normal(rng, 2, 3, *image)) - 0.1, k, stride)
        check(-1e5 * np.abs(normal(rng, 2, 3, 5, 6)) - 1.0, 2, None)

    def test_ties_and_zeros(self, check, rng):
        """Equal values and zeros in a window are nothing special."""
        for image, k, stride in (((4, 6), 2, None), ((7, 9), 3, 2), ((6, 5), (3, 2), None)):
            check(whole(rng, 2, 3, *image, low=-2, high=1).astype(float), k, stride)

    def test_smallest_sizes(self, check, rng):
        """One pixel, and a window as large as the image, work too."""
        for shape, k in (((1, 1, 1, 1), 1), ((2, 1, 3, 4), (3, 1)), ((1, 3, 5, 1), 1), ((2, 2, 5, 5), 5)):
            check(normal(rng, *shape), k)

    def test_integers_and_lists(self, check, rng):
        """Images of integers and lists give floats."""
        check(whole(rng, 2, 3, 4, 6), 2)
        check(whole(rng, 1, 2, 6, 5, low=0, high=256).astype(np.uint8), 3, 2)
        check(whole(rng, 2, 1, 5, 4), (3, 2), 1)
        check(whole(rng, 1, 1, 4, 5).tolist(), 2)

    def test_float32(self, student, agree, rng):
        """Images in float32 are as good as others."""
        for image, k, stride in OVERLAPS:
            x = normal(rng, 2, 3, *image).astype(np.float32)
            agree.within(**FLOAT32)(getattr(student, self.function), getattr(reference, self.function), x, k, stride)

    def test_argument_unchanged(self, student, agree, rng):
        """The image is not written into, and a second call gives the same."""
        x = normal(rng, 2, 3, 7, 6)
        agree.pure(getattr(student, self.function), getattr(reference, self.function), x, (3, 2), 2)

    def test_random_sizes(self, check, rng):
        """Images of any size work, with any window and stride."""
        for _ in range(4):
            k = size(rng, 1, 4), size(rng, 1, 4)
            x = normal(rng, size(rng, 1, 3), size(rng, 1, 3), size(rng, 4, 9), size(rng, 4, 9))
            check(x, k, (size(rng, 1, 3), size(rng, 1, 3)))


IMAGE = floats([2, 2, -2, -1], [0, 1, -4, -1], [5, 1, 0, 7], [4, 6, 7, 2])[None, None]


def change_by_a_shift(pool, maps, moved):
    """The change of pooled maps, and whether it is smaller than that of the maps."""
    before, after = pool(maps, 2), pool(moved, 2)
    change = np.linalg.norm(after - before) / np.linalg.norm(before)
    return change, bool(change < np.linalg.norm(moved - maps) / np.linalg.norm(maps))


@pytest.mark.exercise("max_pool2d_forward")
class TestMaxPool2dForward(Pooling):
    function = "max_pool2d_forward"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The largest of each 2×2 window is kept."""
        want = floats([2, -1], [6, 7])[None, None]
        agree(student.max_pool2d_forward, by_hand(reference.max_pool2d_forward, want), IMAGE, 2)

    def test_shifted_images(self, student, agree, rng):
        """When an image moves by one pixel, its pooled feature map changes less than the map itself."""
        X = datasets.digits_split().X_train[rng.choice(1347, 24, replace=False)]
        kernels = normal(rng, 4, 1, 3, 3)
        maps, moved = (
            np.maximum(reference.conv2d_forward(images, kernels, np.zeros(4), pad=1), 0.0)
            for images in (X, np.roll(X, 1, axis=3))
        )
        agree.through(change_by_a_shift, student.max_pool2d_forward, reference.max_pool2d_forward, maps, moved)


@pytest.mark.exercise("avg_pool2d_forward")
class TestAvgPool2dForward(Pooling):
    function = "avg_pool2d_forward"

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """The mean of each 2×2 window is kept."""
        want = floats([1.25, -2], [4, 4])[None, None]
        agree(student.avg_pool2d_forward, by_hand(reference.avg_pool2d_forward, want), IMAGE, 2)


@pytest.mark.exercise("max_pool2d_backward")
class TestMaxPool2dBackward:
    @pytest.fixture
    def check(self, student, agree, rng):
        def check(x, k, stride=None):
            dout = pooled(rng, x, k, stride)
            agree(student.max_pool2d_backward, reference.max_pool2d_backward, dout, x, k, stride)

        return check

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each window's gradient goes to its largest entry, to the first if there are several."""
        want = floats([10, 0, 0, 20], [0, 0, 0, 0], [0, 0, 0, 40], [0, 30, 0, 0])[None, None]
        oracle = by_hand(reference.max_pool2d_backward, want)
        agree(student.max_pool2d_backward, oracle, floats([10, 20], [30, 40])[None, None], IMAGE, 2)

    def test_sizes_all_different(self, student, agree, rng):
        """The gradient has the shape of x; every example and channel is on its own."""
        for shape, k in (((2, 3, 4, 6), 2), ((4, 2, 6, 9), 3), ((3, 5, 8, 4), 4)):
            x = normal(rng, *shape)
            agree(student.max_pool2d_backward, reference.max_pool2d_backward, pooled(rng, x, k), x, k)

    def test_flat_images(self, check):
        """Where all entries of a window are equal, the first of them gets the whole gradient."""
        for value, image, k, stride in ((0.0, (4, 6), 2, None), (-1.5, (7, 5), 3, 2), (2.0, (6, 7), (3, 2), None)):
            check(np.full((2, 3, *image), value), k, stride)

    def test_ties(self, check, rng):
        """Of several largest entries the first in reading order gets the whole gradient."""
        for image, k, stride in (((4, 6), 2, None), ((7, 9), 3, 2), ((6, 8), (2, 4), None), ((5, 6), 3, None)):
            check(whole(rng, 2, 3, *image, low=-1, high=1).astype(float), k, stride)

    def test_overlapping_windows(self, check, rng):
        """An entry that is the largest of several windows gets the gradient of each of them."""
        for image, k, stride in OVERLAPS:
            check(normal(rng, 2, 3, *image), k, stride)

    def test_gaps_and_leftovers(self, check, rng):
        """Entries that no window covers get a gradient of 0."""
        for image, k, stride in (*GAPS, ((5, 7), 2, None)):
            check(normal(rng, 3, 2, *image), k, stride)

    def test_oblong_windows(self, check, rng):
        """A pair means rows, then columns, for windows and strides."""
        for image, k, stride in OBLONG:
            check(normal(rng, 2, 3, *image), k, stride)

    def test_negative_inputs(self, check, rng):
        """The largest of negative entries is found like any other."""
        for image, k, stride in (((4, 6), 2, None), ((7, 5), 3, 2), ((8, 7), (2, 3), None)):
            check(-np.abs(normal(rng, 2, 3, *image)) - 0.1, k, stride)

    def test_smallest_sizes(self, check, rng):
        """One pixel, and a window as large as the image, work too."""
        for shape, k in (((1, 1, 1, 1), 1), ((2, 1, 3, 4), (3, 1)), ((1, 3, 5, 1), 1), ((2, 2, 5, 5), 5)):
            check(normal(rng, *shape), k)

    def test_integers_and_lists(self, check, student, agree, rng):
        """Gradients are float64, whatever the dtype of x."""
        for x in (whole(rng, 2, 3, 4, 6), whole(rng, 2, 2, 5, 4, low=0, high=256).astype(np.uint8)):
            check(x, 2)
        x = whole(rng, 1, 2, 6, 4)
        check(x.astype(np.float32), 3, 1)
        agree(student.max_pool2d_backward, reference.max_pool2d_backward, whole(rng, 1, 2, 3, 2), x, 2)
        agree(student.max_pool2d_backward, reference.max_pool2d_backward, pooled(rng, x, 2).tolist(), x.tolist(), 2)

    def test_float32(self, student, agree, rng):
        """Images in float32 are as good as others."""
        for image, k, stride in OVERLAPS:
            x = normal(rng, 2, 3, *image).astype(np.float32)
            dout = pooled(rng, x, k, stride).astype(np.float32)
            agree.within(**FLOAT32)(student.max_pool2d_backward, reference.max_pool2d_backward, dout, x, k, stride)

    def test_large_gradients_that_cancel(self, student, agree, rng):
        """Where large gradients of several windows nearly cancel, the small rest still comes out right."""
        for k in (2, 3, 4):
            x = np.pad(np.ones((2, 1, 1, 1)), ((0, 0), (0, 0), (k - 1, k - 1), (k - 1, k - 1)))
            dout = 1e6 * pooled(rng, x, k, 1)
            dout += 1.0 - dout.mean(axis=(2, 3), keepdims=True)
            agree(student.max_pool2d_backward, reference.max_pool2d_backward, dout, x, k, 1)

    def test_arguments_unchanged(self, student, agree, rng):
        """Neither the gradient nor the image is written into, and a second call gives the same."""
        x = normal(rng, 2, 3, 7, 6)
        agree.pure(student.max_pool2d_backward, reference.max_pool2d_backward, pooled(rng, x, 3, 2), x, 3, 2)

    def test_random_sizes(self, check, rng):
        """Images of any size work, with any window and stride."""
        for _ in range(4):
            k = size(rng, 1, 4), size(rng, 1, 4)
            x = normal(rng, size(rng, 1, 3), size(rng, 1, 3), k[0] + size(rng, 0, 5), k[1] + size(rng, 0, 5))
            check(x, k, (size(rng, 1, 3), size(rng, 1, 3)))


@pytest.mark.exercise("conv1d_text")
class TestConv1dText:
    @pytest.fixture
    def check(self, student, agree, rng):
        def check(N, T, D, F, k):
            E, W, b = normal(rng, N, T, D), normal(rng, k, D, F), normal(rng, F)
            agree(student.conv1d_text, reference.conv1d_text, E, W, b)

        return check

    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """One feature is computed for every two words in a row."""
        E, W, b = floats([1, 0], [0, 2], [3, 1])[None], floats([1, -1], [2, 0])[:, :, None], floats(1)
        agree(student.conv1d_text, by_hand(reference.conv1d_text, floats([2], [5])[None]), E, W, b)

    def test_sizes_all_different(self, check):
        """Each feature sums over all words of its window and all their components."""
        for sizes in ((2, 7, 5, 4, 3), (3, 9, 2, 6, 4), (5, 6, 3, 1, 2)):
            check(*sizes)

    def test_as_many_words_as_components(self, check):
        """The window moves over the words, also when word vectors are as long as the text."""
        for sizes in ((2, 6, 6, 4, 3), (3, 5, 5, 2, 4), (1, 7, 7, 3, 2)):
            check(*sizes)

    def test_window_as_long_as_the_text(self, check):
        """A window over the whole text fits exactly once."""
        for sizes in ((2, 4, 3, 5, 4), (3, 6, 2, 4, 6), (1, 3, 5, 2, 3)):
            check(*sizes)

    def test_single_words(self, check):
        """A window of one word looks at each word by itself."""
        for sizes in ((2, 5, 3, 4, 1), (1, 1, 1, 1, 1), (3, 1, 2, 5, 1)):
            check(*sizes)

    def test_empty_words(self, student, agree, rng):
        """Words whose vectors are zero add nothing; the bias stays, once."""
        for T, k in ((6, 2), (7, 3), (5, 4)):
            E = normal(rng, 2, T, 3)
            E[:, T // 2 :] = 0.0
            agree(student.conv1d_text, reference.conv1d_text, E, normal(rng, k, 3, 4), normal(rng, 4))

    def test_integers_and_lists(self, student, agree, rng):
        """Integers and lists give float64, and so do float32 words with a float64 kernel."""
        W, b = normal(rng, 2, 3, 4), normal(rng, 4)
        for E in (whole(rng, 2, 5, 3), whole(rng, 1, 4, 3).tolist(), normal(rng, 2, 6, 3).astype(np.float32)):
            agree(student.conv1d_text, reference.conv1d_text, E, W, b)
        agree(student.conv1d_text, reference.conv1d_text, whole(rng, 2, 5, 3), whole(rng, 2, 3, 4), whole(rng, 4))

    def test_float32(self, student, agree, rng):
        """Texts in float32 are as good as others."""
        for T, D, k in ((7, 5, 3), (6, 3, 4), (9, 2, 2)):
            E, W, b = (normal(rng, *shape).astype(np.float32) for shape in ((2, T, D), (k, D, 4), (4,)))
            agree.within(**FLOAT32)(student.conv1d_text, reference.conv1d_text, E, W, b)

    def test_arguments_unchanged(self, student, agree, rng):
        """No argument is written into, and a second call gives the same."""
        E, W, b = normal(rng, 2, 7, 5), normal(rng, 3, 5, 4), normal(rng, 4)
        agree.pure(student.conv1d_text, reference.conv1d_text, E, W, b)

    def test_random_sizes(self, check, rng):
        """Texts of any length work, with any window."""
        for _ in range(4):
            k = size(rng, 2, 4)
            check(size(rng, 1, 4), k + size(rng, 1, 6), size(rng, 1, 5), size(rng, 1, 5), k)


@pytest.mark.exercise("max_over_time")
class TestMaxOverTime:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """Each feature keeps the largest value that it has anywhere in the text."""
        want = by_hand(reference.max_over_time, floats([4, -2]))
        agree(student.max_over_time, want, floats([1, -5], [4, -2], [0, -3])[None])

    @pytest.mark.parametrize(
        "shapes",
        [((2, 5, 3), (4, 3, 6), (3, 7, 2)), ((1, 1, 1), (2, 1, 4), (3, 6, 1)), ((3, 3, 3), (4, 4, 4), (5, 5, 5))],
        ids=["different", "one", "equal"],
    )
    def test_sizes(self, student, agree, rng, shapes):
        """One row per text, one column per feature, whether sizes differ, are one or are all the same."""
        for shape in shapes:
            agree(student.max_over_time, reference.max_over_time, normal(rng, *shape))

    def test_negative_features(self, student, agree, rng):
        """A feature that is negative everywhere stays negative."""
        for shape, scale in (((2, 5, 3), 1.0), ((1, 4, 6), 1.0), ((3, 2, 4), 1.0), ((2, 3, 5), 1e5)):
            agree(student.max_over_time, reference.max_over_time, -scale * np.abs(normal(rng, *shape)) - 0.1)

    def test_ties_and_zeros(self, student, agree, rng):
        """Equal values and zeros are nothing special."""
        for shape in ((2, 6, 3), (1, 5, 7), (4, 4, 2)):
            agree(student.max_over_time, reference.max_over_time, whole(rng, *shape, low=-2, high=2) / 2)

    def test_integers_and_lists(self, student, agree, rng):
        """Integers and lists give floats."""
        agree(student.max_over_time, reference.max_over_time, whole(rng, 2, 5, 3))
        agree(student.max_over_time, reference.max_over_time, whole(rng, 3, 4, 2, low=0, high=256).astype(np.uint8))
        agree(student.max_over_time, reference.max_over_time, whole(rng, 1, 3, 4).tolist())

    def test_float32(self, student, agree, rng):
        """Features in float32 are as good as others."""
        for shape in ((2, 5, 3), (3, 4, 6), (1, 7, 2)):
            features = normal(rng, *shape).astype(np.float32)
            agree.within(**FLOAT32)(student.max_over_time, reference.max_over_time, features)

    def test_argument_unchanged(self, student, agree, rng):
        """The features are not written into, and the result is a new array, also for texts of one word."""
        for shape in ((2, 5, 3), (3, 1, 4), (1, 6, 2)):
            agree.pure(student.max_over_time, reference.max_over_time, normal(rng, *shape))

    def test_random_sizes(self, student, agree, rng):
        """Texts of any length work."""
        for _ in range(4):
            features = normal(rng, size(rng, 1, 5), size(rng, 2, 9), size(rng, 2, 6))
            agree(student.max_over_time, reference.max_over_time, features)


def network(rng, F, scale=0.4):
    """Initial parameters of `train_cnn` with F filters."""
    shapes = {"W1": (F, 1, 3, 3), "b1": (F,), "W2": (16 * F, 10), "b2": (10,)}
    return {name: scale * normal(rng, *shape) for name, shape in shapes.items()}


def glorot(rng, fan_in, fan_out, shape):
    bound = np.sqrt(6 / (fan_in + fan_out))
    return rng.uniform(-bound, bound, shape)


def batches_of(rng, examples, *sizes):
    return [rng.choice(examples, n, replace=False) for n in sizes]


@pytest.mark.exercise("train_cnn")
class TestTrainCnn:
    @pytest.mark.visible
    def test_worked_example(self, student, agree):
        """From zeros all digits are equally likely; a step of rate 1 then moves only the bias of the output."""
        params = {"W1": np.zeros((1, 1, 3, 3)), "b1": np.zeros(1), "W2": np.zeros((16, 10)), "b2": np.zeros(10)}
        want = {**params, "b2": np.array([-0.1, -0.1, -0.1, 0.9, -0.1, -0.1, -0.1, -0.1, -0.1, -0.1])}

        def oracle(X, y, params, lr, batches):
            theta, losses = reference.train_cnn(X, y, params, lr, batches)
            np.testing.assert_allclose(losses, [np.log(10)])
            np.testing.assert_allclose(theta["b2"], want["b2"])
            return theta, losses

        agree(student.train_cnn, oracle, np.ones((1, 1, 8, 8)), np.array([3]), params, 1.0, [np.array([0])])

    @pytest.mark.weight(2)
    def test_first_step(self, student, agree, rng):
        """The loss of a batch, and the parameters after one step on it, are right."""
        for F, examples, n in ((2, 5, 3), (3, 4, 2), (1, 6, 5)):
            X, y = normal(rng, examples, 1, 8, 8), whole(rng, examples, low=0, high=10)
            agree(student.train_cnn, reference.train_cnn, X, y, network(rng, F), 0.3, batches_of(rng, examples, n))

    @pytest.mark.weight(2)
    def test_first_steps_on_digits(self, student, agree, rng):
        """The losses of the first steps on digits, and the parameters after them, are right."""
        data = datasets.digits_split()
        for F, lr, sizes in ((2, 0.2, (4, 4, 4)), (3, 0.5, (3, 5, 2)), (2, 0.1, (2, 2, 2, 2))):
            some = rng.choice(len(data.y_train), 9, replace=False)
            X, y = data.X_train[some], data.y_train[some]
            agree(student.train_cnn, reference.train_cnn, X, y, network(rng, F), lr, batches_of(rng, 9, *sizes))

    def test_batches_of_any_size(self, student, agree, rng):
        """Each batch counts by its own size, also if it holds one example, or one example twice."""
        X, y = normal(rng, 6, 1, 8, 8), whole(rng, 6, low=0, high=10)
        for batches in ([[2], [0, 4]], [[5, 1, 1], [3]], [[4], [4], [4, 0, 2]]):
            indices = [np.array(batch) for batch in batches]
            agree(student.train_cnn, reference.train_cnn, X, y, network(rng, 2), 0.25, indices)

    def test_flat_images(self, student, agree, rng):
        """Images with flat parts, where pooling windows hold equal values, are trained on like others."""
        for low in (0, -1, -2, 1):
            X = np.kron(whole(rng, 4, 1, 2, 2, low=low, high=low + 3), np.ones((4, 4)))
            y, batches = whole(rng, 4, low=0, high=10), batches_of(rng, 4, 2, 3)
            agree(student.train_cnn, reference.train_cnn, X, y, network(rng, 2), 0.2, batches)

    def test_kink_of_relu(self, student, agree, rng):
        """Where the convolution gives exactly 0, as on black pixels without a bias, no gradient passes."""
        for F in (2, 3, 1):
            X, params = normal(rng, 4, 1, 8, 8), network(rng, F)
            X[..., 4:] = 0.0
            params["b1"][:] = 0.0
            y, batches = whole(rng, 4, low=0, high=10), batches_of(rng, 4, 3, 2)
            agree(student.train_cnn, reference.train_cnn, X, y, params, 0.3, batches)

    def test_integers_and_float32(self, student, agree, rng):
        """Images of integers or float32, and lists, are trained on in float64."""
        X, y = normal(rng, 4, 1, 8, 8).tolist(), whole(rng, 4, low=0, high=10).tolist()
        agree(student.train_cnn, reference.train_cnn, X, y, network(rng, 2), 0.2, [[0, 2], [3]])
        for X in (whole(rng, 4, 1, 8, 8, low=0, high=4), normal(rng, 4, 1, 8, 8).astype(np.float32)):
            agree(
                student.train_cnn, reference.train_cnn, X, whole(rng, 4, low=0, high=10), network(rng, 2), 0.2, [[1, 3]]
            )

    def test_arguments_unchanged(self, student, agree, rng):
        """The parameters that were handed in are not written into: new ones are returned."""
        X, y = normal(rng, 4, 1, 8, 8), whole(rng, 4, low=0, high=10)
        for F in (1, 2, 3):
            batches = batches_of(rng, 4, 2, 1)
            agree.pure(student.train_cnn, reference.train_cnn, X, y, network(rng, F, 0.2), 0.3, batches)

    @pytest.mark.weight(4)
    def test_reads_digits(self, student):
        """A network that was trained on most of the digits reads those that were held back."""
        # One start and one order for everybody: of random ones about one in a hundred ends below the threshold.
        data, F, rng = datasets.digits_split(), 8, np.random.default_rng(1998)
        params = {
            "W1": glorot(rng, 9, 9 * F, (F, 1, 3, 3)),
            "b1": np.zeros(F),
            "W2": glorot(rng, 16 * F, 10, (16 * F, 10)),
            "b2": np.zeros(10),
        }
        # 1347 = 44·30 + 27 examples: a last batch of a few examples only would make the training unsteady.
        orders = (rng.permutation(len(data.y_train)) for _ in range(6))
        batches = [batch for order in orders for batch in np.split(order, range(30, len(order), 30))]
        trained, losses = student.train_cnn(data.X_train, data.y_train, params, 0.3, batches)
        assert {name: np.shape(value) for name, value in trained.items()} == {n: v.shape for n, v in params.items()}, (
            "The trained parameters do not have the names and shapes of those that were handed in."
        )
        assert len(losses) == len(batches), "There is not one loss per batch."
        _, first = reference.train_cnn(data.X_train, data.y_train, params, 0.3, batches[:1])
        assert np.allclose(losses[:1], first, rtol=1e-6, atol=0), "The loss of the first batch is not right."
        accuracy = reference.cnn_accuracy(trained, data.X_test, data.y_test)

        assert accuracy >= 0.92, f"It reads {accuracy:.1%} of the digits that were held back; 92 % are asked for."
