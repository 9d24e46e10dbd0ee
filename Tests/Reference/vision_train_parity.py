r"""Trains a small residual network with PyTorch from the weights and on the batches that `vision train --export FOLDER`
wrote, and compares its losses with those of the run.

    vision train --data DATA --preset small --size 28 --dropout 0 --learning-rate 0.01 --max-steps 200 \
        --evaluate-every 1000 --output RUN --export FOLDER
    python vision_train_parity.py FOLDER RUN

At the preset's own rate (0.2) rounding grows from step to step: there --double shows how far PyTorch is from itself.
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional


class Layer(nn.Module):
    """Two convolutions beside a shortcut without parameters (He et al. 2016, option A)."""

    def __init__(self, channels, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.added = stride, outputs - channels

    def forward(self, x):
        inner = self.bn2(self.conv2(functional.relu(self.bn1(self.conv1(x)))))
        before = self.added // 2
        shortcut = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, before, self.added - before))
        return functional.relu(inner + shortcut)


class Network(nn.Module):
    def __init__(self, width, stages, layers, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        channels = width
        for stage in range(stages):
            outputs = width << stage
            blocks = []
            for index in range(layers):
                blocks.append(Layer(channels, outputs, 2 if stage > 0 and index == 0 else 1))
                channels = outputs
            setattr(self, f"layer{stage + 1}", nn.Sequential(*blocks))
        self.stages, self.linear = stages, nn.Linear(channels, classes)

    def forward(self, x):
        x = functional.relu(self.bn1(self.conv1(x)))
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.linear(x.mean((2, 3)))


def rate(schedule, step, end):
    """LearningRateSchedule.rate(step:end:), for the curve that presets use."""
    peak, warm_up, final = schedule["peak"], schedule["warmUpSteps"], schedule["finalFraction"]
    if step < warm_up:
        return peak * (step + 1) / warm_up
    x = min(1, (step - warm_up) / max(1, end - warm_up))
    (curve,) = schedule["curve"]
    if curve != "cosine":
        raise SystemExit(f"the schedule {curve} is not known here")
    return peak * (final + (1 - final) * (1 + math.cos(math.pi * x)) / 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=0.01)
    parser.add_argument("--double", action="store_true", help="PyTorch computes in float64")
    arguments = parser.parse_args()

    description = json.loads((arguments.run / "run.json").read_text())
    settings, options = description["settings"], description["options"]
    lines = [json.loads(line) for line in (arguments.run / "metrics.jsonl").read_text().splitlines()]
    ours = [line["loss"] for line in lines if "loss" in line]
    batches = load_file(arguments.folder / "batches.safetensors")
    pictures, targets = batches["pictures"].permute(0, 1, 4, 2, 3), batches["targets"].long()

    configuration = json.loads((arguments.folder / "config.json").read_text())
    depth, stages = int(configuration["architecture"].split()[0].removeprefix("resnet")), configuration["stages"]
    network = Network(configuration["width"], stages, (depth - 2) // (2 * stages), configuration["num_classes"])
    missing, unexpected = network.load_state_dict(load_file(arguments.folder / "model.safetensors"), strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise SystemExit(f"the names differ: {missing} {unexpected}")
    kind = torch.float64 if arguments.double else torch.float32
    network.train().to(kind)
    sgd = settings["optimizer"]["sgd"]["_0"]
    parameters = list(network.parameters())
    optimizer = torch.optim.SGD(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": sgd["weightDecay"]},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}],
        lr=1.0, momentum=sgd["momentum"], nesterov=sgd["usesNesterov"])

    worst = (0.0, 0)
    for step in range(min(len(ours), len(pictures))):
        for group in optimizer.param_groups:
            group["lr"] = rate(settings["schedule"], step, settings["maximumSteps"])
        optimizer.zero_grad(set_to_none=True)
        loss = functional.cross_entropy(
            network(pictures[step].contiguous().to(kind)), targets[step], label_smoothing=options["label-smoothing"])
        loss.backward()
        if settings.get("gradientNormLimit") is not None:
            nn.utils.clip_grad_norm_(parameters, settings["gradientNormLimit"])
        optimizer.step()
        difference = abs(ours[step] - loss.item()) / loss.item()
        worst = max(worst, (difference, step + 1))
        if step < 3 or (step + 1) % 20 == 0:
            print(f"step {step + 1}: {ours[step]:.5f}, PyTorch {loss.item():.5f}, difference {difference:.2e}", flush=True)
    print(f"largest difference {worst[0]:.2e} at step {worst[1]}")
    if not worst[0] <= arguments.tolerance:
        raise SystemExit("the losses differ")


main()
