"""Small models that find things in pictures, with what PyTorch makes of them (float32).

    python detection_fixtures.py [PHOTOGRAPH FASTESTDET_FOLDER]

Writes Tests/Fixtures/detection/: for FastestDet (written out below after its publication) a folder with `config.json`
and `model.safetensors`, and `expected.safetensors` with pictures `[N, H, W, 3]` (red first) and the three outputs
`[N, rows, columns, …]`; for YOLOS (by `transformers`) the same with logits and boxes, and of a step of training on a few
boxes the loss, its parts, what was matched, and every gradient. `transformers` 5.24.0 cannot compute YOLOS's auxiliary
losses (its heads are given a tuple, or nothing); `auxiliary` below gives its loss function what the paper of DETR says:
the heads on every layer's tokens behind the last norm. `yolos-sizes.json` has the sizes that its image processor makes
of pictures. With the two arguments the boxes of the pretrained network in a photograph are printed, which
`DetectorTests` has.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "detection"
SEED = 20261125
LABELS = ["cat", "dog", "house", "tree", "boat"]


def convolution(channels, outputs, kernel, stride=1, groups=1):
    return nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, groups=groups, bias=False)


class Block(nn.Module):
    def __init__(self, channels, outputs, halves):
        super().__init__()
        inner, stride = outputs // 2, 2 if halves else 1
        kept = channels if halves else inner
        self.halves = halves
        self.branch_main = nn.Sequential(
            convolution(kept, inner, 1), nn.BatchNorm2d(inner), nn.ReLU(),
            convolution(inner, inner, 3, stride, inner), nn.BatchNorm2d(inner),
            convolution(inner, outputs - kept, 1), nn.BatchNorm2d(outputs - kept), nn.ReLU())
        if halves:
            self.branch_proj = nn.Sequential(
                convolution(kept, kept, 3, 2, kept), nn.BatchNorm2d(kept),
                convolution(kept, kept, 1), nn.BatchNorm2d(kept), nn.ReLU())

    def forward(self, x):
        if self.halves:
            return torch.cat((self.branch_proj(x), self.branch_main(x)), 1)
        return torch.cat((x[:, 0::2], self.branch_main(x[:, 1::2])), 1)


def chain(width, count):
    layers = []
    for _ in range(count):
        layers += [convolution(width, width, 5, 1, width), nn.BatchNorm2d(width), nn.ReLU()]
    return nn.Sequential(*layers)


def pointwise(channels, outputs):
    return nn.ModuleDict({"conv1x1": nn.Sequential(
        convolution(channels, outputs, 1), nn.BatchNorm2d(outputs), nn.ReLU())})


class FastestDet(nn.Module):
    def __init__(self, depths, widths, classes):
        super().__init__()
        stages = {"first_conv": nn.Sequential(convolution(3, widths[0], 3, 2), nn.BatchNorm2d(widths[0]), nn.ReLU())}
        for index, depth in enumerate(depths):
            stages[f"stage{index + 2}"] = nn.Sequential(*[
                Block(widths[index], widths[index + 1], place == 0) for place in range(depth)])
        self.backbone = nn.ModuleDict(stages)
        width = widths[2]
        self.SPP = nn.ModuleDict({
            "Conv1x1": pointwise(sum(widths[1:]), width), "S1": chain(width, 1), "S2": chain(width, 2),
            "S3": chain(width, 3), "output": nn.Sequential(convolution(3 * width, width, 1), nn.BatchNorm2d(width))})
        heads = {"conv1x1": pointwise(width, width)}
        for name, outputs in [("obj_layers", 1), ("reg_layers", 4), ("cls_layers", classes)]:
            heads[name] = nn.ModuleDict({"conv5x5": nn.Sequential(
                convolution(width, width, 5, 1, width), nn.BatchNorm2d(width), nn.ReLU(),
                convolution(width, outputs, 1), nn.BatchNorm2d(outputs))})
        self.detect_head = nn.ModuleDict(heads)

    def forward(self, pictures):
        """Pictures `[N, 3, H, W]`, blue first; three outputs before sigmoid, nothing and softmax."""
        x = F.max_pool2d(self.backbone["first_conv"](pictures), 3, 2, 1)
        levels = []
        for name in ["stage2", "stage3", "stage4"]:
            x = self.backbone[name](x)
            levels.append(x)
        x = torch.cat((F.avg_pool2d(levels[0], 3, 2, 1), levels[1],
                       F.interpolate(levels[2], scale_factor=2, mode="nearest")), 1)
        x = self.SPP["Conv1x1"]["conv1x1"](x)
        seen = torch.cat([self.SPP[name](x) for name in ["S1", "S2", "S3"]], 1)
        x = F.relu(x + self.SPP["output"](seen))
        x = self.detect_head["conv1x1"]["conv1x1"](x)
        return [self.detect_head[name]["conv5x5"](x) for name in ["obj_layers", "reg_layers", "cls_layers"]]


def randomised(model, generator):
    """Norms begin as ones and zeros, with which a mistake would not show."""
    with torch.no_grad():
        for name, value in list(model.named_parameters()) + list(model.named_buffers()):
            if value.dtype != torch.float32:
                continue
            noise = torch.randn(value.shape, generator=generator)
            if name.endswith("running_var"):
                value.copy_(1 + 0.5 * noise.abs())
            elif value.dim() == 4:
                value.copy_(noise * (2 / value[0].numel()) ** 0.5)
            elif name.endswith("weight"):
                value.copy_(1 + 0.3 * noise)
            else:
                value.copy_(0.2 * noise)
    return model


def fastestdet():
    depths, widths = [2, 1, 2], [4, 8, 12, 16]
    folder = OUTPUT / "fastestdet"
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    model = randomised(FastestDet(depths, widths, len(LABELS)), generator).eval()
    (folder / "config.json").write_text(json.dumps({
        "architecture": "FastestDet", "num_classes": len(LABELS), "input_size": [3, 64, 96], "channel_order": "BGR",
        "stage_repeats": depths, "stage_out_channels": widths, "conf_threshold": 0.5, "nms_iou": 0.45,
        "label_names": LABELS}, indent=1) + "\n")
    save_file({key: value.clone() for key, value in model.state_dict().items()
               if not key.endswith("num_batches_tracked")}, folder / "model.safetensors", metadata={"format": "pt"})
    pictures = torch.rand(2, 64, 96, 3, generator=generator)
    with torch.no_grad():
        outputs = model(pictures.flip(3).permute(0, 3, 1, 2))
    save_file({"pictures": pictures, **{
        name: output.permute(0, 2, 3, 1).contiguous()
        for name, output in zip(["objectness", "boxes", "classes"], outputs)}}, folder / "expected.safetensors")


def yolos(name, extent, **changes):
    from transformers import YolosConfig, YolosForObjectDetection
    from transformers.loss.loss_for_object_detection import HungarianMatcher

    config = {"architectures": ["YolosForObjectDetection"], "model_type": "yolos", "hidden_size": 16,
              "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 2, "image_size": [24, 40],
              "patch_size": 8, "num_detection_tokens": 6, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
              "use_mid_position_embeddings": True, "auxiliary_loss": False,
              "id2label": {str(index): label for index, label in enumerate(LABELS)}, **changes}
    generator = torch.Generator().manual_seed(SEED)
    # The loss function of `transformers` asks for the number of layers under this name.
    model = YolosForObjectDetection(YolosConfig(
        **config, decoder_layers=config["num_hidden_layers"], attn_implementation="eager")).eval()
    with torch.no_grad():
        for key, value in model.named_parameters():
            noise = torch.randn(value.shape, generator=generator)
            if "norm" in key:
                value.copy_(1 + 0.3 * noise if key.endswith("weight") else 0.2 * noise)
            elif value.dim() == 2 or value.dim() == 4:
                value.copy_(noise * (2 / value[0].numel()) ** 0.5)
            else:
                value.copy_(0.5 * noise)

    def stored(key):
        """The names on the hub."""
        return key.replace("encoder.interpolation.", "encoder.")

    folder = OUTPUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({stored(key): value.clone() for key, value in model.state_dict().items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    pictures = torch.randn(3, *extent, 3, generator=generator)
    counts = [3, 0, 1]
    boxes = torch.rand(sum(counts), 4, generator=generator) * torch.tensor([0.4, 0.4, 0.3, 0.3]) + 0.2
    classes = torch.randint(0, len(LABELS), (sum(counts),), generator=generator)
    labels = [{"class_labels": c, "boxes": b} for c, b in zip(classes.split(counts), boxes.split(counts))]
    outputs = model(pictures.permute(0, 3, 1, 2), labels=None if config["auxiliary_loss"] else labels,
                    output_hidden_states=True)
    loss, parts = outputs.loss, outputs.loss_dict
    if config["auxiliary_loss"]:
        loss, parts = auxiliary(model, outputs, labels)
    loss.backward()
    matches = HungarianMatcher(1, 5, 2)({"logits": outputs.logits, "pred_boxes": outputs.pred_boxes}, labels)
    expected = {"pictures": pictures, "logits": outputs.logits, "pred_boxes": outputs.pred_boxes, "boxes": boxes,
                "classes": classes.int(), "counts": torch.tensor(counts).int(), "loss": loss,
                "matched": torch.cat([source[target.argsort()] for source, target in matches]).int()}
    for key, value in parts.items():
        if key in ["loss_ce", "loss_bbox", "loss_giou"]:
            expected[key] = value
    for key, value in model.named_parameters():
        expected["gradient." + stored(key)] = value.grad if value.grad is not None else torch.zeros_like(value)
    save_file({key: value.detach().contiguous().clone() for key, value in expected.items()},
              folder / "expected.safetensors")


def auxiliary(model, outputs, labels):
    count = model.config.num_detection_tokens
    # The first is what goes into the first layer.
    tokens = [model.vit.layernorm(state)[:, -count:] for state in outputs.hidden_states[1:]]
    classes = [model.class_labels_classifier(state) for state in tokens]
    boxes = [model.bbox_predictor(state).sigmoid() for state in tokens]
    assert torch.allclose(classes[-1], outputs.logits)
    loss, parts, _ = model.loss_function(
        outputs.logits, labels, model.device, outputs.pred_boxes, model.config, classes, boxes)
    return loss, parts


def yolos_sizes():
    from transformers.models.yolos.image_processing_pil_yolos import get_size_with_aspect_ratio_yolos

    generator = np.random.default_rng(SEED)
    pictures = [(480, 640), (640, 480), (500, 500), (16, 2000), (2000, 30), (512, 512), (333, 500), (1, 1)]
    pictures += [tuple(map(int, size)) for size in generator.integers(20, 3000, (60, 2))]
    cases = []
    for height, width in pictures:
        for short, long in [(512, 1333), (800, 1333), (224, 256)]:
            result = get_size_with_aspect_ratio_yolos((height, width), short, long)
            cases.append([height, width, short, long, *result])
    (OUTPUT / "yolos-sizes.json").write_text(json.dumps(cases) + "\n")


def real(photograph, folder):
    """What the pretrained network finds, resized by OpenCV as in the original code, before any suppression."""
    import cv2

    config = json.loads((folder / "config.json").read_text())
    model = FastestDet([4, 8, 4], [24, 48, 96, 192], config["num_classes"]).eval()
    model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    picture = cv2.imread(str(photograph))
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (352, 352), interpolation=cv2.INTER_LINEAR)
    with torch.no_grad():
        outputs = model(torch.from_numpy(small).permute(2, 0, 1)[None].float() / 255)
    objectness, boxes, classes = [output[0].permute(1, 2, 0) for output in outputs]
    probability, best = classes.softmax(2).max(2)
    confidence = objectness[:, :, 0].sigmoid() ** 0.6 * probability ** 0.4
    rows, columns = confidence.shape
    for row, column in sorted(np.argwhere(confidence.numpy() > 0.3).tolist(), key=lambda p: -confidence[p[0], p[1]]):
        x, y = (boxes[row, column, :2].tanh() + torch.tensor([column, row])) / torch.tensor([columns, rows])
        w, h = boxes[row, column, 2:].sigmoid()
        left, top = (x - w / 2) * width, (y - h / 2) * height
        print(config["label_names"][best[row, column]], f"{confidence[row, column]:.5f}",
              f"x {left:.2f} y {top:.2f} width {w * width:.2f} height {h * height:.2f}")


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    # PyTorch 2.13's oneDNN ends the process with some of these sizes.
    torch.backends.mkldnn.enabled = False
    fastestdet()
    yolos("yolos", (32, 24))
    yolos("yolos-plain", (24, 40), use_mid_position_embeddings=False, qkv_bias=False, hidden_act="gelu_new",
          eos_coefficient=0.3, bbox_loss_coefficient=4, giou_loss_coefficient=3)
    yolos("yolos-auxiliary", (19, 45), auxiliary_loss=True)
    yolos_sizes()
    if len(sys.argv) == 3:
        real(Path(sys.argv[1]), Path(sys.argv[2]))


if __name__ == "__main__":
    main()
