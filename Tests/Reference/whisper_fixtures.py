#!/usr/bin/env python3
"""Tiny random Whisper models with what `transformers` makes of them (float32).

    python whisper_fixtures.py [OUTPUT_FOLDER]

Writes Tests/Fixtures/whisper/: `input.wav` and, for each model, a folder in Hugging Face layout together with
`expected.safetensors` (features, encoder output, logits, cross-attention of the alignment heads) and `expected.json`
(token ids, language probabilities, token times).
The models are laid out like the published ones but see windows of 2 s. Seeds were picked (`--search`) so that every
greedy choice is clear: the runner-up is at least 0.005 behind, a hundred times what rounding does.
"""

import argparse
import json
import wave
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import save_file
from transformers import GenerationConfig, WhisperConfig, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.generation.utils import GenerateEncoderDecoderOutput

from whisper_decoding import checked_against_generate, greedy

DEFAULT_OUTPUT = Path(__file__).parent.parent / "Fixtures" / "whisper"
SAMPLE_RATE = 16000
SECONDS = 2
SOURCE_POSITIONS = 50 * SECONDS
TARGET_POSITIONS = 64
TIMESTAMPS = 50 * SECONDS + 1
LIMIT = 24
MARGIN = 0.005
MERGES = (
    "Ġ t|h e|Ġ a|Ġt he|i n|e r|o n|r e|Ġ s|Ġ w|a n|Ġ c|o u|n d|a t|Ġa nd|in g|Ġ o|Ġo f|e s|Ġt o|Ġ in|Ġc ou|Ġw h"
).split("|")
LANGUAGES = ["en", "zh", "de", "es", "ru", "fr"]


@dataclass
class Variant:
    """One model: how it differs from the others."""

    name: str
    seed: int
    mel_bins: int
    heads: int
    languages: list[str]
    multilingual: bool
    timestamps_in_tokenizer: bool
    no_speech: str


VARIANTS = [
    Variant("tiny-random-english", 22, 80, 2, LANGUAGES, False, False, "<|nocaptions|>"),
    Variant("tiny-random-multilingual", 396, 80, 4, LANGUAGES, True, True, "<|nospeech|>"),
    Variant("tiny-random-v3", 33, 128, 2, [*LANGUAGES, "yue"], True, False, "<|nospeech|>"),
]


def byte_symbols():
    """The 256 printable characters that stand for bytes in byte-level BPE, in the order of GPT-2's vocabulary."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    symbols = {byte: chr(byte) for byte in printable}
    for byte in range(256):
        if byte not in symbols:
            symbols[byte] = chr(256 + len(symbols) - len(printable))
    return list(symbols.values())


def vocabulary(variant):
    """Ids of the ordinary tokens and of the special ones, in Whisper's order."""
    ordinary = byte_symbols() + ["".join(merge.split(" ")) for merge in MERGES]
    special = [
        "<|endoftext|>", "<|startoftranscript|>", *(f"<|{language}|>" for language in variant.languages),
        "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>", variant.no_speech, "<|notimestamps|>",
        *(f"<|{index / 50:.2f}|>" for index in range(TIMESTAMPS)),
    ]
    ids = {token: index for index, token in enumerate(ordinary)}
    return ids, {token: len(ordinary) + index for index, token in enumerate(special)}


def tokenizer(variant, ids, special):
    added = [
        {"id": index, "content": token, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False,
         "special": index <= special["<|notimestamps|>"]}
        for token, index in special.items()
        if variant.timestamps_in_tokenizer or index <= special["<|notimestamps|>"]
    ]
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": level, "post_processor": None, "decoder": level,
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": "",
            "end_of_word_suffix": "", "fuse_unk": False, "byte_fallback": False, "vocab": ids, "merges": MERGES,
        },
    }


def configurations(variant, ids, special):
    end = special["<|endoftext|>"]
    hidden = [special[token] for token in (
        "<|startoftranscript|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>", "<|startofprev|>",
        variant.no_speech)]
    common = {
        "bos_token_id": end, "eos_token_id": end, "pad_token_id": end,
        "decoder_start_token_id": special["<|startoftranscript|>"],
        "begin_suppress_tokens": [ids["Ġ"], end],
        "suppress_tokens": [1, 2, 7, 8, 9, 10, 14, 25, 26, 27, 28, 29, 31, 58, 59, 60, *hidden],
    }
    model = {
        "architectures": ["WhisperForConditionalGeneration"], "model_type": "whisper",
        "activation_function": "gelu", "d_model": 32, "encoder_layers": 2, "decoder_layers": 2,
        "encoder_attention_heads": variant.heads, "decoder_attention_heads": variant.heads,
        "encoder_ffn_dim": 64, "decoder_ffn_dim": 64, "num_mel_bins": variant.mel_bins,
        "max_source_positions": SOURCE_POSITIONS, "max_target_positions": TARGET_POSITIONS,
        "vocab_size": len(ids) + len(special), "scale_embedding": False, "tie_word_embeddings": True,
        "is_encoder_decoder": True, "use_cache": True, "dropout": 0.0, "attention_dropout": 0.0,
        "activation_dropout": 0.0, "torch_dtype": "float32", **common,
    }
    generation = {
        **common, "max_length": TARGET_POSITIONS, "no_timestamps_token_id": special["<|notimestamps|>"],
        "prev_sot_token_id": special["<|startofprev|>"], "is_multilingual": variant.multilingual,
        "return_timestamps": False, "max_initial_timestamp_index": 20, "alignment_heads": [[1, 0], [1, 1]],
    }
    if variant.multilingual:
        generation["lang_to_id"] = {f"<|{code}|>": special[f"<|{code}|>"] for code in variant.languages}
        generation["task_to_id"] = {task: special[f"<|{task}|>"] for task in ("transcribe", "translate")}
    else:
        generation["forced_decoder_ids"] = [[1, special["<|notimestamps|>"]]]
    features = {
        "feature_extractor_type": "WhisperFeatureExtractor", "processor_class": "WhisperProcessor",
        "feature_size": variant.mel_bins, "sampling_rate": SAMPLE_RATE, "hop_length": 160, "n_fft": 400,
        "chunk_length": SECONDS, "n_samples": SECONDS * SAMPLE_RATE, "nb_max_frames": 100 * SECONDS,
        "padding_side": "right", "padding_value": 0.0, "return_attention_mask": False,
    }
    return model, generation, features


def scale(name):
    """Standard deviation of a parameter, large enough for uneven attention and clear winners."""
    if "layer_norm" in name:
        return 0.3
    if name.endswith("bias"):
        return 0.2
    if "conv1" in name:
        return 0.12
    if "embed_tokens" in name:
        return 0.35
    if "embed_positions" in name:
        return 0.9 if "decoder" in name else 0.5
    return 0.3


def random_model(variant, config, special):
    model = WhisperForConditionalGeneration(WhisperConfig(**config)).eval()
    generator = torch.Generator().manual_seed(variant.seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            values = torch.randn(parameter.shape, generator=generator) * scale(name)
            if "layer_norm" in name and name.endswith("weight"):
                values += 2 if name == "model.decoder.layer_norm.weight" else 1  # 2: logits further apart
            if "embed_tokens" in name:
                # Otherwise the end would seldom come.
                values[special["<|endoftext|>"]] *= 1.6
            parameter.copy_(values)
    return model


def sound():
    """1.3 s of chirps with pauses and noise, as 16-bit samples."""
    count = int(1.3 * SAMPLE_RATE)
    time = np.arange(count) / SAMPLE_RATE
    signal = 0.3 * np.sin(2 * np.pi * (200 * time + 600 * time**2)) * (np.sin(2 * np.pi * 2.5 * time) > -0.3)
    signal += 0.15 * np.sin(2 * np.pi * (3000 * time - 900 * time**2)) * np.sin(2 * np.pi * 1.7 * time) ** 2
    signal += 0.01 * np.random.default_rng(7).standard_normal(count)
    return np.round(signal * 32767).astype("<i2")


def write_wave(path, samples):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(samples.tobytes())


def language_probabilities(model, features):
    languages = model.generation_config.lang_to_id
    start = torch.tensor([[model.generation_config.decoder_start_token_id]])
    with torch.no_grad():
        logits = model(features, decoder_input_ids=start).logits[0, -1]
    chances = torch.softmax(logits[list(languages.values())], dim=-1).tolist()
    return {name.strip("<|>"): chance for name, chance in zip(languages, chances)}


def cases(variant, model, features, special):
    """Task, arguments of `generate` and what greedy decoding gives, with and without timestamps.

    Decoding stops at the first choice closer than MARGIN, since the seed is then useless.
    """
    start, plain = special["<|startoftranscript|>"], special["<|notimestamps|>"]
    if variant.multilingual:
        chances = language_probabilities(model, features)
        detected = max(chances, key=chances.get)
        heads = {
            "transcribe": ([start, special[f"<|{detected}|>"], special["<|transcribe|>"]], {"task": "transcribe"}),
            "translate": (
                [start, special["<|fr|>"], special["<|translate|>"]], {"task": "translate", "language": "fr"}),
        }
    else:
        heads = {"transcribe": ([start], {})}
    for task, (prompt, arguments) in heads.items():
        decoded = greedy(model, features, [*prompt, plain], LIMIT, False, MARGIN)
        # Without timestamps `transformers` may still pick one where others forbid it: compare up to there only.
        ordinary = list(takewhile(lambda token: token < plain, decoded.ids))
        decoded = replace(decoded, ids=ordinary, ended=decoded.ended and ordinary == decoded.ids)
        yield task, arguments, decoded, False
        yield task, arguments, greedy(model, features, prompt, LIMIT, True, MARGIN), True


@torch.no_grad()
def alignment(model, features, prompt, ids):
    """What the alignment heads attend to at each token of prompt and text, and when each text token begins and the last
    one ends, by `transformers`' own method; the sound is 1.3 s long."""
    model.set_attn_implementation("eager")
    tokens = torch.tensor([[*prompt, *ids]])
    attentions = model(features, decoder_input_ids=tokens, output_attentions=True).cross_attentions
    model.set_attn_implementation("sdpa")
    heads = model.generation_config.alignment_heads
    times = model._extract_token_timestamps(
        GenerateEncoderDecoderOutput(cross_attentions=[attentions], sequences=tokens), heads, num_frames=130,
        num_input_ids=len(prompt) - 1)
    weights = torch.stack([attentions[layer][0, head] for layer, head in heads])
    return weights, [round(time, 2) for time in times[0, len(prompt) - 1:-1].tolist()]


def make(variant, seed=None):
    """Model, files and expectations of one variant."""
    variant.seed = variant.seed if seed is None else seed
    ids, special = vocabulary(variant)
    config, generation, features_config = configurations(variant, ids, special)
    model = random_model(variant, config, special)
    model.generation_config = GenerationConfig(**generation)
    extractor = WhisperFeatureExtractor(**features_config)
    samples = sound().astype(np.float32) / 32768
    features = extractor(samples, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_features
    return model, features, special, {
        "config.json": config, "generation_config.json": generation, "preprocessor_config.json": features_config,
        "tokenizer.json": tokenizer(variant, ids, special),
    }


def is_telling(decoded, timestamps, special):
    """Whether a result exercises the rules: clear choices, varied ids, several kinds of them."""
    if decoded.smallest_margin < MARGIN or len(set(decoded.ids)) < 4:
        return False
    stamps = [token for token in decoded.ids if token > special["<|notimestamps|>"]]
    texts = len(decoded.ids) - len(stamps)
    return not timestamps or (len(set(stamps)) >= 3 and texts >= 3)


def search(variant):
    """Prints the first seed whose decodings are all telling."""
    for seed in range(1, 20000):
        model, features, special, _ = make(variant, seed)
        if all(is_telling(decoded, timestamps, special)
               for _, _, decoded, timestamps in cases(variant, model, features, special)):
            print(variant.name, seed, flush=True)
            return


def write(folder, variant):
    model, features, special, files = make(variant)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        indent = None if name == "tokenizer.json" else 1
        (folder / name).write_text(json.dumps(content, ensure_ascii=False, indent=indent) + "\n", encoding="utf-8")
    weights = {
        name: tensor.clone() for name, tensor in model.state_dict().items() if name != "proj_out.weight"}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

    decodings = []
    tensors = {"features": features[0]}
    for task, arguments, decoded, timestamps in cases(variant, model, features, special):
        assert is_telling(decoded, timestamps, special), (variant.name, task, timestamps, decoded)
        limit = LIMIT if decoded.ended else len(decoded.ids)
        checked_against_generate(model, features, decoded, limit, timestamps, **arguments)
        decodings.append({
            "task": task, "timestamps": timestamps, "prompt": decoded.prompt, "ids": decoded.ids,
            "ended": decoded.ended, "limit": limit, "smallest_margin": round(decoded.smallest_margin, 4)})
    forced = [*decodings[0]["prompt"], *decodings[0]["ids"]][:16]
    with torch.no_grad():
        output = model(features, decoder_input_ids=torch.tensor([forced]))
    tensors["encoder_output"] = output.encoder_last_hidden_state[0]
    tensors["logits"] = output.logits[0]
    tensors["source_weights"], times = alignment(model, features, decodings[0]["prompt"], decodings[0]["ids"])
    save_file({name: tensor.contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors")
    expected = {"seed": variant.seed, "logits_of": forced, "decodings": decodings, "token_times": times}
    if variant.multilingual:
        expected["language_probabilities"] = language_probabilities(model, features)
    for file in folder.iterdir():
        file.chmod(0o644)
    (folder / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")
    print(folder.name, sum(f.stat().st_size for f in folder.iterdir()), "bytes", decodings)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("output", nargs="?", type=Path, default=DEFAULT_OUTPUT)
    parser.add_argument("--search", metavar="NAME", help="print a usable seed of the variants named so, write nothing")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    if arguments.search:
        for variant in VARIANTS:
            if arguments.search in variant.name:
                search(variant)
        return
    arguments.output.mkdir(parents=True, exist_ok=True)
    write_wave(arguments.output / "input.wav", sound())
    for variant in VARIANTS:
        write(arguments.output / variant.name, variant)


if __name__ == "__main__":
    main()
