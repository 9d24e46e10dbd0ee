"""Small networks under the names that other libraries give their weights, with what PyTorch makes of them (float32).

    python foreign_classifier_fixtures.py

Writes Tests/Fixtures/vision/foreign/: files of `torch.save` with the names of torchvision's ResNet (both kinds of layers),
of the usual ResNet for small pictures behind `module.`, and of timm's ViT in half precision; `expected.safetensors` has a
picture `[1, H, W, 3]` and the logits of each. The networks are written out below, by the papers.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "vision" / "foreign"
CLASSES = 5


def convolution(channels, outputs, kernel, stride=1):
    return nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, bias=False)


class ResidualLayer(nn.Module):
    """Convolutions of the given kernels and widths; the stride is in the first one of 3 x 3."""

    def __init__(self, channels, kernels, widths, stride):
        super().__init__()
        self.count = len(kernels)
        strided = kernels.index(3)
        inputs = channels
        for index, (kernel, width) in enumerate(zip(kernels, widths)):
            setattr(self, f"conv{index + 1}", convolution(inputs, width, kernel, stride if index == strided else 1))
            setattr(self, f"bn{index + 1}", nn.BatchNorm2d(width))
            inputs = width
        self.downsample = None
        if stride != 1 or channels != inputs:
            self.downsample = nn.Sequential(convolution(channels, inputs, 1, stride), nn.BatchNorm2d(inputs))

    def forward(self, x):
        residual = x if self.downsample is None else self.downsample(x)
        for index in range(1, self.count + 1):
            x = getattr(self, f"bn{index}")(getattr(self, f"conv{index}")(x))
            x = F.relu(x) if index < self.count else x
        return F.relu(x + residual)


class ResNet(nn.Module):
    def __init__(self, stem, widths, depths, bottleneck):
        super().__init__()
        self.conv1 = nn.Conv2d(3, stem, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(stem)
        channels = stem
        self.stages = len(widths)
        for stage, (width, depth) in enumerate(zip(widths, depths)):
            layers = []
            for index in range(depth):
                stride = 2 if stage and not index else 1
                kernels, sizes = ((1, 3, 1), (width // 4, width // 4, width)) if bottleneck else ((3, 3), (width, width))
                layers.append(ResidualLayer(channels, kernels, sizes, stride))
                channels = width
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.fc = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class SmallLayer(nn.Module):
    def __init__(self, channels, outputs, stride):
        super().__init__()
        self.conv1, self.bn1 = convolution(channels, outputs, 3, stride), nn.BatchNorm2d(outputs)
        self.conv2, self.bn2 = convolution(outputs, outputs, 3), nn.BatchNorm2d(outputs)
        self.stride, self.added = stride, outputs - channels

    def forward(self, x):
        inner = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        x = x[:, :, :: self.stride, :: self.stride]
        return F.relu(inner + F.pad(x, (0, 0, 0, 0, self.added // 2, self.added // 2)))


class SmallResNet(nn.Module):
    def __init__(self, width, depth):
        super().__init__()
        self.conv1, self.bn1 = convolution(3, width, 3), nn.BatchNorm2d(width)
        channels = width
        for stage in range(3):
            layers = []
            for index in range((depth - 2) // 6):
                layers.append(SmallLayer(channels, width << stage, 2 if stage and not index else 1))
                channels = width << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layers))
        self.linear = nn.Linear(channels, CLASSES)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.qkv, self.proj, self.heads = nn.Linear(width, 3 * width), nn.Linear(width, width), heads

    def forward(self, x):
        batch, count, width = x.shape
        q, k, v = self.qkv(x).view(batch, count, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        weights = (q @ k.transpose(-1, -2) / q.shape[-1] ** 0.5).softmax(-1)
        return self.proj((weights @ v).transpose(1, 2).reshape(x.shape))


class Block(nn.Module):
    def __init__(self, width, heads, inner):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(width, 1e-6), nn.LayerNorm(width, 1e-6)
        self.attn = Attention(width, heads)
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(width, inner), "fc2": nn.Linear(inner, width)})

    def forward(self, x):
        x = x + self.attn(self.norm1(x))
        return x + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(x))))


class ViT(nn.Module):
    def __init__(self, width, heads, inner, layers, extent, patch):
        super().__init__()
        self.cls_token = nn.Parameter(torch.randn(1, 1, width))
        self.pos_embed = nn.Parameter(torch.randn(1, (extent // patch) ** 2 + 1, width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, width, patch, patch)})
        self.blocks = nn.Sequential(*(Block(width, heads, inner) for _ in range(layers)))
        self.norm, self.head = nn.LayerNorm(width, 1e-6), nn.Linear(width, CLASSES)

    def forward(self, x):
        x = self.patch_embed["proj"](x).flatten(2).transpose(1, 2)
        x = torch.cat([self.cls_token.expand(len(x), -1, -1), x], 1) + self.pos_embed
        return self.head(self.norm(self.blocks(x))[:, 0])


def main():
    OUTPUT.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(20261125)
    expected = {}
    models = {
        "resnet-basic": (ResNet(8, [8, 16], [2, 1], False), 48, ""),
        "resnet-bottleneck": (ResNet(8, [16, 32], [1, 2], True), 48, ""),
        "resnet-small": (SmallResNet(8, 14), 32, "module."),
        "vit": (ViT(128, 2, 64, 1, 32, 8).half().float(), 32, ""),
    }
    for name, (model, extent, prefix) in models.items():
        x = torch.randn(2, 3, extent, extent)
        for norm in (module for module in model.modules() if isinstance(module, nn.BatchNorm2d)):
            nn.init.normal_(norm.weight, 1, 0.2)
            nn.init.normal_(norm.bias, 0, 0.2)
            norm.momentum = 1.0
        with torch.no_grad():
            model.train()(x)
            logits = model.eval()(x[:1])
        state = {prefix + key: value.half() if name == "vit" else value for key, value in model.state_dict().items()}
        torch.save({"state_dict": state} if prefix else state, OUTPUT / f"{name}.pth")
        expected[f"{name}.picture"] = x[:1].permute(0, 2, 3, 1).contiguous()
        expected[f"{name}.logits"] = logits
    save_file(expected, OUTPUT / "expected.safetensors")


main()
