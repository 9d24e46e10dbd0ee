r"""Trains a Conformer with PyTorch from the weights and on the batches that `speech train --export FOLDER` wrote, and compares
its losses with those of the run.

    speech train --data DATA --preset 1m --dropout 0 --max-steps 200 --evaluate-every 1000 --output RUN --export FOLDER
    python ctc_train_parity.py FOLDER RUN

The network is the twin of conformer_fixtures.py, written after the papers.
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file
from torch import nn
from torch.nn import functional as F

from conformer_fixtures import Conformer, encoded


def rate(schedule, step, end):
    """LearningRateSchedule.rate(step:end:), for the curve that presets use."""
    peak, warm_up, final = schedule["peak"], schedule["warmUpSteps"], schedule["finalFraction"]
    if step < warm_up:
        return peak * (step + 1) / warm_up
    (curve,) = schedule["curve"]
    if curve != "cosine":
        raise SystemExit(f"the schedule {curve} is not known here")
    x = min(1, (step - warm_up) / max(1, end - warm_up))
    return peak * (final + (1 - final) * (1 + math.cos(math.pi * x)) / 2)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=0.01)
    arguments = parser.parse_args()

    description = json.loads((arguments.run / "run.json").read_text())
    settings, options = description["settings"], description["options"]
    if options["dropout"] != 0:
        raise SystemExit("the run has dropout, whose random numbers PyTorch does not know; give --dropout 0")
    lines = [json.loads(line) for line in (arguments.run / "metrics.jsonl").read_text().splitlines()]
    ours = [line["loss"] for line in lines if "loss" in line]
    batches = load_file(arguments.folder / "batches.safetensors")

    configuration = json.loads((arguments.folder / "config.json").read_text())
    network = Conformer(configuration)
    missing, unexpected = network.load_state_dict(load_file(arguments.folder / "model.safetensors"), strict=False)
    if unexpected or any(not name.endswith("num_batches_tracked") for name in missing):
        raise SystemExit(f"the names differ: {missing} {unexpected}")
    network.train()
    adam = settings["optimizer"]["adamW"]["_0"]
    parameters = list(network.parameters())
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": adam["weightDecay"]},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}],
        lr=1.0, betas=(adam["beta1"], adam["beta2"]), eps=adam["epsilon"])
    inner_weight = 0.3 if configuration["intermediate_ctc_layers"] else 0.0

    worst = (0.0, 0)
    steps = min(len(ours), sum(name.endswith(".features") for name in batches))
    for step in range(steps):
        for group in optimizer.param_groups:
            group["lr"] = rate(settings["schedule"], step, settings["maximumSteps"])
        features, lengths, targets, target_lengths = (
            batches[f"{step}.{name}"] for name in ("features", "lengths", "targets", "target_lengths"))
        lengths = lengths.tolist()

        def loss(logits):
            return F.ctc_loss(
                logits.log_softmax(-1).transpose(0, 1), targets.long(), torch.tensor([encoded(n) for n in lengths]),
                target_lengths.long(), blank=configuration["blank_token_id"], reduction="sum", zero_infinity=True)

        optimizer.zero_grad(set_to_none=True)
        logits, inner = network(features, lengths)
        total = (1 - inner_weight) * loss(logits)
        if inner:
            total = total + inner_weight * sum(loss(x) for x in inner) / len(inner)
        mean = total / target_lengths.clamp(min=1).sum()
        mean.backward()
        if settings.get("gradientNormLimit") is not None:
            nn.utils.clip_grad_norm_(parameters, settings["gradientNormLimit"])
        optimizer.step()
        difference = abs(ours[step] - mean.item()) / mean.item()
        worst = max(worst, (difference, step + 1))
        if step < 3 or (step + 1) % 20 == 0:
            print(f"step {step + 1}: {ours[step]:.5f}, PyTorch {mean.item():.5f}, difference {difference:.2e}", flush=True)
    print(f"largest difference {worst[0]:.2e} at step {worst[1]} of {steps}")
    if steps == 0 or not worst[0] <= arguments.tolerance:
        raise SystemExit("the losses differ")


main()
