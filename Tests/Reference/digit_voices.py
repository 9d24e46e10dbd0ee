"""Digits in many voices: what `digits-en` learns from beside the Free Spoken Digit Dataset (docs/models/digits-en.md).

    python digit_voices.py --data $TRIPTYCH_DATA --speech .build/release/speech --output digits

Writes clips of single digits, 8 kHz, and the tables (path, text, speaker) `train.tsv`, with the recordings 5 to 49 of all
speakers of that data set, and for voices that were not heard `without-NAME-NAME.tsv`, with all recordings of the others. Test
strings: `strings.tsv`, of the recordings 0 to 4, and `strings-NAME.tsv`, of all of one speaker.

Voices: espeak-ng (eight accents, 45 variants), flite (kal16, awb, rms, slt) and festival (kal, ked, slt), from Debian; the
digits of Asterisk's core sounds; number words of LibriSpeech train-clean-5, found by `speech transcribe --word-timestamps`.
Nothing of them is part of this repository.
"""

import argparse
import json
import random
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
from scipy.signal import resample_poly

WORDS = "zero one two three four five six seven eight nine".split()
RATE = 8000
ACCENTS = "en-us en-gb en-gb-scotland en-gb-x-rp en-gb-x-gbclan en-gb-x-gbcwmd en-us-nyc en-029".split()
VARIANTS = [""] + [
    "+" + name for name in (
        "m1 m2 m3 m4 m5 m6 m7 m8 f1 f2 f3 f4 f5 klatt klatt2 klatt3 Alex Andy Annie belinda david Denis Diogo Gene Henrique iven "
        "Jacky john kaukovalta linda marcelo Mario max Michael norbert pablo paul quincy rob robert steph travis victor zac"
    ).split()]
HELD_PAIRS = [("jackson", "lucas"), ("george", "theo"), ("nicolas", "yweweler")]


def at_rate(samples, rate):
    samples = samples if samples.ndim == 1 else samples[:, 0]
    divisor = int(np.gcd(rate, RATE))
    return resample_poly(samples.astype(np.float64), RATE // divisor, rate // divisor)


def trimmed(samples, floor=0.018):
    """Without what is 35 dB below the loudest at both ends, in steps of 10 ms."""
    size = RATE // 100
    blocks = np.sqrt(np.mean(samples[: len(samples) // size * size].reshape(-1, size) ** 2, axis=1))
    loud = np.flatnonzero(blocks > floor * blocks.max())
    return samples[loud[0] * size : (loud[-1] + 1) * size]


def commands(word, rng):
    """How each synthetic voice is made to say `word`, as (name, arguments before the file's name)."""
    for accent in ACCENTS:
        # All variants for the two main accents, every sixth for the others.
        for variant in VARIANTS if accent in ACCENTS[:2] else VARIANTS[ACCENTS.index(accent) :: 6]:
            name = f"es-{accent}{variant}".replace("+", "-").lower()
            yield name, ["espeak-ng", "-v", accent + variant, "-s", str(rng.randint(120, 190)), "-p",
                         str(rng.randint(25, 75)), word, "-w"]
    for voice in "kal16 awb rms slt".split():
        for stretch in ("0.85", "1.0", "1.2"):
            yield f"fl-{voice}-{stretch}", ["flite", "-voice", voice, "--setf", f"duration_stretch={stretch}", "-t", word,
                                            "-o"]
    for voice in "kal_diphone ked_diphone cmu_us_slt_arctic_hts".split():
        yield f"fe-{voice.split('_')[-2]}-{voice.split('_')[0]}", ["text2wave", "-eval", f"(voice_{voice})", "-o"]


def synthesized(output):
    folder = output / "voices"
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(3)
    jobs = [(word, name, command, rng.randrange(1 << 30)) for word in WORDS for name, command in commands(word, rng)]

    def speak(job):
        word, name, command, seed = job
        path, raw = folder / f"{word}_{name}.wav", folder / f"{word}_{name}.raw.wav"
        spoken = subprocess.run(command + [str(raw)], input=word if command[0] == "text2wave" else None, text=True,
                                capture_output=True)
        if spoken.returncode != 0 or not raw.exists():
            return None
        samples = trimmed(at_rate(*soundfile.read(raw)))
        raw.unlink()
        if len(samples) < RATE // 10:
            return None
        own = random.Random(seed)
        samples = np.pad(samples / np.abs(samples).max() * own.uniform(0.3, 0.9), [own.randint(100, 600), own.randint(100, 600)])
        soundfile.write(path, samples, RATE, subtype="PCM_16")
        return path.resolve(), word, name

    with ThreadPoolExecutor() as pool:
        return [row for row in pool.map(speak, jobs) if row]


def asterisk(data):
    return [(data / f"asterisk-en-16k/digits__{digit}.flac", word, "asterisk") for digit, word in enumerate(WORDS)]


def librispeech(data, speech, output):
    """Up to three of each number word of each speaker, where Whisper hears what the transcript says."""
    texts, paths = {}, {}
    for file in sorted((data / "librispeech-train-clean-5").glob("*/*/*/*.trans.txt")):
        for line in file.read_text().splitlines():
            name, text = line.split(" ", 1)
            texts[name], paths[name] = text.lower().split(), next(file.parent.glob(name + ".*"))
    names = sorted(texts)
    random.Random(1).shuffle(names)
    wanted, counts = [], Counter()
    for name in names:
        keys = {(name.split("-")[0], word) for word in texts[name] if word in WORDS}
        if any(counts[key] < 3 for key in keys):
            counts.update(keys)
            wanted.append(name)
    heard, folder = output / "librispeech-words", output / "librispeech"
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run(
        [speech, "transcribe", *[str(paths[name]) for name in wanted], "--skip-existing", "--beam-size", "1", "--quiet",
         "--word-timestamps", "--format", "json", "--output", f"{heard}/"], check=True)
    digits = {str(digit): word for digit, word in enumerate(WORDS)} | {word: word for word in WORDS}
    rows, counts = [], Counter()
    for name in wanted:
        speaker = name.split("-")[0]
        for segment in json.loads((heard / f"{name}.json").read_text())["segments"]:
            for entry in segment.get("words", []):
                word = digits.get(re.sub("[^a-z0-9]", "", entry["word"].lower()))
                if word not in texts[name] or counts[speaker, word] == 3 or not 0.12 <= entry["end"] - entry["start"] <= 1:
                    continue
                samples, rate = soundfile.read(paths[name])
                samples = at_rate(samples[max(0, int((entry["start"] - 0.04) * rate)) : int((entry["end"] + 0.04) * rate)], rate)
                if len(samples) < RATE // 5:
                    continue
                counts[speaker, word] += 1
                places = np.arange(len(samples))
                samples *= np.clip(np.minimum(places, places[::-1]) / (RATE // 50), 0, 1)
                path = folder / f"{word}_{speaker}_{counts[speaker, word]}.wav"
                soundfile.write(path, samples / np.abs(samples).max() * 0.6, RATE, subtype="PCM_16")
                rows.append((path.resolve(), word, "ls" + speaker))
    return rows


def recordings(data):
    """Of the Free Spoken Digit Dataset, as {speaker: {number: {digit: path}}}."""
    found = {}
    for path in sorted((data / "fsdd/recordings").glob("*.wav")):
        digit, speaker, number = path.stem.split("_")
        found.setdefault(speaker, {}).setdefault(int(number), {})[int(digit)] = path
    return found


def table(path, rows):
    path.write_text("path\ttext\tspeaker\n" + "".join("\t".join(map(str, row)) + "\n" for row in rows))


def strings(output, name, clips, rng, count=100):
    """Random strings of 1 to 7 digits of one speaker, with up to 0.3 s before, between and after them."""
    folder = output / "strings"
    folder.mkdir(exist_ok=True)
    for number in range(count):
        digits = [rng.randrange(10) for _ in range(rng.randint(1, 7))]

        def silence():
            return np.zeros(int(rng.random() * 0.3 * RATE), np.int16)

        parts = [silence()]
        for digit in digits:
            parts += [soundfile.read(rng.choice(clips)[digit], dtype="int16")[0], silence()]
        path = folder / f"{name}-{number:03d}.wav"
        soundfile.write(path, np.concatenate(parts), RATE, subtype="PCM_16")
        yield path.resolve(), " ".join(WORDS[digit] for digit in digits), name.split("-")[0]


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--data", type=Path, required=True)
    arguments.add_argument("--speech", required=True)
    arguments.add_argument("--output", type=Path, required=True)
    options = arguments.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    groups = {"synthetic": synthesized(options.output), "Asterisk": asterisk(options.data),
              "LibriSpeech": librispeech(options.data, options.speech, options.output)}
    for name, rows in groups.items():
        print(f"{name}: {len(rows)} clips, {len({row[2] for row in rows})} voices", file=sys.stderr)
    others = [row for rows in groups.values() for row in rows]
    speakers = recordings(options.data)

    def rows(names, first):
        return [(path.resolve(), WORDS[digit], name) for name in names for number, clips in sorted(speakers[name].items())
                if number >= first for digit, path in sorted(clips.items())]

    table(options.output / "train.tsv", rows(speakers, 5) + others)
    for pair in HELD_PAIRS:
        table(options.output / f"without-{pair[0]}-{pair[1]}.tsv", rows([s for s in speakers if s not in pair], 0) + others)
    rng = random.Random(7)
    table(options.output / "strings.tsv", [
        row for name, numbers in speakers.items()
        for row in strings(options.output, name + "-test", [numbers[n] for n in range(5)], rng)])
    for name, numbers in speakers.items():
        table(options.output / f"strings-{name}.tsv", strings(options.output, name, list(numbers.values()), rng))


if __name__ == "__main__":
    main()
