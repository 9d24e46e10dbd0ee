#!/usr/bin/env python3
"""Times `speech transcribe` beside its peers on one recording, in one run, and prints the ratios.

    transcription_benchmark.py RECORDING.wav [--threads 2] [--rounds 9] [--csv FILE]

Each round starts every program once, in turn (A B C, A B C, ...), as a fresh process: a slow moment of the machine hits
all of them alike. All decode greedily, without timestamps, from files in the page cache. Programs and models are named
by variables; a peer whose variables are not set is left out.

    SPEECH            the `speech` program           (default: .build/release/speech)
    SPEECH_MODEL      a model folder, or a name      (default: whisper-tiny.en); several: separated by ':'
    WHISPER_CPP       whisper.cpp's `whisper-cli`
    WHISPER_CPP_MODEL a ggml file of the same weights; several: separated by ':'
    FASTER_WHISPER    a CTranslate2 folder of the same weights (needs the Python package faster-whisper)
    FASTER_WHISPER_TYPES  its compute types          (default: float32:int8)

`wall` is the whole process as its caller sees it, for faster-whisper with the start of Python and its imports. `work` is
log-mel + encoder + decoder as each program measures them itself, without loading: the fair figure for the numerics.
`processor` is the processor time of all its threads, waiting loops included.
"""

import argparse
import csv
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PARTS = ["features", "encode", "decode"]
COLUMNS = ["wall", "load", *PARTS, "work", "processor", "memory"]


@dataclass
class Contender:
    """A program with its arguments, and how to read its own timings (seconds) and text."""

    name: str
    command: list[str]
    read: object


def read_triptych(output, _):
    document = json.loads(output)
    return document["timings"], document["text"]


def read_whisper_cpp(output, log):
    """Milliseconds of whisper.cpp's summary: `decode` is all that follows the encoder."""
    times = {name: float(value) / 1000 for name, value in re.findall(r"(\w+) time\s*=\s*([\d.]+) ms", log)}
    decode = sum(times.get(name, 0) for name in ("sample", "decode", "batchd", "prompt"))
    timings = {"load": times["load"], "features": times["mel"], "encode": times["encode"], "decode": decode}
    return timings, " ".join(output.split())


def contenders(recording, threads):
    count = str(threads)
    speech = os.environ.get("SPEECH", str(ROOT / ".build" / "release" / "speech"))
    for model in os.environ.get("SPEECH_MODEL", "whisper-tiny.en").split(":"):
        yield Contender(
            f"Triptych {Path(model).name}",
            [speech, "transcribe", recording, "--model", model, "--threads", count, "--no-timestamps",
             "--no-vad", "--beam-size", "1", "--temperature", "0", "--format", "json", "--quiet"],
            read_triptych)
    if program := os.environ.get("WHISPER_CPP"):
        models = os.environ.get("WHISPER_CPP_MODEL", "")
        if not models:
            sys.exit("WHISPER_CPP is set, WHISPER_CPP_MODEL is not: name a ggml file of the same weights.")
        for model in models.split(":"):
            yield Contender(
                f"whisper.cpp {Path(model).stem}",
                [program, "-m", model, "-f", recording, "-t", count, "-bs", "1", "-bo", "1", "-nf", "-nt", "-l", "en"],
                read_whisper_cpp)
    if folder := os.environ.get("FASTER_WHISPER"):
        for kind in os.environ.get("FASTER_WHISPER_TYPES", "float32:int8").split(":"):
            yield Contender(
                f"faster-whisper {kind}",
                [sys.executable, __file__, recording, "--peer", folder, kind, "--threads", count],
                read_triptych)


def faster_whisper(recording, folder, kind, threads):
    """One transcription in this process; prints what `speech --format json` does, as far as it is needed."""
    import wave

    import ctranslate2
    import numpy
    from faster_whisper import WhisperModel
    from faster_whisper.tokenizer import Tokenizer

    begin = time.perf_counter()
    model = WhisperModel(folder, device="cpu", compute_type=kind, cpu_threads=threads)
    loaded = time.perf_counter()
    with wave.open(recording) as file:
        if (file.getframerate(), file.getnchannels(), file.getsampwidth()) != (16000, 1, 2):
            sys.exit(f"{recording}: expected 16 kHz, one channel, 16 bit.")
        samples = numpy.frombuffer(file.readframes(file.getnframes()), "<i2").astype(numpy.float32) / 32768
    read = time.perf_counter()
    features = model.feature_extractor(samples)[:, :3000]
    features = numpy.pad(features, ((0, 0), (0, 3000 - features.shape[1])))
    analysed = time.perf_counter()
    encoded = model.encode(features)
    ready = time.perf_counter()
    tokenizer = Tokenizer(model.hf_tokenizer, model.model.is_multilingual, task="transcribe", language="en")
    prompt = model.get_prompt(tokenizer, [], without_timestamps=True)
    result = model.model.generate(encoded, [prompt], beam_size=1, max_length=448, suppress_blank=True)[0]
    text = tokenizer.decode(result.sequences_ids[0])
    decoded = time.perf_counter()
    timings = {
        "load": loaded - begin, "features": analysed - read, "encode": ready - analysed, "decode": decoded - ready}
    print(json.dumps({"text": text, "timings": timings, "version": ctranslate2.__version__}))


def run(contender, environment):
    """One process: its wall time, its own timings, the largest resident memory in MiB, its text."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as log:
        begin = time.perf_counter()
        process = subprocess.Popen(contender.command, stdout=output, stderr=log, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        log.seek(0)
        written, logged = output.read().decode(), log.read().decode(errors="replace")
    if process.returncode != 0:
        sys.exit(f"{' '.join(contender.command)}\nended with status {process.returncode}:\n{logged}")
    timings, text = contender.read(written, logged)
    figures = {"wall": wall, "processor": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss / 1024, "load": timings["load"]}
    figures |= {part: timings[part] for part in PARTS}
    figures["work"] = sum(timings[part] for part in PARTS)
    return figures, " ".join(text.split())


def shown(column, values):
    scale = 1 if column == "memory" else 1000
    return f"{statistics.median(values) * scale:.0f} ({min(values) * scale:.0f})"


def print_table(names, results, texts):
    print("| program | " + " | ".join(COLUMNS) + " | wall ratio | work ratio |")
    print("|---" * (len(COLUMNS) + 3) + "|")
    base = results[names[0]]
    for name in names:
        figures = results[name]
        ratios = [
            f"{statistics.median(figures[column]) / statistics.median(base[column]):.2f}" for column in ("wall", "work")]
        cells = [shown(column, figures[column]) for column in COLUMNS]
        print("| " + " | ".join([name, *cells, *ratios]) + " |")
    print("\nMedian (smallest); milliseconds, memory in MiB. Ratios of medians to the first line: above 1 is slower.")
    for name in names:
        for text in sorted(texts[name]):
            print(f"{name}: {text}")


def processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


def commit():
    described = subprocess.run(
        ["git", "-C", str(ROOT), "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return described.stdout.strip() or "unknown"


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("recording")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--csv", type=Path, help="also write every single figure")
    parser.add_argument("--peer", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        faster_whisper(arguments.recording, *arguments.peer, arguments.threads)
        return

    environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads)}
    programs = list(contenders(arguments.recording, arguments.threads))
    names = [program.name for program in programs]
    results = {name: {column: [] for column in COLUMNS} for name in names}
    texts = {name: set() for name in names}
    rows = []
    for number in range(-1, arguments.rounds):  # round -1 fills the page cache and is not counted
        for program in programs:
            figures, text = run(program, environment)
            texts[program.name].add(text)
            if number >= 0:
                rows.append({"round": number, "program": program.name, **figures})
                for column in COLUMNS:
                    results[program.name][column].append(figures[column])
    print(f"{Path(arguments.recording).name}, {arguments.threads} thread(s), {arguments.rounds} rounds, alternating; "
          f"{processor()}, commit {commit()}, load average {os.getloadavg()[0]:.1f}\n")
    print_table(names, results, texts)
    if arguments.csv:
        with arguments.csv.open("w", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=["round", "program", *COLUMNS])
            writer.writeheader()
            writer.writerows(rows)


if __name__ == "__main__":
    main()
