"""Times convolution2d, forward and forward with backward, beside PyTorch in one run, taking turns:

    swift build -c release --product layer-benchmark
    python3 Tests/Benchmarks/convolution_benchmark.py [--threads 2] [--turns 3] [--rounds 15]

PyTorch runs with its own layout and with channels last; the faster of both counts in the ratio. Prints Markdown.
"""

import argparse
import pathlib
import statistics
import subprocess
import time

import torch
import torch.nn.functional as F

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / ".build" / "release" / "layer-benchmark"
# batch, extent, channels, outputs, kernel, stride, padding, groups
SHAPES = [
    ("ResNet-18, first", (8, 224, 3, 64, 7, 2, 3, 1)),
    ("ResNet-18, 64 at 56 × 56", (8, 56, 64, 64, 3, 1, 1, 1)),
    ("ResNet-18, 64 → 128, stride 2", (8, 56, 64, 128, 3, 2, 1, 1)),
    ("ResNet-18, 512 at 7 × 7", (8, 7, 512, 512, 3, 1, 1, 1)),
    ("depthwise, 144 at 56 × 56", (8, 56, 144, 144, 3, 1, 1, 144)),
]


def median(rounds, body):
    body()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        body()
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


def pytorch(rounds, shape, layout):
    batch, extent, channels, outputs, kernel, stride, padding, groups = shape
    x = torch.rand(batch, channels, extent, extent).contiguous(memory_format=layout)
    weight = torch.rand(outputs, channels // groups, kernel, kernel).contiguous(memory_format=layout)
    bias = torch.rand(outputs)

    def forward():
        with torch.no_grad():
            F.conv2d(x, weight, bias, stride, padding, groups=groups)

    leaves = [tensor.clone().requires_grad_() for tensor in (x, weight, bias)]

    def both():
        torch.autograd.grad(F.conv2d(*leaves, stride, padding, groups=groups).sum(), leaves)

    return median(rounds, forward), median(rounds, both)


def triptych(threads, rounds, shape):
    batch, extent, channels, outputs, kernel, stride, padding, groups = shape
    arguments = [threads, rounds, batch, extent, channels, outputs, kernel, stride, padding, groups]
    output = subprocess.run([PROGRAM, *map(str, arguments)], capture_output=True, text=True, check=True).stdout
    return tuple(map(float, output.split()))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--rounds", type=int, default=15)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    print("| | forward, ms | PyTorch | ratio | with backward, ms | PyTorch | ratio |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    for name, shape in SHAPES:
        ours, theirs, last = [], [], []
        for _ in range(arguments.turns):
            ours.append(triptych(arguments.threads, arguments.rounds, shape))
            theirs.append(pytorch(arguments.rounds, shape, torch.contiguous_format))
            last.append(pytorch(arguments.rounds, shape, torch.channels_last))
        row = [name]
        for kind in range(2):
            mine = statistics.median(times[kind] for times in ours)
            peer = min(statistics.median(times[kind] for times in layout) for layout in (theirs, last))
            row += [f"{mine:.2f}", f"{peer:.2f}", f"{mine / peer:.2f}"]
        print("| " + " | ".join(row) + " |", flush=True)


main()
