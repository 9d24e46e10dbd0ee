#!/usr/bin/env python3
"""A recording of hours in which it is known where somebody speaks, and what a transcript of it is worth.

    python long_recording.py make CLIPS OUTPUT.wav [--minutes 180] [--seed 1] [--longest-gap 20]
    python long_recording.py check OUTPUT.wav TRANSCRIPT.json

CLIPS is a folder of 16 kHz WAV files with transcripts.tsv (file, ..., words between tabs), such as a sample of LibriSpeech. `make` says
them in a random order with 0.3 to 20 seconds of silence, of noise at -50 dB, or of chords between them, and writes the truth
beside the sound (OUTPUT.json). `check` compares `speech transcribe --word-timestamps --format json`: words where nobody
speaks, word boundaries inside silence, phrases said again and again, and the word error rate.
"""

import argparse
import json
import random
import re
import wave
from pathlib import Path

import numpy

RATE = 16000


def read(path):
    with wave.open(str(path)) as file:
        assert file.getframerate() == RATE and file.getnchannels() == 1 and file.getsampwidth() == 2, path
        return numpy.frombuffer(file.readframes(file.getnframes()), dtype=numpy.int16).astype(numpy.float32) / 32768


def gap(chance, noise, longest):
    """What is heard between two clips: seconds mostly short, sometimes long."""
    seconds = min(longest, chance.choice([chance.uniform(0.3, 2), chance.uniform(2, 8), chance.uniform(8, 20)]))
    count = int(seconds * RATE)
    kind = chance.choice(["silence", "noise", "noise", "chords"])
    if kind == "silence":
        return kind, numpy.zeros(count, dtype=numpy.float32)
    if kind == "noise":
        return kind, noise.normal(0, 10 ** (-50 / 20), count).astype(numpy.float32)
    time = numpy.arange(count) / RATE
    sound = numpy.zeros(count)
    length = RATE // 2
    for start in range(0, count, length):
        root = 110 * 2 ** (chance.randrange(24) / 12)
        part = time[start:start + length] - time[start]
        for factor in (1, 1.26, 1.5, 2):
            sound[start:start + length] += numpy.sin(2 * numpy.pi * root * factor * part) * numpy.exp(-3 * part)
    return kind, (0.03 * sound).astype(numpy.float32)


def make(arguments):
    chance, noise = random.Random(arguments.seed), numpy.random.default_rng(arguments.seed)
    rows = [line.split("\t") for line in (arguments.clips / "transcripts.tsv").read_text().splitlines() if "\t" in line]
    clips = [(read(arguments.clips / name), words.strip()) for name, words in
             ((row[0], row[-1]) for row in rows) if (arguments.clips / name).exists()]
    truth, position, order = [], 0, []
    with wave.open(str(arguments.output), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)

        def write(samples):
            nonlocal position
            file.writeframes((numpy.clip(samples, -1, 1) * 32767).astype(numpy.int16).tobytes())
            position += len(samples)

        while position < arguments.minutes * 60 * RATE:
            kind, between = gap(chance, noise, arguments.longest_gap)
            write(between)
            if not order:
                order = chance.sample(range(len(clips)), len(clips))
            samples, words = clips[order.pop()]
            truth.append({"start": position / RATE, "end": (position + len(samples)) / RATE, "text": words, "before": kind})
            write(samples)
    arguments.output.with_suffix(".json").write_text(json.dumps(truth))
    print(f"{position / RATE / 60:.1f} minutes, {len(truth)} clips, {sum(len(t['text'].split()) for t in truth)} words")


def words_of(text):
    return re.sub(r"[^a-z0-9' ]+", " ", text.lower()).split()


def errors(reference, hypothesis):
    row = list(range(len(hypothesis) + 1))
    for i, word in enumerate(reference, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(hypothesis, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (word != other))
    return row[-1]


def quiet_frames(samples, start):
    """Ten-millisecond frames of a clip that are 30 dB below its loud ones."""
    frames = len(samples) // 160
    energy = 10 * numpy.log10(numpy.square(samples[:frames * 160].reshape(frames, 160)).mean(axis=1) + 1e-10)
    return energy < numpy.percentile(energy, 95) - 30


def report(arguments, what, word, edge):
    if arguments.verbose:
        print(f"{what}: {word['start']:.2f} to {word['end']:.2f}{word['word']} ({edge:.2f})")


def check(arguments):
    truth = json.loads(arguments.output.with_suffix(".json").read_text())
    transcript = json.loads(arguments.transcript.read_text())
    sound = numpy.memmap(arguments.output, dtype=numpy.int16, mode="r", offset=44)
    words = [word for segment in transcript["segments"] for word in segment.get("words") or []]
    invented, outside, inside = [], 0, 0
    clip = 0
    heard = [[] for _ in truth]
    quiet = {}
    for word in words:
        middle = (word["start"] + word["end"]) / 2
        clip = min(range(len(truth)), key=lambda i: max(truth[i]["start"] - middle, middle - truth[i]["end"], 0)) \
            if not truth[clip]["start"] - 0.5 <= middle <= truth[clip]["end"] + 0.5 else clip
        place = truth[clip]
        if middle < place["start"] - 0.5 or middle > place["end"] + 0.5:
            invented.append(word)
            continue
        heard[clip].append(word["word"])
        for edge in (word["start"], word["end"]):
            if edge < place["start"] - 0.1 or edge > place["end"] + 0.1:
                outside += 1
                report(arguments, f"outside {place['start']:.2f} to {place['end']:.2f}", word, edge)
            else:
                if clip not in quiet:
                    first = round(place["start"] * RATE)
                    last = round(place["end"] * RATE)
                    quiet[clip] = quiet_frames(sound[first:last].astype(numpy.float32) / 32768, place["start"])
                frame = int((edge - place["start"]) * 100)
                around = quiet[clip][max(0, frame - 10):frame + 11]
                if len(around) == 21 and around.all():
                    inside += 1
                    report(arguments, "in silence", word, edge)
    wrong = sum(errors(words_of(t["text"]), words_of(" ".join(h))) for t, h in zip(truth, heard))
    total = sum(len(words_of(t["text"])) for t in truth)
    texts = [segment["text"].strip() for segment in transcript["segments"]]
    longest = run = 1
    for one, two in zip(texts, texts[1:]):
        run = run + 1 if one == two else 1
        longest = max(longest, run)
    print(f"{len(words)} words in {len(texts)} segments, {transcript['duration'] / 60:.1f} minutes")
    print(f"words where nobody speaks: {len(invented)} {[w['word'] for w in invented[:10]]}")
    print(f"word boundaries over 0.1 s outside the clip they belong to: {outside} of {2 * len(words)}")
    print(f"word boundaries over 0.1 s inside a silence of the clip: {inside} of {2 * len(words)}")
    print(f"the same segment in a row: {longest} times at most")
    print(f"word error rate, each clip beside what was heard in it: {100 * wrong / total:.2f} % ({wrong} of {total})")
    print(f"clips in which nothing was heard: {sum(not h for h in heard)} of {len(truth)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(required=True)
    maker = verbs.add_parser("make")
    maker.add_argument("clips", type=Path)
    maker.add_argument("output", type=Path)
    maker.add_argument("--minutes", type=float, default=180)
    maker.add_argument("--seed", type=int, default=1)
    maker.add_argument("--longest-gap", type=float, default=20, help="seconds")
    maker.set_defaults(run=make)
    checker = verbs.add_parser("check")
    checker.add_argument("output", type=Path)
    checker.add_argument("transcript", type=Path)
    checker.add_argument("--verbose", action="store_true", help="list the boundaries")
    checker.set_defaults(run=check)
    arguments = parser.parse_args()
    arguments.run(arguments)


if __name__ == "__main__":
    main()
