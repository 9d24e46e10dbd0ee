#!/usr/bin/env python3
"""Whether llama.cpp opens what `text export` writes, and writes the same texts with it.

    python gguf_export_check.py TEXT MODEL [--prompt TEXT]... [--count N]
    python gguf_export_check.py TEXT --architectures

TEXT is the program `text`, MODEL what it exports: a folder, a run or a GGUF file. Each of the five types is exported to a
temporary folder, opened with llama.cpp (`llama_cpp`), and asked to go on with the prompts greedily; so is the program. The
ids of the prompts and of what follows are compared. llama.cpp rounds activations to the type of the matrix (to 8 bits for
blocks); where texts part, it is shown by how much llama.cpp prefers its own token to the program's. Exit status 1 where
prompts differ, or texts in float32, or texts in the other floating-point types by more than 0.1. Last, the folder that
`text export` makes of the float32 file is read with `transformers`: the same again.

With `--architectures`, small random models of every architecture and rotation are made with `transformers`, exported in float32, and
llama.cpp's logits (with keys and values of 32 bits) compared with those of `transformers`: the largest difference over the largest logit, at most 1e-3.
"""

import argparse
import json
import os
import shutil
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


def random_models():
    import transformers as t
    llama = dict(hidden_size=64, intermediate_size=96, num_hidden_layers=2, num_attention_heads=4,
                 num_key_value_heads=2, head_dim=16, vocab_size=704, max_position_embeddings=64, rms_norm_eps=1e-5,
                 bos_token_id=700, eos_token_id=700, pad_token_id=None, initializer_range=0.15)
    gemma = llama | dict(head_dim=32, num_hidden_layers=7)
    yield "llama", t.LlamaConfig(**llama, attention_bias=True, mlp_bias=True)
    for name, rotation in {
        "linear": dict(rope_type="linear", rope_theta=10000.0, factor=4.0),
        "llama3": dict(rope_type="llama3", rope_theta=500000.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                       original_max_position_embeddings=8192),
        "yarn": dict(rope_type="yarn", rope_theta=10000.0, factor=4.0, original_max_position_embeddings=16),
    }.items():
        yield f"llama, {name}", t.LlamaConfig(**llama, rope_parameters=rotation, tie_word_embeddings=True)
    yield "mistral", t.MistralConfig(**llama, sliding_window=None)
    yield "qwen2", t.Qwen2Config(**{key: value for key, value in llama.items() if key != "head_dim"})
    yield "qwen3", t.Qwen3Config(**llama)
    yield "gemma", t.GemmaConfig(**gemma)
    yield "gemma2", t.Gemma2Config(**gemma, query_pre_attn_scalar=32, sliding_window=8, attn_logit_softcapping=20.0,
                                   final_logit_softcapping=10.0)
    yield "gemma3", t.Gemma3TextConfig(**gemma, query_pre_attn_scalar=32, sliding_window=8)
    yield "gpt2", t.GPT2Config(n_embd=64, n_layer=2, n_head=4, vocab_size=704, n_positions=64, bos_token_id=700,
                               eos_token_id=700, initializer_range=0.15)


def check_architectures(program, folder):
    import torch
    from transformers import AutoModelForCausalLM
    tokens, failed = list(range(3, 43)), False
    tokenizer = os.path.join(os.path.dirname(__file__), "..", "Fixtures", "tokenizers", "tokenizer.json")
    for name, config in random_models():
        torch.manual_seed(20261125)
        config._attn_implementation = "eager"
        model = AutoModelForCausalLM.from_config(config).eval()
        with torch.no_grad():
            for key, parameter in model.named_parameters():
                if "norm" in key or ".ln_" in key or key.endswith("bias"):
                    parameter.add_(0.3 * torch.randn(parameter.shape))
            expected = model(torch.tensor([tokens])).logits[0].numpy()
        source = os.path.join(folder, name)
        model.save_pretrained(source)
        shutil.copy(tokenizer, os.path.join(source, "tokenizer.json"))
        run(program, "export", source, "--output", source + ".gguf", "--quiet")
        llama = Llama(source + ".gguf", n_ctx=256, type_k=0, type_v=0, logits_all=True, verbose=False)
        llama.eval(tokens)
        difference = np.abs(llama.scores[:len(tokens)] - expected).max() / np.abs(expected).max()
        print(f"{name:14} logits differ by {difference:.1e}", flush=True)
        failed |= not difference < 1e-3
    return failed


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("model", nargs="?")
    parser.add_argument("--architectures", action="store_true")
    parser.add_argument("--prompt", action="append")
    parser.add_argument("--count", type=int, default=32)
    options = parser.parse_args()
    if options.architectures:
        with tempfile.TemporaryDirectory() as folder:
            return int(check_architectures(options.program, folder))
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
            llama = Llama(path, n_ctx=256, type_k=0, type_v=0, logits_all=True, verbose=False)
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
