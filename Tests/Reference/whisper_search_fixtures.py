#!/usr/bin/env python3
"""What OpenAI's own `whisper` package finds by beam search, and window by window in a longer recording, with the weights of
openai/whisper-tiny.en (float32).

    python whisper_search_fixtures.py MODEL_FOLDER

MODEL_FOLDER is the model in Hugging Face layout. Writes Tests/Fixtures/whisper-tiny.en/searches.json: for recordings of
Assets/Samples the ids under several settings, and for all of them in a row, forwards and backwards with one second of
silence after each, the segments. Windows are cut from the sound and not from a spectrogram of all of it, as here.
"""

import argparse
import json
from pathlib import Path

import numpy
import soundfile
import torch
import whisper
from safetensors.torch import load_file
from whisper.decoding import DecodingOptions
from whisper.model import ModelDimensions, Whisper

ROOT = Path(__file__).resolve().parents[2]
OUTPUT = ROOT / "Tests" / "Fixtures" / "whisper-tiny.en" / "searches.json"
SAMPLES = sorted((ROOT / "Assets" / "Samples").glob("*.flac"))
SETTINGS = [
    {"beam_size": 5}, {"beam_size": 5, "without_timestamps": True},
    {"beam_size": 3, "patience": 2.0}, {"beam_size": 4, "length_penalty": 0.6},
    {"beam_size": 2, "prompt": " Mr. Quilter's manner, less interesting than his matter."},
    {"prompt": " THE ANSWER, IN CAPITALS."},
]
RENAMED = [
    ("model.", ""), ("layers", "blocks"), ("fc1", "mlp.0"), ("fc2", "mlp.2"), ("final_layer_norm", "mlp_ln"),
    (".self_attn_layer_norm", ".attn_ln"), (".self_attn.", ".attn."),
    ("encoder_attn_layer_norm", "cross_attn_ln"), (".encoder_attn.", ".cross_attn."), ("q_proj", "query"),
    ("k_proj", "key"), ("v_proj", "value"), ("out_proj", "out"), ("decoder.embed_tokens", "decoder.token_embedding"),
    ("decoder.embed_positions.weight", "decoder.positional_embedding"),
    ("encoder.embed_positions.weight", "encoder.positional_embedding"), ("encoder.layer_norm", "encoder.ln_post"),
    ("decoder.layer_norm", "decoder.ln"),
]


def load(folder):
    sizes = json.loads((folder / "config.json").read_text())
    dimensions = ModelDimensions(
        n_mels=sizes["num_mel_bins"], n_audio_ctx=sizes["max_source_positions"], n_audio_state=sizes["d_model"],
        n_audio_head=sizes["encoder_attention_heads"], n_audio_layer=sizes["encoder_layers"],
        n_vocab=sizes["vocab_size"], n_text_ctx=sizes["max_target_positions"], n_text_state=sizes["d_model"],
        n_text_head=sizes["decoder_attention_heads"], n_text_layer=sizes["decoder_layers"])
    weights = {}
    for name, tensor in load_file(folder / "model.safetensors").items():
        for old, new in RENAMED:
            name = name.replace(old, new)
        if name != "proj_out.weight":
            weights[name] = tensor.float()
    model = Whisper(dimensions)
    model.load_state_dict(weights)
    return model.eval()


def read(path):
    samples, rate = soundfile.read(path, dtype="float32")
    return samples if rate == 16000 else None


def sequential(model, sound, condition, **settings):
    """Radford et al. 2022, section 3.8: the next window begins at the last timestamp."""
    segments, history, seek = [], [], 0
    first = whisper.tokenizer.get_tokenizer(False).timestamp_begin
    while seek < len(sound):
        window = sound[seek:seek + 480000]
        duration = len(window) / 16000
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(window))
        found = whisper.decode(model, mel, DecodingOptions(
            language="en", fp16=False, prompt=history if condition else [], **settings))
        ids = found.tokens
        stamps = [id >= first for id in ids]
        cuts = [i for i in range(1, len(ids)) if stamps[i] and stamps[i - 1]]
        alone = stamps[-2:] == [False, True]
        if cuts:
            pieces = [ids[a:b] for a, b in zip([0] + cuts, cuts + ([len(ids)] if alone else []))]
            consumed = duration if alone else (ids[cuts[-1] - 1] - first) * 0.02
        else:
            pieces, consumed = [ids], duration
        for piece in pieces:
            start = (piece[0] - first) * 0.02
            end = (piece[-1] - first) * 0.02 if piece[-1] > first else duration
            segments.append({
                "seek": seek // 160, "start": seek / 16000 + start, "end": seek / 16000 + min(end, duration),
                "text": whisper.tokenizer.get_tokenizer(False).decode([id for id in piece if id < first]),
                "tokens": piece})
            history += piece
        seek += round(consumed * 16000)
    return segments


@torch.no_grad()
def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("model", type=Path)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    model = load(arguments.model)
    recordings = {path.name: read(path) for path in SAMPLES}
    recordings = {name: samples for name, samples in recordings.items() if samples is not None}
    searches = []
    for name, samples in recordings.items():
        mel = whisper.log_mel_spectrogram(whisper.pad_or_trim(samples))
        for settings in SETTINGS:
            found = whisper.decode(model, mel, DecodingOptions(language="en", fp16=False, **settings))
            searches.append({
                "file": name, **settings, "ids": found.tokens, "average_log_probability": found.avg_logprob,
                "no_speech_probability": found.no_speech_prob})
    pause = numpy.zeros(16000, dtype=numpy.float32)
    order = list(recordings) + list(recordings)[::-1]
    sound = numpy.concatenate([part for name in order for part in (recordings[name], pause)])
    transcripts = []
    for settings in ({}, {"condition_on_previous_text": False}, {"beam_size": 5}):
        options = dict(settings)
        condition = options.pop("condition_on_previous_text", True)
        transcripts.append({**settings, "segments": sequential(model, sound, condition, **options)})
    document = {
        "about": "Made by Tests/Reference/whisper_search_fixtures.py: openai-whisper "
        f"{whisper.__version__} with openai/whisper-tiny.en in float32.",
        "searches": searches, "files": order, "transcripts": transcripts}
    OUTPUT.write_text(json.dumps(document, indent=1) + "\n")
    for search in searches:
        print(search["file"], {k: v for k, v in search.items() if k not in ("file", "ids")}, len(search["ids"]))
    for transcript in transcripts:
        for segment in transcript["segments"]:
            print(segment["seek"], segment["start"], segment["end"], segment["text"])


if __name__ == "__main__":
    main()
