"""Two very small Conformers that spell tones: what programs that use a recognizer can be tried with.

    python tone_recognizer_fixtures.py

Writes Tests/Fixtures/conformer/tones and tones-streaming: model folders as `speech train` makes them. A low tone (400 Hz) is
"lo", a high one (1600 Hz) "hi"; silence of at least 60 ms between them, and every letter at its place in the tone, so that tests
can tell where it has to be. The second one hears in chunks (0034 and the record
on streaming in docs/decisions), and its spectrogram has a fixed floor.

The networks are those of conformer_fixtures.py, trained there with PyTorch on random sequences of tones (seeded).
"""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import WhisperFeatureExtractor
from transformers.audio_utils import spectrogram, window_function

from conformer_fixtures import Conformer, ctc, encoded

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "conformer"
SEED = 20261126
TOKENS = ["<blank>", "<unk>", " ", "h", "i", "l", "o"]
FLOOR = -7
FILTERS = WhisperFeatureExtractor().mel_filters


def features(samples, floor):
    padded = np.asarray(samples, dtype=np.float64)
    mel = spectrogram(padded, window_function(400, "hann"), frame_length=400, hop_length=160, power=2.0,
                      mel_filters=FILTERS, log_mel="log10")[:, :len(samples) // 160]
    limit = mel.max() - 8 if floor is None else floor
    return torch.tensor((np.maximum(mel, limit).T + 4) / 4, dtype=torch.float32)


def sound(random):
    """Samples, the words in them, and the token of each frame."""
    words, parts, places = [], [np.zeros(random.integers(0, 8000))], []
    for _ in range(random.integers(1, 6)):
        word = ["lo", "hi"][random.integers(2)]
        count = random.integers(3200, 7200)
        frequency = {"lo": 400, "hi": 1600}[word] * random.uniform(0.9, 1.15)
        places.append(sum(len(part) for part in parts) // 640)
        parts += [random.uniform(0.05, 0.3) * np.sin(2 * np.pi * frequency * np.arange(count) / 16000),
                  np.zeros(random.integers(1000, 12000))]
        words.append(word)
    samples = np.concatenate(parts)
    frames = np.zeros(encoded(len(samples) // 160), dtype=np.int64)
    for number, (place, word) in enumerate(zip(places, words)):
        if number > 0:
            frames[place + 1] = TOKENS.index(" ")
        frames[place + 2:place + 4] = TOKENS.index(word[0])
        frames[place + 4] = TOKENS.index(word[1])
    samples = samples + random.uniform(0, 0.002) * random.standard_normal(len(samples))
    return samples, " ".join(words), torch.tensor(frames)


def train(config, floor, steps=700):
    torch.manual_seed(SEED)
    random = np.random.default_rng(SEED)
    model = Conformer(config).train()
    optimizer = torch.optim.AdamW(model.parameters(), lr=4e-3, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=steps)
    for step in range(steps):
        items = [sound(random) for _ in range(8)]
        spectrograms = [features(samples, floor) for samples, _, _ in items]
        lengths = [len(x) for x in spectrograms]
        batch = torch.nn.utils.rnn.pad_sequence(spectrograms, batch_first=True)
        targets = [torch.tensor([TOKENS.index(c) for c in text]) for _, text, _ in items]
        # Whole utterances and chunks in turn.
        chunks = (None, config.get("streaming"))[step % 2]
        logits, _ = model(batch, lengths, chunks)
        loss = ctc(logits, torch.nn.utils.rnn.pad_sequence(targets, batch_first=True), lengths, [len(t) for t in targets])
        loss = loss / sum(len(t) for t in targets)
        for row, (_, _, frames) in zip(logits, items):
            loss = loss + torch.nn.functional.cross_entropy(row[:len(frames)], frames) / len(items)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5)
        optimizer.step()
        schedule.step()
        if step % 50 == 0 or step == steps - 1:
            print(step, round(loss.item(), 4))
    return model.eval()


def tokenizer():
    added = [{"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
              "special": True} for i, t in enumerate(TOKENS[:2])]
    return {"version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
            "pre_tokenizer": None, "post_processor": None, "decoder": {"type": "Fuse"},
            "model": {"type": "BPE", "dropout": None, "unk_token": "<unk>", "continuing_subword_prefix": None,
                      "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
                      "vocab": {t: i for i, t in enumerate(TOKENS)}, "merges": []}}


def write(name, streaming):
    config = {
        "model_type": "conformer_ctc", "num_mel_bins": 80, "subsampling_channels": 3, "hidden_size": 16,
        "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "conv_kernel_size": 7,
        "vocab_size": len(TOKENS), "blank_token_id": 0, "intermediate_ctc_layers": [], "rope_theta": 10000.0,
        "target_spelling": "words"}
    preprocessor = {"chunk_length": 30, "feature_size": 80, "hop_length": 160, "n_fft": 400, "sampling_rate": 16000}
    if streaming:
        config["streaming"] = {"chunk_size": 8, "num_left_chunks": 4}
        preprocessor["log_mel_floor"] = FLOOR
    model = train(config, FLOOR if streaming else None)
    folder = OUTPUT / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, value in [("config.json", config), ("preprocessor_config.json", preprocessor), ("tokenizer.json", tokenizer())]:
        (folder / file).write_text(json.dumps(value, indent=1) + "\n")
    save_file({name: value.clone() for name, value in model.state_dict().items()}, folder / "model.safetensors",
              metadata={"format": "pt"})


if __name__ == "__main__":
    torch.backends.mkldnn.enabled = False
    torch.set_num_threads(1)
    write("tones", streaming=False)
    write("tones-streaming", streaming=True)
