#!/usr/bin/env python3
"""Whether llama.cpp opens what `text export` writes, and writes the same texts with it.

    python gguf_export_check.py TEXT MODEL [--prompt TEXT]... [--count N]

TEXT is the program `text`, MODEL what it exports: a folder, a run or a GGUF file. Each of the five types is exported to a
temporary folder, opened with llama.cpp (`llama_cpp`), and asked to go on with the prompts greedily; so is the program. The
ids of the prompts and of what follows are compared. llama.cpp rounds activations to the type of the matrix (to 8 bits for
blocks); where texts part, it is shown by how much llama.cpp prefers its own token to the program's. Exit status 1 where
prompts differ, or texts in float32, or texts in the other floating-point types by more than 0.1. Last, the folder that
`text export` makes of the float32 file is read with `transformers`: the same again.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np
from llama_cpp import Llama

TYPES = ["float32", "float16", "bfloat16", "q8_0", "q4_0"]
PROMPTS = ["Once upon a time, there was a little girl", "The three primary colours are",
           "  Two spaces,\n\na line, 1234 Größen: 你好 🙂"]


def run(*arguments):
    return subprocess.run(arguments, check=True, capture_output=True, text=True).stdout


def ours(program, model, prompt, count):
    result = json.loads(run(program, "generate", prompt, "--model", model, "--temperature", "0", "--max-tokens",
                            str(count), "--format", "json", "--quiet"))
    return [int(id) for id in run(program, "tokenize", "encode", prompt, "--model", model).split()], result["tokens"]


def llama_cpp(llama, prompt, count):
    ids = llama.tokenize(prompt.encode(), add_bos=False, special=True)
    begins = llama.metadata.get("tokenizer.ggml.add_bos_token") == "true"
    context = ([llama.token_bos()] if begins else []) + ids
    ends = {int(llama.metadata[key]) for key in
            ("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id") if key in llama.metadata}
    llama.reset()
    llama.eval(context)
    written, scores = [], []
    while len(written) < count:
        scores.append(np.array(llama.scores[llama.n_tokens - 1]))
        best = int(np.argmax(scores[-1]))
        if best in ends:
            break
        written.append(best)
        llama.eval([best])
    return ids, written, scores


def transformers(folder, prompt, count):
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    ids = tokenizer(prompt, add_special_tokens=False)["input_ids"]
    framed = tokenizer(prompt, return_tensors="pt")["input_ids"]
    with torch.no_grad():
        written = model.generate(framed, attention_mask=torch.ones_like(framed), do_sample=False,
                                 max_new_tokens=count)[0, framed.shape[1]:]
    ends = model.generation_config.eos_token_id
    ends = ends if isinstance(ends, list) else [ends]
    return ids, [int(id) for id in written if int(id) not in ends]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--prompt", action="append")
    parser.add_argument("--count", type=int, default=32)
    options = parser.parse_args()
    prompts = options.prompt or PROMPTS
    failed = False

    def compare(kind, size, found, expected, tolerance):
        nonlocal failed
        same_prompt = sum(a[0] == b[0] for a, b in zip(found, expected))
        places, margins = [], []
        for theirs, ours in zip(found, expected):
            place = next((i for i, (x, y) in enumerate(zip(theirs[1], ours[1])) if x != y), None)
            if theirs[1] == ours[1]:
                continue
            places.append(min(len(theirs[1]), len(ours[1])) if place is None else place)
            known = place is not None and len(theirs) > 2
            margins.append(theirs[2][place].max() - theirs[2][place][ours[1][place]] if known else np.inf)
        shown = ", ".join(f"at {place} by {margin:.3f}" for place, margin in zip(places, margins))
        print(f"{kind:22}{size:>12} bytes, prompts alike {same_prompt}/{len(prompts)}, texts alike "
              f"{len(prompts) - len(places)}/{len(prompts)}{'; parted ' + shown if shown else ''}", flush=True)
        failed |= same_prompt < len(prompts) or any(margin > tolerance for margin in margins)

    with tempfile.TemporaryDirectory() as folder:
        for kind in TYPES:
            path = os.path.join(folder, f"{kind}.gguf")
            run(options.program, "export", options.model, "--type", kind, "--output", path, "--quiet")
            expected = [ours(options.program, path, prompt, options.count) for prompt in prompts]
            llama = Llama(path, n_ctx=256, logits_all=True, verbose=False)
            found = [llama_cpp(llama, prompt, options.count) for prompt in prompts]
            del llama
            compare(kind, os.path.getsize(path), found, expected,
                    np.inf if kind.startswith("q") else 0 if kind == "float32" else 0.1)
        back = os.path.join(folder, "back")
        run(options.program, "export", os.path.join(folder, "float32.gguf"), "--output", back, "--quiet")
        expected = [ours(options.program, back, prompt, options.count) for prompt in prompts]
        found = [transformers(back, prompt, options.count) for prompt in prompts]
        compare("folder, transformers", os.path.getsize(os.path.join(back, "model.safetensors")), found, expected, 0)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
