#!/usr/bin/env python3
"""Word times that `transformers` finds with the weights of openai/whisper-tiny.en (float32).

    python whisper_word_times.py MODEL_FOLDER DATA_FOLDER

MODEL_FOLDER is the model in Hugging Face layout. DATA_FOLDER holds `audio/jfk.wav` (whisper.cpp's sample) and
`librispeech-wav-sample/` (utterances of LibriSpeech as 16 kHz WAV), of which every fifth is taken, ten in all.
Writes Tests/Fixtures/whisper-tiny.en/word_times.json: for each of them and for one clip of Assets/Samples the text tokens
of each phrase, greedily decoded with timestamps, and the words with their times in seconds.
"""

import argparse
import json
from pathlib import Path

import soundfile
import torch
from transformers import AutoTokenizer, WhisperFeatureExtractor, WhisperForConditionalGeneration

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests" / "Fixtures" / "whisper-tiny.en" / "word_times.json"
SAMPLE = "Assets/Samples/librispeech-3664-178355-0019.flac"


@torch.no_grad()
def word_times(model, extractor, tokenizer, path):
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == 16000 and samples.ndim == 1, (path, rate, samples.shape)
    inputs = extractor(samples, sampling_rate=rate, return_tensors="pt", return_attention_mask=True)
    segments = model.generate(
        inputs.input_features, attention_mask=inputs.attention_mask, return_timestamps=True,
        return_token_timestamps=True, return_segments=True)["segments"][0]
    tokens = torch.cat([segment["tokens"] for segment in segments])
    times = torch.cat([segment["token_timestamps"] for segment in segments])
    _, optional = tokenizer._decode_asr(
        [{"tokens": tokens[None].numpy(), "token_timestamps": times[None].numpy()}], return_timestamps="word",
        return_language=False, time_precision=0.02)
    end = tokenizer.convert_tokens_to_ids("<|endoftext|>")
    phrases = [[token for token in segment["tokens"].tolist() if token < end] for segment in segments]
    words = [
        {"text": chunk["text"], "start": round(float(chunk["timestamp"][0]), 2),
         "end": round(float(chunk["timestamp"][1]), 2)}
        for chunk in optional["chunks"]]
    assert tokenizer.decode([token for phrase in phrases for token in phrase]) == "".join(w["text"] for w in words)
    return {"phrases": phrases, "words": words}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    parser.add_argument("data", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = WhisperForConditionalGeneration.from_pretrained(
        arguments.model, dtype=torch.float32, attn_implementation="eager").eval()
    extractor = WhisperFeatureExtractor.from_pretrained(arguments.model)
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    utterances = sorted((arguments.data / "librispeech-wav-sample").glob("*.wav"))[::5][:10]
    recordings = [arguments.data / "audio" / "jfk.wav", *utterances]
    result = {"sample": {SAMPLE: word_times(model, extractor, tokenizer, ROOT / SAMPLE)}, "data": {}}
    for path in recordings:
        result["data"][str(path.relative_to(arguments.data))] = word_times(model, extractor, tokenizer, path)
    lines = json.dumps(result, ensure_ascii=False, separators=(",", ":")).replace('"phrases":', '\n"phrases":')
    OUTPUT.write_text(lines.replace('"words":', '\n"words":') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
