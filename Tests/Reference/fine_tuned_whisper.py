#!/usr/bin/env python3
"""Whether a Whisper folder that was written here says in `transformers` what `speech evaluate` said.

    python fine_tuned_whisper.py MODEL_FOLDER TRANSCRIPTS.tsv REPORT.json [--adapter FOLDER]

MODEL_FOLDER is opened as whoever gets it would: by WhisperForConditionalGeneration and WhisperProcessor alone; with --adapter
the adapter is put on it by PEFT. REPORT.json is what

    speech evaluate TRANSCRIPTS.tsv --model … --no-vad --no-timestamps --temperature 0 --beam-size 1 --output REPORT.json

wrote. Recordings are 16 kHz, mono; those of more than 30 s are passed over, as are those that could not be heard. Tells
every recording whose transcript differs, and ends with the number of equal ones; the exit status is 1 if any differs.
"""

import argparse
import csv
import json
import sys
from pathlib import Path

import soundfile
import torch
from transformers import WhisperForConditionalGeneration, WhisperProcessor


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("model", type=Path)
    parser.add_argument("transcripts", type=Path)
    parser.add_argument("report", type=Path)
    parser.add_argument("--adapter", type=Path)
    parser.add_argument("--limit", type=int, help="the first so many recordings")
    options = parser.parse_args()
    processor = WhisperProcessor.from_pretrained(options.model)
    model = WhisperForConditionalGeneration.from_pretrained(options.model, dtype=torch.float32).eval()
    if options.adapter:
        from peft import PeftModel

        model = PeftModel.from_pretrained(model, options.adapter).eval()
    written = {item["name"]: item.get("output") for item in json.loads(options.report.read_text())["items"]}
    with open(options.transcripts, encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[: options.limit]
    same = count = 0
    for row in rows:
        samples, rate = soundfile.read(options.transcripts.parent / row["file"], dtype="float32")
        assert rate == 16000 and samples.ndim == 1, row["file"]
        if written.get(row["file"]) is None or len(samples) > 30 * rate:
            continue
        features = processor(samples, sampling_rate=rate, return_tensors="pt").input_features
        with torch.no_grad():
            ids = model.generate(input_features=features, return_timestamps=False, do_sample=False, num_beams=1)
        text = processor.batch_decode(ids, skip_special_tokens=True)[0].strip()
        count += 1
        same += text == written[row["file"]].strip()
        if text != written[row["file"]].strip():
            print(f"{row['file']}:\n  transformers: {text}\n  triptych:     {written[row['file']].strip()}")
    print(f"{same} of {count} transcripts are equal")
    sys.exit(0 if same == count and count else 1)


if __name__ == "__main__":
    main()
