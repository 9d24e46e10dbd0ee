#!/usr/bin/env python3
"""Times whole transcriptions of a longer recording beside faster-whisper, in one run, and prints the ratios.

    long_form_benchmark.py RECORDING.wav FOLDER [--threads 2] [--rounds 3] [--beams 1 5] [--types float32 int8]

FOLDER is a CTranslate2 Whisper model, which `speech` and faster-whisper both read. Each round starts every program once, in
turn, as a fresh process. All write timestamps, read each window in the light of the one before, and take up higher
temperatures where a result is doubtful; none listens for silences. `batched` is faster-whisper's pipeline of eight windows
at once, cut by its own voice-activity detector; `vad` is Triptych with its own. Loading is not counted.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def peer(recording, folder, kind, beam, threads, batched):
    from faster_whisper import BatchedInferencePipeline, WhisperModel

    model = WhisperModel(folder, device="cpu", compute_type=kind, cpu_threads=threads)
    begin = time.perf_counter()
    if batched:
        segments, _ = BatchedInferencePipeline(model).transcribe(
            recording, language="en", beam_size=beam, batch_size=8, without_timestamps=False)
    else:
        segments, _ = model.transcribe(recording, language="en", beam_size=beam)
    text = "".join(segment.text for segment in segments)
    print(json.dumps({"text": text, "timings": {"total": time.perf_counter() - begin}}))


def commands(arguments):
    speech = os.environ.get("SPEECH", str(ROOT / ".build" / "release" / "speech"))
    count = str(arguments.threads)
    for beam in map(str, arguments.beams):
        ours = [speech, "transcribe", arguments.recording, "--model", arguments.folder, "--threads", count, "--beam-size",
                beam, "--format", "json", "--quiet"]
        yield f"Triptych, beam {beam}", ours + ["--no-vad"]
        yield f"Triptych, beam {beam}, vad", ours
        for kind in arguments.types:
            for batched in (False, True):
                yield f"faster-whisper {kind}, beam {beam}{', batched' * batched}", [
                    sys.executable, __file__, arguments.recording, arguments.folder, "--threads", count, "--peer", kind, beam,
                    str(int(batched))]


def main():
    parser = argparse.ArgumentParser(formatter_class=argparse.RawDescriptionHelpFormatter, description=__doc__)
    parser.add_argument("recording")
    parser.add_argument("folder")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--types", nargs="+", default=["float32", "int8"])
    parser.add_argument("--peer", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        kind, beam, batched = arguments.peer
        peer(arguments.recording, arguments.folder, kind, int(beam), arguments.threads, batched == "1")
        return
    environment = {**os.environ, "OMP_NUM_THREADS": str(arguments.threads)}
    contenders = dict(commands(arguments))
    times, memory, words = {}, {}, {}
    for _ in range(arguments.rounds):
        for name, command in contenders.items():
            with tempfile.TemporaryFile() as output:
                process = subprocess.Popen(command, stdout=output, stderr=subprocess.DEVNULL, env=environment)
                _, status, usage = os.wait4(process.pid, 0)
                if os.waitstatus_to_exitcode(status) != 0:
                    sys.exit(f"{' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}")
                output.seek(0)
                document = json.loads(output.read())
            times.setdefault(name, []).append(document["timings"]["total"])
            memory[name] = usage.ru_maxrss / 1024
            words[name] = len(document["text"].split())
    base = {beam: statistics.median(times[f"Triptych, beam {beam}"]) for beam in arguments.beams}
    print("| program | seconds, median (smallest) | ratio | memory, MiB | words |\n|---|--:|--:|--:|--:|")
    for name, values in times.items():
        ratio = statistics.median(values) / base[int(name.split("beam ")[1].split(",")[0])]
        print(f"| {name} | {statistics.median(values):.1f} ({min(values):.1f}) | {ratio:.2f} | {memory[name]:.0f} | {words[name]} |")
    print(f"\n{arguments.threads} thread(s), {arguments.rounds} rounds; ratio to Triptych with the same beam, above 1 is slower.")


if __name__ == "__main__":
    main()
