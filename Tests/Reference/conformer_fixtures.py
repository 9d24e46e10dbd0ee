"""A small random Conformer-CTC and what PyTorch makes of it (float32), and losses of connectionist temporal classification.

    python conformer_fixtures.py

Writes Tests/Fixtures/conformer/: a folder `small` with `config.json` and `model.safetensors`, and `expected.safetensors`: three
spectrograms of different lengths `[N, frames, bands]`, the logits of inference of each sequence alone, and of a step of training
the loss of the last and of an intermediate layer, every gradient and the running statistics after it. `ctc.safetensors` holds
random cases of the loss by torch.nn.functional.ctc_loss: with empty targets, repeats, and targets that do not fit. `streaming` and
`streaming.safetensors` are a network that hears in chunks (Zhang et al. 2020).

The network is written out here, after the papers: Gulati et al. 2020; Su et al. 2021 for the positions; Lee and Watanabe
2021 for the intermediate loss. Frames that only fill up a batch are zeros to every convolution, no keys to attention, and
stand in no statistics.
"""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import nn
from torch.nn import functional as F

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "conformer"
SEED = 20261125
CONFIG = {
    "model_type": "conformer_ctc", "num_mel_bins": 9, "subsampling_channels": 3, "hidden_size": 16,
    "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "conv_kernel_size": 5, "vocab_size": 6,
    "blank_token_id": 0, "intermediate_ctc_layers": [1], "rope_theta": 100.0, "target_spelling": "words"}
INTERMEDIATE_WEIGHT = 0.3


def encoded(frames):
    return ((frames + 1) // 2 + 1) // 2


def mask_of(lengths, time):
    return torch.arange(time)[None] < torch.tensor(lengths)[:, None]


def chunk_mask(time, chunks):
    """Which frames each frame sees: those of its own chunk and of so many before it."""
    if chunks is None:
        return torch.ones(time, time, dtype=torch.bool)
    number = torch.arange(time) // chunks["chunk_size"]
    distance = number[:, None] - number[None]
    return (distance >= 0) & (distance <= chunks["num_left_chunks"])


class FeedForward(nn.Module):
    def __init__(self, width, inner):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear_1 = nn.Linear(width, inner)
        self.linear_2 = nn.Linear(inner, width)

    def forward(self, x):
        return x + 0.5 * self.linear_2(F.silu(self.linear_1(self.norm(x))))


class Attention(nn.Module):
    def __init__(self, width, heads, base):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.q_proj, self.k_proj, self.v_proj, self.out_proj = (nn.Linear(width, width) for _ in range(4))
        self.heads, self.base = heads, base

    def rotated(self, x):
        half = x.shape[-1] // 2
        frequencies = self.base ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(x.shape[-2], dtype=torch.float64)[:, None] * frequencies
        cosines, sines = angles.cos().float(), angles.sin().float()
        a, b = x[..., :half], x[..., half:]
        return torch.cat([a * cosines - b * sines, b * cosines + a * sines], -1)

    def forward(self, x, mask, chunks=None):
        batch, time, width = x.shape
        normed = self.norm(x)
        q, k, v = (p(normed).view(batch, time, self.heads, -1).transpose(1, 2)
                   for p in (self.q_proj, self.k_proj, self.v_proj))
        scores = self.rotated(q) @ self.rotated(k).transpose(2, 3) / (width // self.heads) ** 0.5
        seen = mask[:, None, None] & chunk_mask(time, chunks)
        weights = scores.masked_fill(~seen, float("-inf")).softmax(-1).nan_to_num(0)
        return x + self.out_proj((weights @ v).transpose(1, 2).reshape(batch, time, width))


class Convolution(nn.Module):
    def __init__(self, width, taps, is_causal):
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.pointwise_1 = nn.Linear(width, 2 * width)
        # A causal one sees nothing that comes later.
        self.padding = (taps - 1, 0) if is_causal else (taps // 2, taps // 2)
        self.depthwise = nn.Conv1d(width, width, taps, groups=width, bias=False)
        self.batch_norm = nn.BatchNorm1d(width)
        self.pointwise_2 = nn.Linear(width, width)

    def forward(self, x, mask):
        inner = F.glu(self.pointwise_1(self.norm(x))) * mask[..., None]
        inner = self.depthwise(F.pad(inner.transpose(1, 2), self.padding)).transpose(1, 2)
        normed = torch.zeros_like(inner)
        normed[mask] = self.batch_norm(inner[mask])
        return x + self.pointwise_2(F.silu(normed))


class Layer(nn.Module):
    def __init__(self, c):
        super().__init__()
        width = c["hidden_size"]
        self.feed_forward_1 = FeedForward(width, c["intermediate_size"])
        self.attention = Attention(width, c["num_attention_heads"], c["rope_theta"])
        self.convolution = Convolution(width, c["conv_kernel_size"], "streaming" in c)
        self.feed_forward_2 = FeedForward(width, c["intermediate_size"])
        self.norm = nn.LayerNorm(width)

    def forward(self, x, mask, chunks):
        x = self.attention(self.feed_forward_1(x), mask, chunks)
        return self.norm(self.feed_forward_2(self.convolution(x, mask)))


class Subsampling(nn.Module):
    def __init__(self, c):
        super().__init__()
        channels = c["subsampling_channels"]
        self.conv_1 = nn.Conv2d(1, channels, 3, 2, 1)
        self.conv_2 = nn.Conv2d(channels, channels, 3, 2, 1)
        self.projection = nn.Linear(encoded(c["num_mel_bins"]) * channels, c["hidden_size"])

    def forward(self, x, lengths):
        x = F.relu(self.conv_1(x[:, None]))
        x = x * mask_of([(n + 1) // 2 for n in lengths], x.shape[2])[:, None, :, None]
        x = F.relu(self.conv_2(x))
        return self.projection(x.permute(0, 2, 3, 1).flatten(2))


class Conformer(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.subsampling = Subsampling(c)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c["num_hidden_layers"]))
        self.ctc_head = nn.Linear(c["hidden_size"], c["vocab_size"])
        self.intermediate = c["intermediate_ctc_layers"]

    def forward(self, x, lengths, chunks=None):
        x = self.subsampling(x * mask_of(lengths, x.shape[1])[..., None], lengths)
        mask = mask_of([encoded(n) for n in lengths], x.shape[1])
        logits = []
        for number, layer in enumerate(self.layers, 1):
            x = layer(x, mask, chunks)
            if number in self.intermediate:
                logits.append(self.ctc_head(x))
        return self.ctc_head(x), logits


def ctc(logits, targets, lengths, target_lengths):
    return F.ctc_loss(logits.log_softmax(-1).transpose(0, 1), targets, [encoded(n) for n in lengths], target_lengths,
                      reduction="sum", zero_infinity=True)


def network():
    torch.manual_seed(SEED)
    model = Conformer(CONFIG)
    with torch.no_grad():
        for name, value in model.named_parameters():
            # Norms and biases away from ones and zeros, so that none of them can be forgotten.
            if value.dim() == 1:
                value.add_(0.2 * torch.randn_like(value))
        for name, value in model.named_buffers():
            if value.dtype == torch.float32:
                value.add_(0.3 * torch.rand_like(value))
    folder = OUTPUT / "small"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(CONFIG, indent=1) + "\n")
    save_file({name: value.clone() for name, value in model.state_dict().items()}, folder / "model.safetensors",
              metadata={"format": "pt"})

    lengths, target_lengths = [35, 22, 29], [5, 0, 3]
    features = torch.randn(3, 35, CONFIG["num_mel_bins"])
    targets = torch.tensor([[1, 1, 2, 5, 3], [0, 0, 0, 0, 0], [4, 2, 4, 0, 0]])
    # What stands beyond a sequence's end must have no effect.
    expected = {"features": features, "targets": targets.int()}
    model.eval()
    with torch.no_grad():
        for index, length in enumerate(lengths):
            expected[f"logits.{index}"] = model(features[index:index + 1, :length], [length])[0][0]
    logits, intermediate = model.train()(features, lengths)
    final = ctc(logits, targets, lengths, target_lengths)
    inner = sum(ctc(x, targets, lengths, target_lengths) for x in intermediate) / len(intermediate)
    loss = (1 - INTERMEDIATE_WEIGHT) * final + INTERMEDIATE_WEIGHT * inner
    loss.backward()
    expected["loss"] = loss.detach()
    for name, value in model.named_parameters():
        expected["gradient." + name] = value.grad
    for name, value in model.named_buffers():
        if value.dtype == torch.float32:
            expected["after." + name] = value
    save_file({name: value.contiguous().clone() for name, value in expected.items()}, OUTPUT / "expected.safetensors")


def streaming():
    """The same for a network that hears in chunks: logits of each sequence alone as a whole and in chunks, and a step of training
    in chunks."""
    torch.manual_seed(SEED + 1)
    config = CONFIG | {"intermediate_ctc_layers": [], "streaming": {"chunk_size": 3, "num_left_chunks": 2}}
    model = Conformer(config)
    with torch.no_grad():
        for name, value in model.named_parameters():
            if value.dim() == 1:
                value.add_(0.2 * torch.randn_like(value))
        for name, value in model.named_buffers():
            if value.dtype == torch.float32:
                value.add_(0.3 * torch.rand_like(value))
    folder = OUTPUT / "streaming"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n")
    save_file({name: value.clone() for name, value in model.state_dict().items()}, folder / "model.safetensors",
              metadata={"format": "pt"})
    lengths, target_lengths = [93, 62, 85], [5, 0, 3]
    features = torch.randn(3, 93, CONFIG["num_mel_bins"])
    targets = torch.tensor([[1, 1, 2, 5, 3], [0, 0, 0, 0, 0], [4, 2, 4, 0, 0]])
    expected = {"features": features, "targets": targets.int()}
    model.eval()
    with torch.no_grad():
        for index, length in enumerate(lengths):
            alone = features[index:index + 1, :length]
            expected[f"whole.{index}"] = model(alone, [length])[0][0]
            expected[f"chunks.{index}"] = model(alone, [length], config["streaming"])[0][0]
    loss = ctc(model.train()(features, lengths, config["streaming"])[0], targets, lengths, target_lengths)
    loss.backward()
    expected["loss"] = loss.detach()
    for name, value in model.named_parameters():
        expected["gradient." + name] = value.grad
    save_file({name: value.contiguous().clone() for name, value in expected.items()}, OUTPUT / "streaming.safetensors")


def losses():
    """Batches of random sequences; of each `[sequences, frames, classes]` logits, targets, both lengths, losses and gradients."""
    generator = torch.Generator().manual_seed(SEED)
    tensors = {}
    for case in range(24):
        batch, frames, classes, labels = (
            int(torch.randint(low, high, (), generator=generator)) for low, high in ((1, 5), (1, 13), (2, 7), (1, 8)))
        blank = int(torch.randint(0, classes, (), generator=generator))
        logits = (3 * torch.randn(batch, frames, classes, generator=generator)).requires_grad_()
        # Few classes and many labels: repeats are frequent, and so are targets without any alignment.
        targets = torch.randint(0, classes - 1, (batch, labels), generator=generator)
        targets = targets + (targets >= blank)
        lengths = torch.randint(1, frames + 1, (batch,), generator=generator)
        target_lengths = torch.randint(0, labels + 1, (batch,), generator=generator)
        result = F.ctc_loss(logits.log_softmax(-1).transpose(0, 1), targets, lengths, target_lengths, blank=blank,
                            reduction="none", zero_infinity=True)
        result.sum().backward()
        tensors |= {f"{case}.logits": logits.detach(), f"{case}.targets": targets.int(),
                    f"{case}.lengths": torch.stack([lengths, target_lengths]).int(), f"{case}.losses": result.detach(),
                    f"{case}.gradient": logits.grad, f"{case}.blank": torch.tensor([blank], dtype=torch.int32)}
    save_file({name: value.contiguous().clone() for name, value in tensors.items()}, OUTPUT / "ctc.safetensors")


if __name__ == "__main__":
    torch.backends.mkldnn.enabled = False
    network()
    streaming()
    losses()
