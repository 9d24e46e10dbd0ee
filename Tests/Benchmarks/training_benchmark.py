"""Training steps of a small GPT: this project's `training-benchmark` and PyTorch take turns; medians, ratio and memory.

    .venv/bin/python Tests/Benchmarks/training_benchmark.py .build/release/training-benchmark --rounds 3 --steps 4

The model: 6 layers of width 384, 6 heads, 256 positions, 4096 entries, batch 16; no biases, LayerNorm with a weight, GELU in
its tanh form, causal attention, tied embeddings, AdamW; tokens at random. With --products the rates of PyTorch's matrix
products in the shapes of `kernel-benchmark`.
"""

import argparse
import json
import re
import resource
import statistics
import subprocess
import sys
import time

LAYERS, HEADS, WIDTH, TIME, VOCABULARY, BATCH = 6, 6, 384, 256, 4096, 16


def torch_steps(threads, steps):
    import torch
    import torch.nn.functional as F

    torch.set_num_threads(threads)
    torch.manual_seed(1337)

    def matrix(outputs, inputs):
        return torch.nn.Parameter(torch.randn(outputs, inputs) * 0.02)

    def norm():
        return torch.nn.Parameter(torch.ones(WIDTH))

    tokens, positions, last_norm = matrix(VOCABULARY, WIDTH), matrix(TIME, WIDTH), norm()
    blocks = [
        dict(attention_norm=norm(), qkv=matrix(3 * WIDTH, WIDTH), output=matrix(WIDTH, WIDTH), feed_norm=norm(),
             up=matrix(4 * WIDTH, WIDTH), down=matrix(WIDTH, 4 * WIDTH))
        for _ in range(LAYERS)]
    parameters = [tokens, positions, last_norm] + [p for block in blocks for p in block.values()]
    optimizer = torch.optim.AdamW(parameters, lr=1e-3, betas=(0.9, 0.95), weight_decay=0.1)
    x, y = torch.randint(0, VOCABULARY, (2, BATCH, TIME))

    def normalized(z, weight):
        return F.layer_norm(z, (WIDTH,), weight, None, 1e-5)

    def loss():
        h = F.embedding(x, tokens) + positions
        for block in blocks:
            q, k, v = (
                z.view(BATCH, TIME, HEADS, -1).transpose(1, 2)
                for z in F.linear(normalized(h, block["attention_norm"]), block["qkv"]).split(WIDTH, 2))
            attended = F.scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2).reshape(h.shape)
            h = h + F.linear(attended, block["output"])
            wide = F.gelu(F.linear(normalized(h, block["feed_norm"]), block["up"]), approximate="tanh")
            h = h + F.linear(wide, block["down"])
        return F.cross_entropy(F.linear(normalized(h, last_norm), tokens).view(-1, VOCABULARY), y.view(-1))

    times = []
    for _ in range(steps + 2):
        start = time.perf_counter()
        value = loss()
        value.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        times.append(time.perf_counter() - start)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps({"times": times[2:], "peak": peak, "loss": value.item()}))


def torch_products(threads):
    import torch

    torch.set_num_threads(threads)
    shapes = [(4096, 384, 384), (4096, 1536, 384), (4096, 384, 1536), (512, 4096, 384)]
    for rows, outputs, inputs in shapes:
        x, w, dy = torch.randn(rows, inputs), torch.randn(outputs, inputs), torch.randn(rows, outputs)
        line = f"{rows} x {outputs} x {inputs}"
        for name, product in [("x wT", lambda: x @ w.T), ("dy w", lambda: dy @ w), ("dyT x", lambda: dy.T @ x)]:
            product()
            times = []
            for _ in range(9):
                start = time.perf_counter()
                product()
                times.append(time.perf_counter() - start)
            line += f"  {name} {2e-9 * rows * outputs * inputs / statistics.median(times):6.1f}"
        print(line, "GFLOP/s")


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
    arguments.add_argument("--products", action="store_true", help="only PyTorch's matrix products")
    options = arguments.parse_args()
    if options.products:
        return torch_products(options.threads)
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
        print(f"{name}: median {medians[-1]:.3f} s, fastest {min(times):.3f} s, {BATCH * TIME / medians[-1]:.0f} tokens/s,"
              f" peak memory {max(run['peak'] for run in runs)} MiB")
    print(f"time of PyTorch / time of triptych: {medians[1] / medians[0]:.2f}")


if __name__ == "__main__":
    main()
