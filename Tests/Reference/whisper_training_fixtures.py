"""What a step of training a small random Whisper gives in `transformers` (float32).

    python whisper_training_fixtures.py

Reads the model `tiny-random-english` that `whisper_fixtures.py` made, and writes Tests/Fixtures/whisper/training.safetensors:
random spectrograms `[2, frames, bands]`, what the decoder reads and what it is to write `[2, tokens]` (-1 for what is not
learnt), the sum of the cross-entropies, and the gradient of every parameter but the encoder's fixed positions.
"""

from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import WhisperForConditionalGeneration

FIXTURES = Path(__file__).parent.parent / "Fixtures" / "whisper"
SEED = 20261125


def main():
    generator = torch.Generator().manual_seed(SEED)
    model = WhisperForConditionalGeneration.from_pretrained(FIXTURES / "tiny-random-english", dtype=torch.float32)
    model.train()  # its configuration has no dropout
    model.config.apply_spec_augment = False
    config = model.config
    features = torch.randn(2, config.num_mel_bins, 2 * config.max_source_positions, generator=generator) * 0.6
    inputs = torch.randint(0, config.vocab_size, (2, 9), generator=generator)
    targets = torch.randint(0, config.vocab_size, (2, 9), generator=generator)
    targets[:, 0] = -1
    targets[1, 6:] = -1
    logits = model(features, decoder_input_ids=inputs).logits
    loss = torch.nn.functional.cross_entropy(
        logits.flatten(0, 1), targets.flatten(), ignore_index=-1, reduction="sum")
    loss.backward()
    tensors = {
        "features": features.transpose(1, 2).contiguous(), "inputs": inputs.int(), "targets": targets.int(),
        "loss": loss.detach().reshape(()),
    }
    for name, parameter in model.named_parameters():
        if name != "model.encoder.embed_positions.weight":
            tensors["gradient." + name] = parameter.grad.contiguous()
    save_file(tensors, FIXTURES / "training.safetensors")


if __name__ == "__main__":
    main()
