#!/usr/bin/env python3
"""What `transformers` makes of real recordings with the weights of openai/whisper-tiny.en (float32).

    python whisper_tiny_en_fixtures.py MODEL_FOLDER JFK_WAV

MODEL_FOLDER is the model in Hugging Face layout, JFK_WAV the file `samples/jfk.wav` of whisper.cpp (16 kHz, mono).
Writes Tests/Fixtures/whisper-tiny.en/: `expected.json` (token ids, shapes, largest values) and `expected.safetensors`
(samples of features, encoder output and logits) for that recording and one from Assets/Samples. Only samples are kept,
so that the files stay small; their indices are in `expected.json`.
"""

import argparse
import json
from pathlib import Path

import soundfile
import torch
from safetensors.torch import save_file
from transformers import AutoTokenizer, WhisperFeatureExtractor, WhisperForConditionalGeneration

from whisper_decoding import checked_against_generate, greedy

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests" / "Fixtures" / "whisper-tiny.en"
SAMPLE = ROOT / "Assets" / "Samples" / "librispeech-3664-178355-0019.flac"
LIMIT = 100
FRAME_STRIDE = 75
POSITION_STRIDE = 100
TOKEN_STRIDE = 101
TOP = 50
LOGIT_POSITIONS = 8


def every(tensor, stride, dimension):
    indices = torch.arange(0, tensor.shape[dimension], stride)
    return tensor.index_select(dimension, indices).contiguous()


@torch.no_grad()
def expectations(model, extractor, tokenizer, name, path):
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 16000 and samples.ndim == 1, (path, rate, samples.shape)
    features = extractor(samples, sampling_rate=rate, return_tensors="pt").input_features
    start, plain = model.generation_config.decoder_start_token_id, model.generation_config.no_timestamps_token_id
    decodings = []
    for prompt, timestamps in (([start, plain], False), ([start], True)):
        decoded = greedy(model, features, prompt, LIMIT, timestamps)
        checked_against_generate(model, features, decoded, LIMIT, timestamps)
        text = tokenizer.decode([token for token in decoded.ids if token < start - 1])
        decodings.append({
            "timestamps": timestamps, "prompt": prompt, "ids": decoded.ids, "ended": decoded.ended, "limit": LIMIT,
            "smallest_margin": round(decoded.smallest_margin, 4), "text": text})
    forced = (decodings[0]["prompt"] + decodings[0]["ids"])[:LOGIT_POSITIONS]
    output = model(features, decoder_input_ids=torch.tensor([forced]))
    encoded, logits = output.encoder_last_hidden_state[0], output.logits[0]
    best = logits.topk(TOP, dim=-1)
    tensors = {
        f"{name}.features": every(features[0], FRAME_STRIDE, 1),
        f"{name}.encoder_output": every(encoded, POSITION_STRIDE, 0),
        f"{name}.logits": every(logits, TOKEN_STRIDE, 1),
        f"{name}.top_ids": best.indices.to(torch.int32),
        f"{name}.top_logits": best.values,
    }
    summary = {
        "samples": len(samples), "logits_of": forced, "decodings": decodings,
        "largest_absolute": {
            "features": features.abs().max().item(), "encoder_output": encoded.abs().max().item(),
            "logits": logits.abs().max().item()},
        "mean": {"features": features.mean().item(), "encoder_output": encoded.mean().item()},
    }
    return summary, tensors, (features, encoded)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("jfk", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = WhisperForConditionalGeneration.from_pretrained(arguments.model, dtype=torch.float32).eval()
    extractor = WhisperFeatureExtractor.from_pretrained(arguments.model)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    document = {
        "about": "Made by Tests/Reference/whisper_tiny_en_fixtures.py: openai/whisper-tiny.en, weights as float16 in "
        "the file, computed in float32. Features hold every frame_stride-th frame, the encoder output every "
        "position_stride-th position, logits every token_stride-th id at the positions of logits_of; ids are without "
        "prompt and end token.",
        "frame_stride": FRAME_STRIDE, "position_stride": POSITION_STRIDE, "token_stride": TOKEN_STRIDE,
        "recordings": {},
    }
    tensors = {}
    for name, path in (("jfk", arguments.jfk), ("sample", SAMPLE)):
        summary, samples, (features, encoded) = expectations(model, extractor, tokenizer, name, path)
        if name == "sample":
            summary["file"] = str(SAMPLE.relative_to(ROOT))
        document["recordings"][name] = summary
        tensors |= samples
        print(name, summary["mean"], features[0, 10, 100:105].tolist(), encoded[0, :5].tolist(),
              encoded.std().item(), [(d["ids"], d["text"], d["smallest_margin"]) for d in summary["decodings"]])
    OUTPUT.mkdir(parents=True, exist_ok=True)
    save_file(tensors, OUTPUT / "expected.safetensors")
    (OUTPUT / "expected.safetensors").chmod(0o644)
    (OUTPUT / "expected.json").write_text(json.dumps(document, indent=1) + "\n")


if __name__ == "__main__":
    main()
