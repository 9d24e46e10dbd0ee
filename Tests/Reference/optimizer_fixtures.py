"""Makes Tests/Fixtures/optimizers/pytorch.json: weights after 1, 2, 10 and 100 steps of PyTorch's optimizers on a few small
parameters, learning rates of its schedulers, and clipped gradient norms.

Gradients and first weights come from whole numbers (see `gradient` and `weight`), so that the test can make the same ones.
"""

import json
import pathlib

import torch

FILE = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "optimizers" / "pytorch.json"
SHAPES = {"table": [3, 5], "bias": [7], "kernel": [2, 2, 3]}
KEPT = [1, 2, 10, 100]


def numbers(shape, multiplier, offset, scale):
    count = torch.Size(shape).numel()
    return torch.tensor([((i * multiplier + offset) % 2001 - 1000) / scale for i in range(count)],
                        dtype=torch.float32).reshape(shape)


def weight(index, shape):
    return numbers(shape, 7919, 31 * index, 1000)


def gradient(index, shape, step):
    return numbers(shape, 104729, 7907 * step + 331 * index, 500 + 40 * (step % 17))


def run(make, clip=None):
    parameters = [torch.nn.Parameter(weight(i, s)) for i, s in enumerate(SHAPES.values())]
    optimizer = make(parameters)
    kept = {}
    for step in range(1, 101):
        for i, (p, s) in enumerate(zip(parameters, SHAPES.values())):
            p.grad = gradient(i, s, step)
        if clip is not None:
            torch.nn.utils.clip_grad_norm_(parameters, clip)
        optimizer.step()
        if step in KEPT:
            kept[str(step)] = [p.detach().flatten().tolist() for p in parameters]
    return kept


def groups(parameters, decay):
    return [{"params": [p for p in parameters if p.dim() >= 2], "weight_decay": decay},
            {"params": [p for p in parameters if p.dim() < 2], "weight_decay": 0.0}]


def moving_average():
    parameter = torch.nn.Parameter(weight(0, SHAPES["table"]))
    average = parameter.detach().clone()
    kept = {}
    for step in range(1, 101):
        with torch.no_grad():
            parameter.sub_(gradient(0, SHAPES["table"], step) * 0.01)
        decay = min(0.9, (1 + step) / (10 + step))
        torch.optim.swa_utils.get_ema_multi_avg_fn(decay)([average], [parameter.detach()], step)
        if step in KEPT:
            kept[str(step)] = average.flatten().tolist()
    return kept


def schedules():
    def rates(make, steps=60):
        optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
        scheduler = make(optimizer)
        values = []
        for _ in range(steps):
            values.append(optimizer.param_groups[0]["lr"])
            optimizer.step()
            scheduler.step()
        return values

    s = torch.optim.lr_scheduler
    # The losses of a plateau fall, stay, and fall once more.
    losses = [5.0, 4.0, 3.0, 3.0, 3.00001, 2.9999, 3.1, 3.0, 2.5, 2.6, 2.6, 2.6, 2.6, 2.6, 2.6]
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
    plateau = s.ReduceLROnPlateau(optimizer, factor=0.5, patience=2)
    lowered = []
    for loss in losses:
        plateau.step(loss)
        lowered.append(optimizer.param_groups[0]["lr"])
    return {
        "linear": rates(lambda o: s.LinearLR(o, 1.0, 0.1, total_iters=50)),
        "cosine": rates(lambda o: s.CosineAnnealingLR(o, T_max=50, eta_min=0.05), steps=51),
        "step": rates(lambda o: s.StepLR(o, step_size=7, gamma=0.3)),
        "plateauLosses": losses, "plateau": lowered,
    }


def main():
    a, g = torch.optim.AdamW, torch.optim.SGD
    result = {
        "adamw": run(lambda p: a(p, lr=1e-2)),
        "adamwGroups": run(lambda p: a(groups(p, 0.1), lr=3e-2, betas=(0.9, 0.95), eps=1e-6)),
        "adamwClipped": run(lambda p: a(p, lr=1e-2), clip=0.7),
        "sgd": run(lambda p: g(p, lr=1e-2)),
        "sgdDecay": run(lambda p: g(p, lr=1e-2, weight_decay=0.1)),
        "sgdMomentum": run(lambda p: g(p, lr=1e-2, momentum=0.9, dampening=0.2)),
        "sgdNesterov": run(lambda p: g(groups(p, 0.05), lr=1e-2, momentum=0.8, nesterov=True)),
        "movingAverage": moving_average(),
        "schedules": schedules(),
    }
    FILE.parent.mkdir(parents=True, exist_ok=True)
    FILE.write_text(json.dumps(result, separators=(",", ":")) + "\n")


main()
