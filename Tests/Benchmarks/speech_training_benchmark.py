"""Training steps of a Conformer: this project's `speech-benchmark` and PyTorch take turns; medians, ratio and memory.

    .venv/bin/python Tests/Benchmarks/speech_training_benchmark.py .build/release/speech-benchmark --rounds 3 --steps 4

Sixteen utterances of ten seconds (1000 frames of 80 bands) with 120 targets each; two 3x3 convolutions of 144 channels that
make four frames one, eight layers of width 144 with four heads, 31 taps and an inner width of 576, 32 tokens, AdamW, no dropout.
PyTorch adds learnt positions before the first layer, which costs it less than the rotations that are made here in every layer;
its attention is the fused one.
"""

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import time

BATCH, FRAMES, BANDS, TARGETS, TOKENS = 16, 1000, 80, 120, 32
WIDTH, LAYERS, HEADS, TAPS = 144, 8, 4, 31


def torch_steps(threads, steps):
    import torch
    from torch import nn
    from torch.nn import functional as F

    torch.set_num_threads(threads)
    torch.manual_seed(1337)

    def half_network():
        return nn.Sequential(
            nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 4 * WIDTH), nn.SiLU(), nn.Linear(4 * WIDTH, WIDTH))

    class Attention(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.inner = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 3 * WIDTH)
            self.outer = nn.Linear(WIDTH, WIDTH)

        def forward(self, x):
            parts = self.inner(self.norm(x)).chunk(3, dim=-1)
            q, k, v = (part.unflatten(-1, (HEADS, -1)).transpose(1, 2) for part in parts)
            return self.outer(F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2))

    class Convolution(nn.Module):
        def __init__(self):
            super().__init__()
            self.norm, self.first = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, 2 * WIDTH)
            self.depthwise = nn.Conv1d(WIDTH, WIDTH, TAPS, padding=TAPS // 2, groups=WIDTH, bias=False)
            self.batch_norm, self.second = nn.BatchNorm1d(WIDTH), nn.Linear(WIDTH, WIDTH)

        def forward(self, x):
            inner = self.depthwise(F.glu(self.first(self.norm(x))).transpose(1, 2))
            return self.second(F.silu(self.batch_norm(inner)).transpose(1, 2))

    class Layer(nn.Module):
        def __init__(self):
            super().__init__()
            self.before, self.after = half_network(), half_network()
            self.attention, self.convolution, self.norm = Attention(), Convolution(), nn.LayerNorm(WIDTH)

        def forward(self, x):
            x = x + 0.5 * self.before(x)
            x = x + self.attention(x)
            x = x + self.convolution(x)
            return self.norm(x + 0.5 * self.after(x))

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Conv2d(1, WIDTH, 3, 2, 1), nn.Conv2d(WIDTH, WIDTH, 3, 2, 1)
            self.projection = nn.Linear(WIDTH * BANDS // 4, WIDTH)
            self.positions = nn.Parameter(0.02 * torch.randn(FRAMES // 4, WIDTH))
            self.layers = nn.Sequential(*(Layer() for _ in range(LAYERS)))
            self.head = nn.Linear(WIDTH, TOKENS)

        def forward(self, x):
            x = self.second(self.first(x[:, None]).relu()).relu()
            x = self.projection(x.transpose(1, 2).flatten(2)) + self.positions
            return self.head(self.layers(x)).log_softmax(-1)

    network = Network()
    optimizer = torch.optim.AdamW(network.parameters(), lr=1e-3)
    features = torch.randn(BATCH, FRAMES, BANDS)
    targets = torch.randint(1, TOKENS, (BATCH, TARGETS))
    frames, lengths = torch.full((BATCH,), FRAMES // 4), torch.full((BATCH,), TARGETS)
    times = []
    for _ in range(steps + 2):
        start = time.perf_counter()
        loss = F.ctc_loss(network(features).transpose(0, 1), targets, frames, lengths)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"times": times[2:], "peak": peak, "loss": loss.item()}))


def swift_steps(binary, threads, steps):
    text = subprocess.run([binary, str(threads), str(steps)], capture_output=True, text=True, check=True).stdout
    times = [float(value) for value in re.search(r"seconds: ([\d. ]+)", text)[1].split()]
    return {"times": times, "peak": int(re.search(r"peak memory (\d+) MiB", text)[1])}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary", nargs="?")
    arguments.add_argument("--threads", type=int, default=2)
    arguments.add_argument("--steps", type=int, default=4)
    arguments.add_argument("--rounds", type=int, default=3)
    arguments.add_argument("--torch", action="store_true", help="only PyTorch's steps")
    options = arguments.parse_args()
    if options.torch:
        return torch_steps(options.threads, options.steps)
    ours, theirs = [], []
    for _ in range(options.rounds):
        ours.append(swift_steps(options.binary, options.threads, options.steps))
        command = [sys.executable, __file__, "--torch", "--threads", str(options.threads), "--steps", str(options.steps)]
        theirs.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    medians = []
    for name, runs in [("triptych", ours), ("PyTorch", theirs)]:
        times = [t for run in runs for t in run["times"]]
        medians.append(statistics.median(times))
        print(f"{name}: median {medians[-1]:.3f} s, fastest {min(times):.3f} s, {BATCH * FRAMES / medians[-1]:.0f} frames/s,"
              f" peak memory {max(run['peak'] for run in runs)} MiB")
    print(f"time of PyTorch / time of triptych: {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
