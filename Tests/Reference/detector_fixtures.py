"""A small pyramid detector with what PyTorch makes of it (float32), written out here from its description
(docs/models/pyramid-detector.md); its backbone is the ResNet of `transformers`, its box loss the one that `transformers` has for DETR.

    python detector_fixtures.py

Writes Tests/Fixtures/detection/pyramid/: `config.json` and `model.safetensors`, and `expected.safetensors` with pictures
`[N, H, W, 3]`; for each point the probabilities of the classes and the box (x, y, width, height) in inference; of a step of
training the loss, every gradient, and the running statistics after it. The targets are in `targets.json`.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F
from transformers import ResNetConfig, ResNetModel
from transformers.loss.loss_for_object_detection import box_iou, generalized_box_iou

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "detection" / "pyramid"
SEED = 20261125
STRIDES, WIDTH, DEPTH, LABELS = [8, 16, 32], 8, 1, ["disc", "square", "star"]
HEIGHT, PICTURE_WIDTH = 44, 60
# Class, x, y, width, height, ignored; in the second picture nothing.
TARGETS = [
    [(1, 6.5, 4, 24, 20, False), (0, 20, 10, 30.5, 31, False), (2, 50, 33, 5, 4, False), (0, 0, 24, 20, 20, True)],
    [],
]


class Separable(nn.Module):
    def __init__(self, channels, outputs, stride=1):
        super().__init__()
        self.depthwise = nn.Conv2d(channels, channels, 5, stride, 2, groups=channels, bias=False)
        self.depthwise_norm = nn.BatchNorm2d(channels)
        self.pointwise = nn.Conv2d(channels, outputs, 1, bias=False)
        self.pointwise_norm = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.silu(self.depthwise_norm(self.depthwise(x)))
        return F.silu(self.pointwise_norm(self.pointwise(x)))


class Pyramid(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.lateral = nn.ModuleList(nn.Conv2d(width, WIDTH, 1, bias=False) for width in widths)
        self.lateral_norm = nn.ModuleList(nn.BatchNorm2d(WIDTH) for _ in widths)
        levels = len(STRIDES) - 1
        self.downward = nn.ModuleList(Separable(WIDTH, WIDTH) for _ in range(levels))
        self.reduction = nn.ModuleList(Separable(WIDTH, WIDTH, 2) for _ in range(levels))
        self.upward = nn.ModuleList(Separable(WIDTH, WIDTH) for _ in range(levels))

    def forward(self, maps):
        maps = [F.silu(norm(lateral(x))) for x, lateral, norm in zip(maps, self.lateral, self.lateral_norm)]
        for level in reversed(range(len(self.downward))):
            above = F.interpolate(maps[level + 1], size=maps[level].shape[2:], mode="nearest")
            maps[level] = self.downward[level](maps[level] + above)
        for level, up in enumerate(self.upward):
            maps[level + 1] = up(maps[level + 1] + self.reduction[level](maps[level]))
        return maps


class Head(nn.Module):
    def __init__(self):
        super().__init__()
        self.class_tower = nn.Sequential(*[Separable(WIDTH, WIDTH) for _ in range(DEPTH)])
        self.box_tower = nn.Sequential(*[Separable(WIDTH, WIDTH) for _ in range(DEPTH)])
        self.classes = nn.Conv2d(WIDTH, len(LABELS), 1)
        self.sides = nn.Conv2d(WIDTH, 4, 1)

    def forward(self, x):
        def rows(y):
            return y.flatten(2).transpose(1, 2)

        return rows(self.classes(self.class_tower(x))), rows(self.sides(self.box_tower(x)))


class Detector(nn.Module):
    def __init__(self, widths):
        super().__init__()
        config = ResNetConfig(embedding_size=8, hidden_sizes=widths, depths=[1] * 4, layer_type="basic")
        self.backbone = nn.ModuleDict({"resnet": ResNetModel(config)})
        self.pyramid = Pyramid(widths[1:])
        self.heads = nn.ModuleList(Head() for _ in STRIDES)

    def forward(self, pictures):
        states = self.backbone["resnet"](pictures, output_hidden_states=True).hidden_states
        maps = self.pyramid(list(states[-3:]))
        said = [head(x) for head, x in zip(self.heads, maps)]
        points = []
        for x, stride in zip(maps, STRIDES):
            for row in range(x.shape[2]):
                points += [((column + 0.5) * stride, (row + 0.5) * stride, stride) for column in range(x.shape[3])]
        return torch.cat([s[0] for s in said], 1), torch.cat([s[1] for s in said], 1), torch.tensor(points)


def corners(points, sides):
    """Boxes from the logarithms of the distances of their sides, as corners."""
    left, top, right, bottom = (sides.exp() * points[:, 2:]).unbind(-1)
    return torch.stack([points[:, 0] - left, points[:, 1] - top, points[:, 0] + right, points[:, 1] + bottom], -1)


def matches(scores, boxes, points, targets):
    """For each point that finds a target: the target, its share, and its quality."""
    best = {}
    for number, (label, x, y, width, height, ignored) in enumerate(targets):
        if ignored:
            continue
        target = torch.tensor([[x, y, x + width, y + height]])
        px, py = points[:, 0], points[:, 1]
        within = ((px > x) & (px < x + width) & (py > y) & (py < y + height)).nonzero()[:, 0].tolist()
        if not within:
            middle = torch.tensor([x + width / 2, y + height / 2])
            within = [int(((points[:, :2] - middle) ** 2).sum(1).argmin())]
        overlap = box_iou(boxes, target)[0][:, 0].double()
        align = scores[:, label].double() * overlap**4
        for place, point in enumerate(sorted(within, key=lambda p: (-float(align[p]), p))[:10]):
            if place > 0 and align[point] <= 0:
                continue
            if point not in best or best[point][1] < overlap[point]:
                best[point] = (number, float(overlap[point]), float(align[point]))
    result = {}
    for point, (number, _, align) in best.items():
        own = [entry for entry in best.values() if entry[0] == number]
        share = align / max(entry[2] for entry in own)
        quality = share * max(entry[1] for entry in own)
        result[point] = (number, share, max(0.1, quality) if share == 1 else quality)
    return result


def detection_loss(model, pictures):
    logits, sides, points = model(pictures)
    goal, counted = torch.zeros_like(logits), torch.ones_like(logits)
    boxes, truths, shares, qualities = [], [], [], []
    for picture, targets in enumerate(TARGETS):
        found = corners(points, sides[picture])
        matched = matches(logits[picture].detach().sigmoid(), found.detach(), points, targets)
        for point in sorted(matched):
            number, share, quality = matched[point]
            label, x, y, width, height, _ = targets[number]
            goal[picture, point, label] = quality
            # Distances of at least a hundredth of a pixel of the map.
            px, py, stride = points[point].tolist()
            least = 0.01 * stride
            truths.append([
                px - max(px - x, least), py - max(py - y, least), px + max(x + width - px, least),
                py + max(y + height - py, least),
            ])
            boxes.append(found[point])
            shares.append(share)
            qualities.append(quality)
        for _, x, y, width, height, ignored in targets:
            if ignored:
                inside = (points[:, 0] > x) & (points[:, 0] < x + width) & (points[:, 1] > y) & (points[:, 1] < y + height)
                for point in inside.nonzero()[:, 0].tolist():
                    if point not in matched:
                        counted[picture, point] = 0
    count = sum(not target[5] for targets in TARGETS for target in targets)
    classes = (F.binary_cross_entropy_with_logits(logits, goal, reduction="none") * counted).sum()
    share = torch.tensor(shares)
    box = ((1 - generalized_box_iou(torch.stack(boxes), torch.tensor(truths)).diagonal()) * share).sum()
    return classes * count / max(1, sum(qualities)) + 2.5 * box * count / max(1, sum(shares))


torch.manual_seed(SEED)
widths = [8, 8, 12, 16]
model = Detector(widths)
for module in model.modules():
    if isinstance(module, nn.BatchNorm2d):
        nn.init.uniform_(module.weight, 0.6, 1.4)
        nn.init.normal_(module.bias, std=0.2)
        nn.init.normal_(module.running_mean, std=0.2)
        nn.init.uniform_(module.running_var, 0.6, 1.4)
pictures = torch.randn(2, 3, HEIGHT, PICTURE_WIDTH)
weights = {name: value for name, value in model.state_dict().items() if not name.endswith("num_batches_tracked")}
OUTPUT.mkdir(parents=True, exist_ok=True)
save_file({name: value.clone() for name, value in weights.items()}, OUTPUT / "model.safetensors")

expected = {"pictures": pictures.permute(0, 2, 3, 1).contiguous()}
model.eval()
with torch.no_grad():
    logits, sides, points = model(pictures)
    expected["probabilities"] = logits.sigmoid()
    found = torch.stack([corners(points, s) for s in sides])
    expected["boxes"] = torch.cat([found[..., :2], found[..., 2:] - found[..., :2]], -1)
model.train()
loss = detection_loss(model, pictures)
loss.backward()
expected["loss"] = loss.detach().reshape(1)
for name, parameter in model.named_parameters():
    expected["gradient/" + name] = parameter.grad
for name, value in model.state_dict().items():
    if "running_" in name:
        expected["after/" + name] = value.clone()
save_file({name: value.contiguous() for name, value in expected.items()}, OUTPUT / "expected.safetensors")
(OUTPUT / "targets.json").write_text(json.dumps(TARGETS) + "\n")
config = {
    "model_type": "pyramid-detector",
    "backbone": {"resnet": {"embedding_size": 8, "hidden_sizes": widths, "depths": [1] * 4, "layer_type": "basic"}},
    "strides": STRIDES, "hidden_size": WIDTH, "head_layers": DEPTH, "input_size": [PICTURE_WIDTH, HEIGHT],
    "id2label": {str(index): label for index, label in enumerate(LABELS)},
}
(OUTPUT / "config.json").write_text(json.dumps(config, indent=2) + "\n")
print("loss", loss.item())
