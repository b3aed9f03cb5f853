"""Helena's Scalar overwrites gradients, and has no operators for numbers on the left. The rest is not written."""
import math


class Scalar:
    def __init__(self, data, parents=()):
        self.data = float(data)
        self.grad = 0.0
        self.parents = parents
        self.step = lambda: None

    def __add__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data + other.data, (self, other))

        def step():
            self.grad = out.grad
            other.grad = out.grad

        out.step = step
        return out

    def __mul__(self, other):
        other = other if isinstance(other, Scalar) else Scalar(other)
        out = Scalar(self.data * other.data, (self, other))

        def step():
            self.grad = other.data * out.grad
            other.grad = self.data * out.grad

        out.step = step
        return out

    __radd__ = __add__
    __rmul__ = __mul__

    def __sub__(self, other):
        return self + other * -1

    def __rsub__(self, other):
        return self * -1 + other

    def __truediv__(self, other):
        return self * other**-1

    def __rtruediv__(self, other):
        return self**-1 * other

    def __pow__(self, k):
        out = Scalar(self.data**k, (self,))

        def step():
            self.grad = k * self.data ** (k - 1) * out.grad

        out.step = step
        return out

    def tanh(self):
        out = Scalar(math.tanh(self.data), (self,))

        def step():
            self.grad = (1 - out.data**2) * out.grad

        out.step = step
        return out

    def relu(self):
        out = Scalar(max(0.0, self.data), (self,))

        def step():
            self.grad = (self.data > 0) * out.grad

        out.step = step
        return out

    def exp(self):
        out = Scalar(math.exp(self.data), (self,))

        def step():
            self.grad = out.data * out.grad

        out.step = step
        return out

    def backward(self):
        topo, seen = [], set()

        def build(node):
            if node not in seen:
                seen.add(node)
                for parent in node.parents:
                    build(parent)
                topo.append(node)

        build(self)
        self.grad = 1.0
        for node in reversed(topo):
            node.step()
