#!/usr/bin/env python3
"""Times `text generate` beside `transformers` on the same model and prompt, in one run, and prints tokens per second.

    generation_benchmark.py MODEL_FOLDER [--prompt-tokens 128] [--tokens 128] [--threads 1,2] [--rounds 5]
    generation_benchmark.py --make PRESET FOLDER     a random Llama of the sizes of `text train --preset PRESET`

Both decode greedily from files in the page cache and measure the prompt and the writing themselves, without loading; a
round runs them in turn. The better half of the rounds is averaged. Needs torch and transformers (Tests/Reference).

    TEXT   the `text` program   (default: .build/release/text)
"""

import argparse
import json
import os
import statistics
import subprocess
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PRESETS = {  # width, feed-forward, layers, heads, key heads, vocabulary, context
    "1m": (128, 352, 4, 4, 2, 2048, 256), "5m": (256, 704, 6, 8, 4, 4096, 512),
    "15m": (384, 1024, 8, 6, 3, 6144, 512), "50m": (640, 1728, 10, 10, 5, 8192, 1024),
}


def make(preset, folder, context):
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, decoders
    from transformers import LlamaConfig, LlamaForCausalLM

    width, inner, layers, heads, keys, vocabulary, positions = PRESETS[preset]
    torch.manual_seed(0)
    config = LlamaConfig(
        hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=keys, vocab_size=vocabulary, max_position_embeddings=context or positions,
        tie_word_embeddings=True, rms_norm_eps=1e-5, bos_token_id=0, eos_token_id=0)
    LlamaForCausalLM(config).save_pretrained(folder)
    # Every token is a byte or an added one, so that any id has a text.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocab = {"<|endoftext|>": 0, **{character: index + 1 for index, character in enumerate(alphabet)}}
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.save(str(Path(folder) / "tokenizer.json"))


def triptych(folder, prompt, tokens, threads):
    program = os.environ.get("TEXT", str(ROOT / ".build" / "release" / "text"))
    run = subprocess.run(
        [program, "generate", prompt, "--model", folder, "--temperature", "0", "--max-tokens", str(tokens),
         "--threads", str(threads), "--format", "json", "--logit-bias", "0=-inf"],
        capture_output=True, text=True, check=True)
    result = json.loads(run.stdout)
    return (result["prompt_tokens"] / result["timings"]["prompt"],
            len(result["tokens"]) / result["timings"]["generation"], result["tokens"])


class Transformers:
    def __init__(self, folder):
        import torch
        from tokenizers import Tokenizer
        from transformers import AutoModelForCausalLM

        self.torch = torch
        self.tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self.model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()

    def __call__(self, prompt, tokens, threads):
        torch = self.torch
        torch.set_num_threads(threads)
        ids = torch.tensor([self.tokenizer.encode(prompt).ids])
        written = []
        with torch.inference_mode():
            start = time.perf_counter()
            output = self.model(ids, use_cache=True, logits_to_keep=1)
            middle = time.perf_counter()
            for _ in range(tokens):
                logits = output.logits[0, -1]
                logits[0] = -float("inf")
                written.append(logits.argmax().item())
                if len(written) == tokens:
                    break
                output = self.model(
                    torch.tensor([written[-1:]]), past_key_values=output.past_key_values, use_cache=True)
        end = time.perf_counter()
        return ids.shape[1] / (middle - start), tokens / (end - middle), written


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder")
    parser.add_argument("--make", metavar="PRESET", choices=PRESETS)
    parser.add_argument("--context", type=int)
    parser.add_argument("--prompt-tokens", type=int, default=128)
    parser.add_argument("--tokens", type=int, default=128)
    parser.add_argument("--threads", default="1,2")
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.make:
        return make(arguments.make, arguments.folder, arguments.context)
    reference = Transformers(arguments.folder)
    text = "In the beginning there was a long way to go, and nobody knew where it would end. " * 100
    ids = reference.tokenizer.encode(text, add_special_tokens=False).ids[:arguments.prompt_tokens - 1]
    prompt = reference.tokenizer.decode(ids)
    print("threads  program        prompt tokens/s  written tokens/s")
    for threads in map(int, arguments.threads.split(",")):
        rounds = {"Triptych": [], "transformers": []}
        for _ in range(arguments.rounds):
            first = triptych(arguments.folder, prompt, arguments.tokens, threads)
            second = reference(prompt, arguments.tokens, threads)
            rounds["Triptych"].append(first)
            rounds["transformers"].append(second)
        if first[2] != second[2]:
            same = next(i for i, pair in enumerate(zip(first[2], second[2])) if pair[0] != pair[1])
            print(f"the two write other tokens from number {same} on")
        for name, results in rounds.items():
            best = [statistics.mean(sorted((r[part] for r in results), reverse=True)[:(len(results) + 1) // 2])
                    for part in (0, 1)]
            print(f"{threads:7}  {name:12} {best[0]:16.0f} {best[1]:17.0f}")


if __name__ == "__main__":
    main()
