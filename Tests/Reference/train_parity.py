"""Trains a language model with PyTorch from the weights and on the batches that `text train --export FOLDER` wrote, and
compares its losses with those of the run.

    text train --data corpus.txt --preset 5m --dropout 0 --max-steps 200 --output RUN --export FOLDER
    python train_parity.py FOLDER RUN
"""

import argparse
import json
import math
import pathlib

import torch
from safetensors.torch import load_file
from transformers import LlamaForCausalLM


def rate(schedule, step, end):
    """LearningRateSchedule.rate(step:end:), for the curves that presets use."""
    peak, warm_up, final = schedule["peak"], schedule["warmUpSteps"], schedule["finalFraction"]
    if step < warm_up:
        return peak * (step + 1) / warm_up
    x = min(1, (step - warm_up) / max(1, end - warm_up))
    (curve,) = schedule["curve"]
    if curve == "cosine":
        return peak * (final + (1 - final) * (1 + math.cos(math.pi * x)) / 2)
    if curve == "linear":
        return peak * (1 - (1 - final) * x)
    if curve == "constant":
        return peak
    raise SystemExit(f"the schedule {curve} is not known here")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--tolerance", type=float, default=0.01)
    arguments = parser.parse_args()

    settings = json.loads((arguments.run / "run.json").read_text())["settings"]
    lines = [json.loads(line) for line in (arguments.run / "metrics.jsonl").read_text().splitlines()]
    ours = [line["loss"] for line in lines if "loss" in line]
    batches = load_file(arguments.folder / "batches.safetensors")
    tokens, targets = batches["tokens"].long(), batches["targets"].long()

    model = LlamaForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32, attn_implementation="eager")
    model.train()
    adamw = settings["optimizer"]["adamW"]["_0"]
    parameters = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": adamw["weightDecay"]},
         {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}],
        betas=(adamw["beta1"], adamw["beta2"]), eps=adamw["epsilon"])

    worst = (0.0, 0)
    accumulation = settings["accumulation"]
    for step in range(min(len(ours), tokens.shape[0] // accumulation)):
        chosen = range(step * accumulation, (step + 1) * accumulation)
        # The last batch of a pass may have fewer sequences; the targets of the others are -1.
        count = sum((targets[i] >= 0).sum().item() for i in chosen)
        total = 0.0
        optimizer.zero_grad(set_to_none=True)
        for i in chosen:
            logits = model(input_ids=tokens[i], use_cache=False).logits.float()
            loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), targets[i].flatten(), ignore_index=-1, reduction="sum")
            (loss / count).backward()
            total += loss.item()
        if settings.get("gradientNormLimit") is not None:
            torch.nn.utils.clip_grad_norm_(parameters, settings["gradientNormLimit"])
        for group in optimizer.param_groups:
            group["lr"] = rate(settings["schedule"], step, settings["maximumSteps"])
        optimizer.step()
        difference = abs(ours[step] - total / count) / (total / count)
        worst = max(worst, (difference, step + 1))
        if step < 3 or (step + 1) % 20 == 0:
            print(f"step {step + 1}: {ours[step]:.5f}, PyTorch {total / count:.5f}, difference {difference:.2e}", flush=True)
    print(f"largest difference {worst[0]:.2e} at step {worst[1]}")
    if not worst[0] <= arguments.tolerance:
        raise SystemExit("the losses differ")


main()
