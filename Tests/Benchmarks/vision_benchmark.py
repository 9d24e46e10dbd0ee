"""Networks that classify pictures: this project's `vision-benchmark` beside ONNX Runtime and PyTorch, taking turns; medians.

    ONLY=vision-benchmark swift build -c release --product vision-benchmark
    pip install torch transformers efficientnet-lite-pytorch onnx onnxruntime safetensors
    python3 Tests/Benchmarks/vision_benchmark.py .build/release/vision-benchmark [--threads 2] [--turns 5] [--json FILE]

- Inference of EfficientNet-Lite0 and ResNet-50, 224 x 224 pixels, batches of 1 and 16, beside ONNX Runtime: the same weights
  (from a seed, with running statistics of one batch) and the same pictures; logits must agree within 1e-3 of the largest.
- A training step of ResNet-18 for pictures of 32 x 32, batch 64, SGD with Nesterov's momentum, beside PyTorch with
  channels last: the same weights and batch; the losses of the first three steps must agree within 1e-3.

Every run is a process of its own, so that no threads of one wait in the other's time. `--only NAME` picks lines of the table.
"""

import argparse
import json
import pathlib
import re
import statistics
import subprocess
import sys
import tempfile
import time

EXTENT, WARM_UP = 224, 2
CASES = [(model, batch) for model in ("efficientnet-lite0", "resnet-50") for batch in (1, 16)]
TRAINING = "resnet-18 training step"


# What both run


def efficientnet():
    from efficientnet_lite_pytorch import EfficientNet

    return EfficientNet.from_name("efficientnet-lite0")


def resnet50():
    from transformers import ResNetConfig, ResNetForImageClassification

    return ResNetForImageClassification(ResNetConfig(num_labels=1000))


def with_statistics(model, torch):
    """Running statistics that fit the weights, as in a trained network: numbers neither explode nor vanish."""
    norms = [module for module in model.modules() if isinstance(module, torch.nn.BatchNorm2d)]
    for norm in norms:
        norm.momentum = 1.0
    with torch.no_grad():
        model.train()(torch.randn(4, 3, EXTENT, EXTENT))
    return model.eval()


class Logits:
    """A model of `transformers` gives a record; ONNX wants a tensor."""

    def __new__(cls, model, torch):
        class Module(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.model = model

            def forward(self, x):
                y = self.model(x)
                return getattr(y, "logits", y)

        return Module().eval()


def prepare_inference(folder, name):
    """A model as a folder and as an ONNX file, and pictures in both layouts."""
    import torch

    torch.manual_seed(0)
    model = with_statistics({"efficientnet-lite0": efficientnet, "resnet-50": resnet50}[name](), torch)
    target = folder / name
    target.mkdir()
    if hasattr(model, "save_pretrained"):
        model.save_pretrained(target)
    else:
        torch.save(model.state_dict(), target / "weights.pth")
    x = torch.randn(16, 3, EXTENT, EXTENT)
    torch.onnx.export(
        Logits(model, torch), (x[:1],), str(folder / f"{name}.onnx"), dynamo=False, opset_version=17,
        input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}})
    for batch in (1, 16):
        x[:batch].numpy().tofile(folder / f"{name}-{batch}.nchw")
        x[:batch].permute(0, 2, 3, 1).contiguous().numpy().tofile(folder / f"{name}-{batch}.nhwc")


def prepare_training(folder):
    import torch
    from safetensors.torch import save_file

    torch.manual_seed(0)
    save_file(resnet18(torch).state_dict(), folder / "weights.safetensors")
    x, y = torch.randn(64, 32, 32, 3), torch.randint(0, 10, (64,), dtype=torch.int32)
    save_file({"x": x, "y": y}, folder / "batch.safetensors")


def resnet18(torch):
    nn = torch.nn

    class Convolution(nn.Module):
        def __init__(self, channels, outputs, kernel, stride=1):
            super().__init__()
            self.convolution = nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, bias=False)
            self.norm = nn.BatchNorm2d(outputs)

        def forward(self, x):
            return self.norm(self.convolution(x))

    class Layer(nn.Module):
        def __init__(self, channels, outputs, stride):
            super().__init__()
            self.first = Convolution(channels, outputs, 3, stride)
            self.second = Convolution(outputs, outputs, 3)
            self.shortcut = None if stride == 1 else Convolution(channels, outputs, 1, stride)

        def forward(self, x):
            residual = x if self.shortcut is None else self.shortcut(x)
            return torch.relu(self.second(torch.relu(self.first(x))) + residual)

    class Network(nn.Module):
        def __init__(self):
            super().__init__()
            self.stem = Convolution(3, 64, 3)
            layers, channels = [], 64
            for stage, width in enumerate((64, 128, 256, 512)):
                for index in range(2):
                    layers.append(Layer(channels, width, 2 if stage and not index else 1))
                    channels = width
            self.layers = nn.ModuleList(layers)
            self.classifier = nn.Linear(512, 10)

        def forward(self, x):
            x = torch.relu(self.stem(x))
            for layer in self.layers:
                x = layer(x)
            return self.classifier(x.mean((2, 3)))

    return Network()


# The peers, each in a process of its own


def timed(rounds, body):
    times = []
    for index in range(rounds + WARM_UP):
        start = time.perf_counter()
        body()
        if index >= WARM_UP:
            times.append(time.perf_counter() - start)
    return times


def onnx_runtime(folder, threads, rounds, name, batch):
    import numpy
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    session = onnxruntime.InferenceSession(str(folder / f"{name}.onnx"), options, providers=["CPUExecutionProvider"])
    x = numpy.fromfile(folder / f"{name}-{batch}.nchw", numpy.float32).reshape(batch, 3, EXTENT, EXTENT)
    result = []
    times = timed(rounds, lambda: result.__setitem__(slice(None), session.run(None, {"x": x})))
    result[0].tofile(folder / "expected")
    return {"times": times}


def pytorch(folder, threads, steps):
    import torch
    from safetensors.torch import load_file

    torch.set_num_threads(threads)
    model = resnet18(torch)
    model.load_state_dict(load_file(folder / "weights.safetensors"))
    model = model.train().to(memory_format=torch.channels_last)
    batch = load_file(folder / "batch.safetensors")
    x, y = batch["x"].permute(0, 3, 1, 2), batch["y"].long()
    assert x.is_contiguous(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(model.parameters(), 0.1, momentum=0.9, nesterov=True, weight_decay=5e-4)
    losses = []

    def step():
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        losses.append(loss.item())

    return {"times": timed(steps, step), "losses": losses}


# The comparison


def triptych(binary, arguments):
    text = subprocess.run([binary, *map(str, arguments)], capture_output=True, text=True, check=True).stdout
    numbers = {key: [float(v) for v in values.split()] for key, values in re.findall(r"(\w+): ([\d.e+\- ]+)", text)}
    return {"times": numbers["seconds"], "losses": numbers.get("losses")}


def peer(options, folder, *arguments):
    command = [sys.executable, __file__, options.binary, "--threads", options.threads, "--peer", folder, *arguments]
    run = subprocess.run(list(map(str, command)), capture_output=True, text=True)
    if run.returncode:
        sys.exit(run.stderr)
    return json.loads(run.stdout.splitlines()[-1])


def inference(options, folder, name, batch):
    import numpy

    if not (folder / name).exists():
        prepare_inference(folder, name)
    rounds = 30 if batch == 1 else 8
    ours, theirs = [], []
    for _ in range(options.turns):
        ours.append(
            triptych(options.binary, ["infer", options.threads, rounds, folder / name, batch,
                                      folder / f"{name}-{batch}.nhwc", folder / "actual"]))
        theirs.append(peer(options, folder, name, batch, rounds))
    actual, expected = (numpy.fromfile(folder / file, numpy.float32) for file in ("actual", "expected"))
    difference = float(abs(actual - expected).max() / abs(expected).max())
    assert difference < 1e-3, f"{name}: logits differ by {difference}"
    return ours, theirs, difference


def training(options, folder):
    prepare_training(folder)
    ours, theirs = [], []
    for _ in range(options.turns):
        ours.append(triptych(options.binary, ["train", options.threads, 7, folder]))
        theirs.append(peer(options, folder, TRAINING, 64, 7))
    pairs = list(zip(ours[0]["losses"], theirs[0]["losses"]))[:3]
    difference = max(abs(a - b) / abs(b) for a, b in pairs)
    assert difference < 1e-3, f"losses differ by {difference}: {pairs}"
    return ours, theirs, difference


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--only", default="", help="lines of the table whose name contains this")
    parser.add_argument("--json", help="write the figures to this file too")
    parser.add_argument("--peer", nargs=4, metavar=("FOLDER", "NAME", "BATCH", "ROUNDS"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.peer:
        folder, name, batch, rounds = pathlib.Path(options.peer[0]), *options.peer[1:]
        result = (pytorch(folder, options.threads, int(rounds)) if name == TRAINING
                  else onnx_runtime(folder, options.threads, int(rounds), name, int(batch)))
        return print(json.dumps(result))
    rows = []
    print("| | beside | ours, ms | theirs, ms | ours / theirs | results differ by |\n|---|---|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path(temporary)
        runs = [(f"{name}, batch {batch}", "ONNX Runtime", lambda n=name, b=batch: inference(options, folder, n, b))
                for name, batch in CASES]
        runs.append((f"{TRAINING}, batch 64", "PyTorch, channels last", lambda: training(options, folder)))
        for title, beside, run in runs:
            if options.only not in title:
                continue
            ours, theirs, difference = run()
            # A turn's median first: a turn that something else disturbed counts once.
            mine, peers = (
                statistics.median(statistics.median(one["times"]) for one in all) * 1e3 for all in (ours, theirs))
            rows.append({"case": title, "beside": beside, "milliseconds": mine, "peer_milliseconds": peers,
                         "ratio": mine / peers, "difference": difference})
            print(f"| {title} | {beside} | {mine:.2f} | {peers:.2f} | {mine / peers:.2f} | {difference:.1e} |",
                  flush=True)
    if options.json:
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=2) + "\n")


if __name__ == "__main__":
    main()
