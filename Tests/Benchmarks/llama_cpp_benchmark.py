#!/usr/bin/env python3
"""Times `text generate` beside llama.cpp on the same weights and prompt, in one run, and prints tokens per second.

    llama_cpp_benchmark.py MODEL.gguf… [--prompt-tokens 128] [--tokens 64] [--threads 2] [--rounds 5]

Both read the file given and decode greedily; each measures the prompt and the writing itself, without loading. A round
runs them in turn; medians. Needs `pip install llama-cpp-python==0.3.36` (built from source for this processor).

    TEXT   the `text` program   (default: .build/release/text)
"""

import argparse
import ctypes
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class LlamaCpp:
    def __init__(self, path, threads, context):
        import llama_cpp

        self.api = api = llama_cpp
        self.silence = api.llama_log_callback(lambda level, text, data: None)
        api.llama_log_set(self.silence, ctypes.c_void_p(0))
        api.llama_backend_init()
        self.model = api.llama_model_load_from_file(path.encode(), api.llama_model_default_params())
        self.vocabulary = api.llama_model_get_vocab(self.model)
        settings = api.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = context, context, 512
        settings.n_threads = settings.n_threads_batch = threads
        self.context = api.llama_init_from_model(self.model, settings)
        self.sampler = api.llama_sampler_init_greedy()

    def encode(self, text):
        data = text.encode()
        ids = (self.api.llama_token * (len(data) + 8))()
        count = self.api.llama_tokenize(self.vocabulary, data, len(data), ids, len(ids), True, False)
        return list(ids[:count])

    def decode(self, ids):
        array = (self.api.llama_token * len(ids))(*ids)
        if self.api.llama_decode(self.context, self.api.llama_batch_get_one(array, len(ids))) != 0:
            raise SystemExit("llama.cpp could not decode")

    def __call__(self, ids, count):
        self.api.llama_memory_clear(self.api.llama_get_memory(self.context), True)
        start = time.perf_counter()
        self.decode(ids)
        token = self.api.llama_sampler_sample(self.sampler, self.context, -1)
        middle = time.perf_counter()
        written = [token]
        while len(written) < count:
            self.decode([token])
            token = self.api.llama_sampler_sample(self.sampler, self.context, -1)
            written.append(token)
        return len(ids) / (middle - start), (count - 1) / (time.perf_counter() - middle), written


def triptych(path, prompt, count, threads):
    program = os.environ.get("TEXT", str(ROOT / ".build" / "release" / "text"))
    run = subprocess.run(
        [program, "generate", prompt, "--model", path, "--temperature", "0", "--max-tokens", str(count), "--threads",
         str(threads), "--format", "json"], capture_output=True, text=True, check=True)
    result = json.loads(run.stdout)
    written = result["tokens"]
    return (result["prompt_tokens"] / result["timings"]["prompt"],
            len(written) / result["timings"]["generation"], written, result["prompt_tokens"])


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", nargs="+")
    parser.add_argument("--prompt-tokens", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=64)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    text = "In the beginning there was a long way to go, and nobody knew where it would end. " * 100
    print(f"{options.threads} threads, medians of {options.rounds} rounds, tokens/s; ratio = Triptych / llama.cpp")
    print(f"{'model':36} {'prompt':>8} {'l.cpp':>8} {'ratio':>6} {'written':>8} {'l.cpp':>8} {'ratio':>6}")
    for path in options.models:
        peer = LlamaCpp(path, options.threads, options.prompt_tokens + options.tokens + 8)
        words = text.split(" ")
        while len(peer.encode(" ".join(words))) > options.prompt_tokens:
            words.pop()
        prompt = " ".join(words)
        ids = peer.encode(prompt)
        rounds = []
        for _ in range(options.rounds):
            rounds.append((triptych(path, prompt, options.tokens, options.threads), peer(ids, options.tokens)))
        ours, theirs = rounds[-1]
        if ours[3] != len(ids):
            print(f"prompt: {ours[3]} tokens here, {len(ids)} there")
        same = next((i for i, (a, b) in enumerate(zip(ours[2], theirs[2])) if a != b), None)
        if same is not None:
            print(f"{Path(path).name}: other tokens from number {same} on")
        prompt_ours, prompt_theirs, ours, theirs = (
            statistics.median(r[side][part] for r in rounds) for part in (0, 1) for side in (0, 1))
        print(f"{Path(path).name:36} {prompt_ours:8.0f} {prompt_theirs:8.0f} {prompt_ours / prompt_theirs:6.2f} "
              f"{ours:8.1f} {theirs:8.1f} {ours / theirs:6.2f}")


if __name__ == "__main__":
    main()
