#!/usr/bin/env python3
"""Compares a report of `speech evaluate` with what `transformers`' normalizers and `jiwer` make of the same texts.

    python error_rate_check.py REPORT.json ENGLISH_JSON

Prints the figures of both sides and every item whose counts differ; ends with status 1 where anything does.
"""

import json
import sys
from pathlib import Path

import jiwer
from normalizer_fixtures import english
from transformers.models.whisper.english_normalizer import BasicTextNormalizer

KINDS = ["hits", "substitutions", "insertions", "deletions"]


def difference(figure, found, output, rate):
    """One line for each number that the report has otherwise."""
    expected = {kind: getattr(output, kind) for kind in KINDS}
    lines = [f"{figure}.{kind}: {found['parts'][kind]:g}, jiwer {expected[kind]}"
             for kind in KINDS if found["parts"][kind] != expected[kind]]
    if found["value"] is not None and abs(found["value"] - rate) > 1e-12:
        lines.append(f"{figure}: {found['value']}, jiwer {rate}")
    return lines


def main():
    report = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    normalizers = {"none": str, "basic": BasicTextNormalizer(), "english": english(Path(sys.argv[2]))}
    normalizer = normalizers[report["settings"]["normalizer"]]
    items = [item for item in report["items"] if "error" not in item]
    references = [" ".join(normalizer(item["reference"]).split()) for item in items]
    hypotheses = [" ".join(normalizer(item["output"]).split()) for item in items]
    lines = []
    for item, reference, hypothesis in zip(items, references, hypotheses):
        for figure, process in (
            ("word_error_rate", jiwer.process_words), ("character_error_rate", jiwer.process_characters)
        ):
            output = process(reference, hypothesis)
            ratio = item["figures"][figure]
            value = ratio["numerator"] / ratio["denominator"] if ratio["denominator"] else None
            found = {"parts": item["parts"][figure], "value": value}
            rate = output.wer if figure == "word_error_rate" else output.cer
            lines += [f"{item['name']}: {line}" for line in difference(figure, found, output, rate)]
    words, characters = jiwer.process_words(references, hypotheses), jiwer.process_characters(references, hypotheses)
    figures = {figure["name"]: figure for figure in report["figures"]}
    lines += difference("word_error_rate", figures["word_error_rate"], words, words.wer)
    lines += difference("character_error_rate", figures["character_error_rate"], characters, characters.cer)
    print(f"{len(items)} items, jiwer: words {words.wer:.6f}, characters {characters.cer:.6f}, {len(lines)} differences")
    print("\n".join(lines))
    sys.exit(1 if lines else 0)


if __name__ == "__main__":
    main()
