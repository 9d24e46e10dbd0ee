#!/usr/bin/env python3
"""Tiny random Llama models with what `transformers` makes of them (float32).

    python llama_fixtures.py

Writes Tests/Fixtures/llama/: for each model a folder with `config.json` (in the older or the newer spelling of the rotary
part) and `model.safetensors`, and `expected.safetensors` with tokens, logits, and for some the loss and every gradient.
`training.json` holds the losses of ten steps of plain gradient descent. `tiny-text` is a whole model folder with a
tokenizer (that of `tokenizers_fixtures.py`) and weights in bfloat16; `expected.json` beside it has greedy ids and texts.
"""

import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import save_file
from tokenizers import Tokenizer
from transformers import LlamaConfig, LlamaForCausalLM

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "llama"
SEED = 20261125
BATCH, TIME = 2, 24
STEPS, RATE = 10, 0.2

COMMON = {
    "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 16, "intermediate_size": 24,
    "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 64, "max_position_embeddings": 64,
    "rms_norm_eps": 1e-5, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2, "initializer_range": 0.2,
    "attention_bias": False, "mlp_bias": False, "tie_word_embeddings": False, "torch_dtype": "float32",
}

# What differs from COMMON; `gradients` says whether those are kept.
VARIANTS = {
    "plain": {"num_key_value_heads": 4, "rope_theta": 10000.0, "rope_scaling": None, "gradients": True},
    "grouped": {"num_key_value_heads": 2, "tie_word_embeddings": True, "rope_theta": 500.0, "gradients": True},
    "biased": {"num_key_value_heads": 1, "head_dim": 6, "attention_bias": True, "mlp_bias": True,
               "eos_token_id": [2, 3], "rope_parameters": {"rope_type": "default", "rope_theta": 2000.0},
               "gradients": True},
    "linear": {"num_key_value_heads": 2, "rope_theta": 10000.0, "rope_scaling": {"type": "linear", "factor": 2.5}},
    "dynamic": {"num_key_value_heads": 2, "max_position_embeddings": 16, "rope_theta": 10000.0,
                "rope_scaling": {"rope_type": "dynamic", "factor": 2.0}},
    "llama3": {"num_key_value_heads": 2, "rope_parameters": {
        "rope_type": "llama3", "rope_theta": 50.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
        "original_max_position_embeddings": 24}},
    "yarn": {"num_key_value_heads": 2, "head_dim": 8, "rope_parameters": {
        "rope_type": "yarn", "rope_theta": 10000.0, "factor": 4.0, "original_max_position_embeddings": 16,
        "beta_fast": 4.0, "beta_slow": 0.5}},
    "yarn-scaled": {"num_key_value_heads": 4, "rope_theta": 100.0, "rope_scaling": {
        "rope_type": "yarn", "factor": 3.0, "original_max_position_embeddings": 20, "mscale": 0.7,
        "mscale_all_dim": 1.3, "truncate": False}},
}


def randomised(model, generator):
    """Norms and biases begin as ones and zeros, with which a mistake would not show."""
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.copy_(1 + 0.3 * torch.randn(parameter.shape, generator=generator))
            elif name.endswith("bias"):
                parameter.copy_(0.2 * torch.randn(parameter.shape, generator=generator))
            else:
                parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
    return model


PROMPTS = ["The tide came in", "", "It's a small boat, isn't it? " * 3, "Größere Häuser 👍🏽"]
MARGIN = 0.01


def score(model, tokenizer, text, window, stride):
    """The negative log-likelihood of a text behind its begin token, in overlapping windows, each token once."""
    ids = torch.tensor([700] + tokenizer.encode(text, add_special_tokens=False).ids)
    nats, scored, start = 0.0, 1, 0
    while scored < len(ids):
        end = min(start + window, len(ids) - 1)
        with torch.no_grad():
            logits = model(ids[None, start:end]).logits[0].double().log_softmax(-1)
        for index in range(scored, end + 1):
            nats -= logits[index - 1 - start, ids[index]].item()
        scored, start = end + 1, start + stride
    return {"text": text, "window": window, "stride": stride, "nats": nats, "tokens": len(ids) - 1}


def tiny_text():
    """A model that writes; of several seeds the first with which every greedy choice is clear."""
    folder = OUTPUT / "tiny-text"
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer = Tokenizer.from_file(str(shutil.copy(OUTPUT.parent / "tokenizers" / "tokenizer.json", folder)))
    configuration = {**COMMON, "vocab_size": 704, "num_key_value_heads": 2, "tie_word_embeddings": True,
                     "bos_token_id": 700, "eos_token_id": 700, "rope_theta": 10000.0, "torch_dtype": "bfloat16"}
    (folder / "config.json").write_text(json.dumps(configuration, indent=1) + "\n")
    config = LlamaConfig.from_pretrained(folder, attn_implementation="eager")
    for seed in range(1000):
        model = randomised(LlamaForCausalLM(config), torch.Generator().manual_seed(seed)).to(torch.bfloat16)
        weights = {key: value.clone() for key, value in model.state_dict().items() if key != "lm_head.weight"}
        model = model.float().eval()
        results = []
        for prompt in PROMPTS:
            ids = tokenizer.encode(prompt, add_special_tokens=False).ids or [config.bos_token_id]
            written = []
            while len(ids) + len(written) < config.max_position_embeddings and len(written) < 12:
                best = model(torch.tensor([ids + written])).logits[0, -1].topk(2)
                # No tokens behind the tokenizer's last, which has no text.
                if best.values[0] - best.values[1] < MARGIN or best.indices[0] > 700:
                    break
                written.append(best.indices[0].item())
            else:
                results.append({"prompt": prompt, "prompt_ids": ids, "ids": written,
                                "text": tokenizer.decode(written, skip_special_tokens=True)})
                continue
            break
        else:
            if all(700 not in result["ids"] and len(set(result["ids"])) > 2 for result in results):
                break
    else:
        raise SystemExit("no seed gives clear choices")
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    scores = [score(model, tokenizer, *case) for case in [
        ("The tide came in twice a day.", 64, 32), ("The tide came in twice a day, and twice a day it left. " * 8, 64, 32),
        ("Größere Häuser stehen am Fluss, kleinere am Hang. " * 5, 20, 5), ("In 1997 there were 365 lamps. " * 9, 9, 8)]]
    (folder / "expected.json").write_text(json.dumps(
        {"seed": seed, "context": config.max_position_embeddings, "generations": results, "scores": scores},
        indent=1) + "\n")


def main():
    tiny_text()
    for number, (name, differences) in enumerate(VARIANTS.items()):
        generator = torch.Generator().manual_seed(SEED + number)
        keeps_gradients = differences.pop("gradients", False)
        configuration = {**COMMON, **differences}
        folder = OUTPUT / name
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.json").write_text(json.dumps(configuration, indent=1) + "\n")
        config = LlamaConfig.from_pretrained(folder, attn_implementation="eager")
        model = randomised(LlamaForCausalLM(config).float(), generator).eval()
        tied = {"lm_head.weight"} if configuration["tie_word_embeddings"] else set()
        weights = {key: value.contiguous().clone() for key, value in model.state_dict().items() if key not in tied}
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})

        tokens = torch.randint(0, config.vocab_size, (BATCH, TIME + 1), generator=generator)
        # Dynamic scaling depends on the length of the whole text, so that the model is asked without a cache.
        logits = model(tokens[:, :-1], use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
        expected = {"tokens": tokens.to(torch.int32), "logits": logits.detach(), "loss": loss.detach()}
        if keeps_gradients:
            loss.backward()
            expected |= {f"gradient.{key}": value.grad for key, value in model.named_parameters()}
        save_file({key: value.contiguous().clone() for key, value in expected.items()},
                  folder / "expected.safetensors")

        if name == "grouped":
            batches = torch.randint(0, config.vocab_size, (STEPS, BATCH, TIME + 1), generator=generator)
            losses = []
            for batch in batches:
                model.zero_grad()
                logits = model(batch[:, :-1], use_cache=False).logits
                loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
                loss.backward()
                losses.append(loss.item())
                with torch.no_grad():
                    for parameter in model.parameters():
                        parameter -= RATE * parameter.grad
            (OUTPUT / "training.json").write_text(json.dumps(
                {"model": name, "rate": RATE, "batches": batches.tolist(), "losses": losses},
                separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
