"""The reference against PyTorch on the CPU: forward and backward, float32, one thread, turn by turn in one process.

For every operation: the median time of each, their ratio, the goal, and the share of our time that is matrix products alone
(the same products, on arrays that lie ready): NumPy and PyTorch are equally good at those, so it shows where the rest goes.

    python benchmarks/nn_vs_torch.py [--rounds 40] [--only conv]     # exit status 1 if a ratio is over 1.25 × its goal
"""

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import NamedTuple

# One thread for both, said before NumPy loads its library: with more, each side's idle workers spin and slow the other down.
for variable in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ[variable] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)  # a pin to an older processor's instructions would hold NumPy back, and PyTorch not

import numpy as np  # noqa: E402
import torch  # noqa: E402
from torch.nn import functional as F  # noqa: E402

from dlteach import nn, training  # noqa: E402

TOLERANCE = 1.25
Run = Callable[[], object]


class Race(NamedTuple):
    """Two ways to do the same work; the matrix products in ours; how the ratio should come out, and why it is not less."""

    name: str
    ours: Run
    theirs: Run
    products: Run | None
    goal: float | None
    rest: str


def normal(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).standard_normal(shape, dtype=np.float32)


def twin(array: np.ndarray, grad: bool = True) -> torch.Tensor:
    return torch.from_numpy(array.copy()).requires_grad_(grad)


def torch_layer(function: Callable[..., torch.Tensor], dout: np.ndarray, *inputs: np.ndarray) -> Run:
    """Forward and backward of a PyTorch function; the gradients are thrown away, as ours are."""
    tensors, upstream = [twin(array) for array in inputs], torch.from_numpy(dout)
    return lambda: torch.autograd.grad(function(*tensors), tensors, upstream)


def conv() -> Race:
    x, w, b, dout = normal(32, 16, 28, 28), normal(32, 16, 3, 3), normal(32), normal(32, 32, 28, 28)

    def ours() -> object:
        _, cache = nn.conv2d_forward(x, w, b, pad=1)
        return nn.conv2d_backward(dout, cache)

    # Our convolution works on two images at a time, whose columns stay in the cache.
    w_rows, columns, dmaps = w.reshape(32, -1), normal(16 * 9, 2 * 28 * 28), normal(32, 2 * 28 * 28)
    products = lambda: [(w_rows @ columns, columns @ dmaps.T, w_rows.T @ dmaps) for _ in range(16)]
    theirs = torch_layer(lambda *t: F.conv2d(*t, padding=1), dout, x, w, b)
    return Race("conv 3×3, pad 1", ours, theirs, products, 1.75, "copying windows into columns, each way, and adding up")


def max_pool(name: str, size: int, stride: int, goal: float, rest: str) -> Race:
    x = normal(32, 32, 28, 28)
    dout = normal(*nn.max_pool2d_forward(x, size=size, stride=stride)[0].shape)

    def ours() -> object:
        _, cache = nn.max_pool2d_forward(x, size=size, stride=stride)
        return nn.max_pool2d_backward(dout, cache)

    return Race(name, ours, torch_layer(lambda t: F.max_pool2d(t, size, stride), dout, x), None, goal, rest)


def recurrent_sizes() -> tuple[int, int, int, int]:
    return 32, 50, 64, 128  # N, T, D, H


def recurrent_products(gates: int) -> Run:
    """The products of a recurrent layer: one per step each way, the others once for all steps."""
    n, t, d, h = recurrent_sizes()
    x, state, w_xh, w_hh, da = normal(n * t, d), normal(n, h), normal(d, gates * h), normal(h, gates * h), normal(n * t, gates * h)
    w_back, step, states = np.ascontiguousarray(w_hh.T), normal(n, gates * h), normal(n * t, h)

    def products() -> object:
        for _ in range(t):
            state @ w_hh
            step @ w_back
        return x @ w_xh, da @ w_xh.T, x.T @ da, states.T @ da

    return products


def torch_recurrent(kind: type[torch.nn.RNNBase], dout: np.ndarray, x: np.ndarray) -> Run:
    _, _, d, h = recurrent_sizes()
    layer, tensor, upstream = kind(d, h, batch_first=True), twin(x), torch.from_numpy(dout)
    inputs = [tensor, *layer.parameters()]
    return lambda: torch.autograd.grad(layer(tensor)[0], inputs, upstream)


def lstm() -> Race:
    n, t, d, h = recurrent_sizes()
    x, dout, state = normal(n, t, d), normal(n, t, h), np.zeros((n, h), np.float32)
    w_xh, w_hh, b = 0.1 * normal(d, 4 * h), 0.1 * normal(h, 4 * h), normal(4 * h)

    def ours() -> object:
        _, _, cache = nn.lstm_forward(x, state, state, w_xh, w_hh, b)
        return nn.lstm_backward(dout, state, cache)

    rest = "tanh, and a dozen small passes over the gates at each step"
    return Race("LSTM, 50 steps", ours, torch_recurrent(torch.nn.LSTM, dout, x), recurrent_products(4), 1.4, rest)


def gru() -> Race:
    n, t, d, h = recurrent_sizes()
    x, dout, state = normal(n, t, d), normal(n, t, h), np.zeros((n, h), np.float32)
    w_xh, w_hh, b = 0.1 * normal(d, 3 * h), 0.1 * normal(h, 3 * h), normal(3 * h)

    def ours() -> object:
        _, cache = nn.gru_forward(x, state, w_xh, w_hh, b, b)
        return nn.gru_backward(dout, cache)

    rest = "tanh and small passes; PyTorch computes its GRU from many small operations too"
    return Race("GRU, 50 steps", ours, torch_recurrent(torch.nn.GRU, dout, x), recurrent_products(3), 1.0, rest)


def mlp_step() -> Race:
    x, labels, rng = normal(128, 784), np.random.default_rng(1).integers(0, 10, 128), np.random.default_rng(0)
    model = training.Sequential(training.Dense(784, 512, rng=rng), training.ReLU(), training.Dense(512, 10, rng=rng))
    optimizer = training.SGD(lr=0.01)

    def ours() -> object:
        _, dlogits = nn.softmax_cross_entropy(model.forward(x, training=True), labels)
        model.backward_to_parameters(dlogits)  # PyTorch leaves the gradient of the data out as well
        return optimizer.step(model.parameters(), model.gradients())

    net = torch.nn.Sequential(torch.nn.Linear(784, 512), torch.nn.ReLU(), torch.nn.Linear(512, 10))
    sgd, tx, tlabels = torch.optim.SGD(net.parameters(), lr=0.01), torch.from_numpy(x), torch.from_numpy(labels)

    def theirs() -> object:
        sgd.zero_grad()
        F.cross_entropy(net(tx), tlabels).backward()
        return sgd.step()

    w1, w2, hidden, d = normal(784, 512), normal(512, 10), normal(128, 512), normal(128, 10)
    products = lambda: (x @ w1, hidden @ w2, hidden.T @ d, d @ w2.T, x.T @ hidden)
    return Race("MLP step 784-512-10", ours, theirs, products, 1.0, "PyTorch's cost per operation, which NumPy has less of")


def adam() -> Race:
    p, g = normal(1_000_000), normal(1_000_000)
    params, grads, optimizer = {"w": p.copy()}, {"w": g}, training.Adam(lr=1e-3)
    tensor = twin(p)
    tensor.grad = torch.from_numpy(g.copy())
    theirs = torch.optim.Adam([tensor], lr=1e-3)
    rest = "a pass over memory for each operation"
    return Race("Adam, 1 M parameters", lambda: optimizer.step(params, grads), theirs.step, None, 1.2, rest)


def batch_norm() -> Race:
    x, gamma, beta, dout = normal(32, 32, 28, 28), normal(32), normal(32), normal(32, 32, 28, 28)

    def ours() -> object:
        _, cache = nn.batch_norm_forward(x, gamma, beta)
        return nn.batch_norm_backward(dout, cache)

    theirs = torch_layer(lambda t, g, b: F.batch_norm(t, None, None, g, b, training=True), dout, x, gamma, beta)
    return Race("batch norm, 32×32×28×28", ours, theirs, None, None, "PyTorch does in two passes over memory what takes NumPy ten")


def layer_norm() -> Race:
    x, gamma, beta, dout = normal(1600, 512), normal(512), normal(512), normal(1600, 512)

    def ours() -> object:
        _, cache = nn.layer_norm_forward(x, gamma, beta)
        return nn.layer_norm_backward(dout, cache)

    theirs = torch_layer(lambda t, g, b: F.layer_norm(t, (512,), g, b), dout, x, gamma, beta)
    return Race("layer norm, 1600×512", ours, theirs, None, None, "the same: passes over memory")


def attention() -> Race:
    q, k, v, dout = (normal(16, 8, 64, 32) for _ in range(4))

    def ours() -> object:
        _, cache = nn.attention_forward(q, k, v)
        return nn.attention_backward(dout, cache)

    weights, keys = normal(16, 8, 64, 64), k.swapaxes(-1, -2)
    turned = weights.swapaxes(-1, -2)
    products = lambda: (q @ keys, weights @ v, turned @ dout, dout @ v.swapaxes(-1, -2), weights @ k, turned @ q)
    theirs = torch_layer(F.scaled_dot_product_attention, dout, q, k, v)
    rest = "the softmax over all pairs, which PyTorch fuses into the products"
    return Race("attention, 8 heads of 32", ours, theirs, products, None, rest)


RACES: dict[str, Callable[[], Race]] = {
    "conv": conv,
    "pool": lambda: max_pool("max pool 2×2", 2, 2, 0.5, "PyTorch's own loop over the windows, which NumPy avoids"),
    "pool-general": lambda: max_pool("max pool 3×3, stride 2", 3, 2, 2.5, "three passes along rows, three along columns, each way"),
    "lstm": lstm,
    "gru": gru,
    "mlp": mlp_step,
    "adam": adam,
    "batch-norm": batch_norm,
    "layer-norm": layer_norm,
    "attention": attention,
}


def median_times(runs: list[Run], rounds: int) -> list[float]:
    """Median milliseconds of processor time of each, in turn, so that a busy moment of the machine hits all alike."""
    times: list[list[float]] = [[] for _ in runs]
    for round_number in range(rounds + 3):
        for place, run in enumerate(runs):
            start = time.process_time()
            run()
            if round_number >= 3:  # the first rounds warm the caches up
                times[place].append(1000 * (time.process_time() - start))
    return [statistics.median(series) for series in times]


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=40, help="turns for each operation")
    parser.add_argument("--only", choices=RACES, help="one operation instead of all")
    options = parser.parse_args()
    torch.set_num_threads(1)
    np.empty(31 << 20, np.uint8)  # freed at once: from now on glibc keeps what is freed, and neither side pays for getting it again
    print(f"NumPy {np.__version__}, PyTorch {torch.__version__}, float32, one thread, processor time, median of {options.rounds} turns\n")
    print(f"{'forward + backward':24} {'ours, ms':>9} {'torch, ms':>10} {'ratio':>6} {'goal':>6}  products  where the rest of ours goes")
    missed = []
    for race in [RACES[options.only]()] if options.only else [make() for make in RACES.values()]:
        ours, theirs, *products = median_times([race.ours, race.theirs, *([race.products] if race.products else [])], options.rounds)
        ratio, share = ours / theirs, f"{products[0] / ours:8.0%}" if products else f"{'–':>8}"
        goal = f"≤{race.goal:5.2f}" if race.goal else f"{'–':>6}"
        over = "  (over its goal)" if race.goal and ratio > race.goal else ""
        print(f"{race.name:24} {ours:9.2f} {theirs:10.2f} {ratio:6.2f} {goal}  {share}  {race.rest}{over}", flush=True)
        if race.goal and ratio > TOLERANCE * race.goal:
            missed.append(race.name)
    if missed:
        print(f"\nmore than {TOLERANCE} × the goal: {', '.join(missed)}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
