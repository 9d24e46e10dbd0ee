#!/usr/bin/env python3
"""What the logits processors of `transformers` make of random logits.

    python sampling_fixtures.py

Writes Tests/Fixtures/decoding/sampling.json: for each case the logits, the tokens of the prompt and those generated, the
settings, and the logits that come out (null for minus infinity).
"""

import json
from pathlib import Path

import torch
from transformers import generation

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "decoding"
SEED = 20261125
VOCABULARY = 60

SETTINGS = [
    {"temperature": 0.7},
    {"temperature": 1.9},
    {"topK": 1},
    {"topK": 7},
    {"topK": 60},
    {"topP": 0.9},
    {"topP": 0.35},
    {"topP": 0.01},
    {"minP": 0.05},
    {"minP": 0.6},
    {"typicalP": 0.9},
    {"typicalP": 0.2},
    {"repetitionPenalty": 1.3},
    {"repetitionPenalty": 0.6},
    {"logitBias": {"3": 2.5, "40": -8}},
    {"temperature": 0.8, "topK": 20, "topP": 0.9},
    {"temperature": 1.4, "topK": 30, "topP": 0.95, "minP": 0.02, "typicalP": 0.9, "repetitionPenalty": 1.2,
     "logitBias": {"5": 1.5}},
]


def processors(settings):
    result = generation.LogitsProcessorList()
    if "logitBias" in settings:
        bias = [[[int(token)], float(value)] for token, value in settings["logitBias"].items()]
        result.append(generation.SequenceBiasLogitsProcessor(bias))
    if "repetitionPenalty" in settings:
        result.append(generation.RepetitionPenaltyLogitsProcessor(settings["repetitionPenalty"]))
    if "temperature" in settings:
        result.append(generation.TemperatureLogitsWarper(settings["temperature"]))
    if "topK" in settings:
        result.append(generation.TopKLogitsWarper(settings["topK"]))
    if "topP" in settings:
        result.append(generation.TopPLogitsWarper(settings["topP"]))
    if "minP" in settings:
        result.append(generation.MinPLogitsWarper(settings["minP"]))
    if "typicalP" in settings:
        result.append(generation.TypicalLogitsWarper(settings["typicalP"]))
    return result


def main():
    generator = torch.Generator().manual_seed(SEED)
    cases = []
    for number, settings in enumerate(settings for settings in SETTINGS for _ in range(3)):
        logits = torch.randn(VOCABULARY, generator=generator) * [1.0, 3.0, 8.0][number % 3]
        tokens = torch.randint(0, VOCABULARY, (12,), generator=generator)
        result = processors(settings)(tokens[None], logits[None].clone())[0]
        # Of the logits only differences count; the largest is set to 0.
        shifted = (result - result.max()).tolist()
        cases.append({
            "settings": settings, "logits": logits.tolist(), "prompt": tokens[:8].tolist(),
            "generated": tokens[8:].tolist(),
            "expected": [None if value == float("-inf") else value for value in shifted],
        })
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / "sampling.json").write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
