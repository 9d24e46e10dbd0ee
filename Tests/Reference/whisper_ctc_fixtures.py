"""A layer that spells on the encoder of a small random Whisper, by `transformers` and PyTorch (float32).

    python whisper_ctc_fixtures.py

Reads the model `tiny-random-english` that `whisper_fixtures.py` made, and writes Tests/Fixtures/whisper/spelling.safetensors:
three random spectrograms of different lengths `[3, frames, bands]`, weight and bias of the new layer, the logits of each
sequence alone (its positions cut to its length), and the summed loss of connectionist temporal classification of all of them
with the gradient of every parameter. The encoder's own forward is for whole windows only; its parts are called one by one.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.nn import functional as F
from transformers import WhisperForConditionalGeneration

FIXTURES = Path(__file__).parent.parent / "Fixtures" / "whisper"
SEED = 20261125
LENGTHS = [50, 37, 44]
TARGETS = [[2, 3, 3, 1], [4, 2], [1, 1, 5, 2, 3]]
CLASSES = 6


def encoded(encoder, features):
    x = F.gelu(encoder.conv1(features.T[None]))
    x = F.gelu(encoder.conv2(x)).transpose(1, 2)
    x = x + encoder.embed_positions.weight[: x.shape[1]].detach()
    for layer in encoder.layers:
        x = layer(x, None)
        x = x[0] if isinstance(x, tuple) else x
    return encoder.layer_norm(x)


def main():
    generator = torch.Generator().manual_seed(SEED)
    whisper = WhisperForConditionalGeneration.from_pretrained(FIXTURES / "tiny-random-english", dtype=torch.float32)
    encoder = whisper.model.encoder.train()
    encoder.config.apply_spec_augment = False
    features = torch.randn(len(LENGTHS), max(LENGTHS), encoder.config.num_mel_bins, generator=generator) * 0.6
    width = encoder.config.d_model
    weight = (torch.randn(CLASSES, width, generator=generator) * 0.3).requires_grad_()
    bias = (torch.randn(CLASSES, generator=generator) * 0.3).requires_grad_()
    tensors = {"features": features, "weight": weight.detach().clone(), "bias": bias.detach().clone()}
    loss = 0
    for index, (length, target) in enumerate(zip(LENGTHS, TARGETS)):
        logits = F.linear(encoded(encoder, features[index, :length]), weight, bias)
        tensors[f"logits.{index}"] = logits[0].detach().clone()
        loss = loss + F.ctc_loss(
            logits.log_softmax(-1).transpose(0, 1), torch.tensor([target]), [logits.shape[1]], [len(target)],
            reduction="sum")
    loss.backward()
    tensors["loss"] = loss.detach().reshape(())
    tensors["gradient.ctc_head.weight"], tensors["gradient.ctc_head.bias"] = weight.grad, bias.grad
    for name, parameter in encoder.named_parameters():
        if name != "embed_positions.weight":
            tensors["gradient.model.encoder." + name] = parameter.grad.contiguous()
    save_file(tensors, FIXTURES / "spelling.safetensors")


if __name__ == "__main__":
    main()
