#!/usr/bin/env python3
"""The word error rate of a Whisper model by `transformers`, to compare `speech evaluate` with word by word.

    python transcription_error_rate.py MODEL_FOLDER TRANSCRIPTS.tsv ENGLISH_JSON [--figures FILE] [--hypotheses FILE]

MODEL_FOLDER is a model in Hugging Face layout, TRANSCRIPTS.tsv a table between tabs with the columns `file` and `text`,
the recordings (16 kHz, mono, at most 30 s) beside it; ENGLISH_JSON the list of spellings `whisper/normalizers/english.json`
of the package openai-whisper. Decoding is greedy, in float32, without timestamps; both texts go through Whisper's English
normalizer, and jiwer counts. The figures are printed as JSON; the hypotheses file has one JSON object a recording.
"""

import argparse
import csv
import json
from pathlib import Path

import jiwer
import soundfile
import torch
import transformers
from transformers import AutoTokenizer, WhisperFeatureExtractor, WhisperForConditionalGeneration
from transformers.models.whisper.english_normalizer import EnglishTextNormalizer


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("spellings", type=Path)
    parser.add_argument("--figures", type=Path)
    parser.add_argument("--hypotheses", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args()


def counts(output):
    return {
        "hits": output.hits,
        "substitutions": output.substitutions,
        "insertions": output.insertions,
        "deletions": output.deletions,
        "reference_count": output.hits + output.substitutions + output.deletions,
    }


@torch.no_grad()
def transcript(model, extractor, tokenizer, path):
    samples, rate = soundfile.read(path, dtype="float32")
    assert rate == extractor.sampling_rate and samples.ndim == 1, (path, rate, samples.shape)
    assert len(samples) <= extractor.n_samples, f"{path} is longer than one window"
    features = extractor(samples, sampling_rate=rate, return_tensors="pt").input_features
    ids = model.generate(features, return_timestamps=False, do_sample=False, num_beams=1)[0]
    return tokenizer.decode(ids, skip_special_tokens=True)


def main():
    options = arguments()
    torch.set_num_threads(options.threads)
    normalizer = EnglishTextNormalizer(json.loads(options.spellings.read_text(encoding="utf-8")))
    model = WhisperForConditionalGeneration.from_pretrained(options.model, dtype=torch.float32).eval()
    extractor = WhisperFeatureExtractor.from_pretrained(options.model)
    tokenizer = AutoTokenizer.from_pretrained(options.model)
    with options.transcripts.open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))
    items = []
    for row in rows:
        hypothesis = transcript(model, extractor, tokenizer, options.transcripts.parent / row["file"])
        item = {
            "name": row["file"],
            "reference": row["text"],
            "hypothesis": hypothesis,
            "normalized_reference": normalizer(row["text"]).strip(),
            "normalized_hypothesis": normalizer(hypothesis).strip(),
        }
        words = jiwer.process_words(item["normalized_reference"], item["normalized_hypothesis"])
        items.append(item | {"words": counts(words)})
    references = [item["normalized_reference"] for item in items]
    hypotheses = [item["normalized_hypothesis"] for item in items]
    words = jiwer.process_words(references, hypotheses)
    characters = jiwer.process_characters(references, hypotheses)
    figures = {
        "made_with": f"torch {torch.__version__}, transformers {transformers.__version__}, float32, greedy, no timestamps",
        "normalizer": "english",
        "items": len(items),
        "words": counts(words) | {"rate": words.wer},
        "characters": counts(characters) | {"rate": characters.cer},
    }
    text = json.dumps(figures, indent=1)
    print(text)
    if options.figures:
        options.figures.write_text(text + "\n", encoding="utf-8")
    if options.hypotheses:
        lines = [json.dumps(item, ensure_ascii=False) + "\n" for item in items]
        options.hypotheses.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()
