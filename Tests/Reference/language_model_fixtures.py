#!/usr/bin/env python3
"""Tiny random language models of every architecture with what `transformers` makes of them (float32).

    python language_model_fixtures.py
    python language_model_fixtures.py --check

Writes Tests/Fixtures/language-models/: for each model a folder with `config.json` as published models have it,
`model.safetensors`, and `expected.safetensors` with tokens, logits, greedy ids, the loss and every gradient. `written.json`
beside them is what the project writes as `config.json` of the same model; its tests hold it to these files, and --check
sees that `transformers` makes the same model of them. (Llama's own fixtures are made by `llama_fixtures.py`.)
"""

import json
import shutil
import sys
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from transformers import AutoConfig, AutoModelForCausalLM

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "language-models"
SEED = 20261126
BATCH, TIME, PROMPT, WRITTEN, MARGIN = 2, 24, 9, 12, 0.01

LLAMA = {
    "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 3, "num_attention_heads": 4,
    "num_key_value_heads": 2, "vocab_size": 64, "max_position_embeddings": 64, "rms_norm_eps": 1e-6,
    "bos_token_id": 1, "eos_token_id": 2, "initializer_range": 0.02, "rope_theta": 10000.0, "torch_dtype": "float32",
}
QWEN = {**LLAMA, "hidden_act": "silu", "rope_theta": 1000000.0, "max_window_layers": 1}
GEMMA = {**LLAMA, "attention_bias": False, "pad_token_id": 0, "bos_token_id": 2, "eos_token_id": [1, 7]}
GEMMA_2 = {**GEMMA, "hidden_activation": "gelu_pytorch_tanh", "query_pre_attn_scalar": 12}
GPT_2 = {
    "architectures": ["GPT2LMHeadModel"], "model_type": "gpt2", "vocab_size": 64, "n_positions": 40, "n_ctx": 40,
    "n_embd": 16, "n_layer": 2, "n_head": 4, "n_inner": None, "activation_function": "gelu_new",
    "layer_norm_epsilon": 1e-5, "initializer_range": 0.02, "bos_token_id": 63, "eos_token_id": 63,
    "scale_attn_weights": True, "resid_pdrop": 0.1, "embd_pdrop": 0.1, "attn_pdrop": 0.1,
}

MODELS = {
    "mistral": {**LLAMA, "architectures": ["MistralForCausalLM"], "model_type": "mistral", "hidden_act": "silu",
                "sliding_window": 7, "tie_word_embeddings": False},
    "mistral-whole": {**LLAMA, "architectures": ["MistralForCausalLM"], "model_type": "mistral", "hidden_act": "silu",
                      "sliding_window": None, "head_dim": 6, "num_hidden_layers": 1},
    "qwen2": {**QWEN, "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "sliding_window": 9,
              "use_sliding_window": False, "tie_word_embeddings": True},
    "qwen2-window": {**QWEN, "architectures": ["Qwen2ForCausalLM"], "model_type": "qwen2", "sliding_window": 9,
                     "use_sliding_window": True, "tie_word_embeddings": False, "num_key_value_heads": 1},
    "qwen3": {**QWEN, "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "head_dim": 8,
              "attention_bias": False, "sliding_window": None, "use_sliding_window": False,
              "tie_word_embeddings": True},
    "qwen3-biased": {**QWEN, "architectures": ["Qwen3ForCausalLM"], "model_type": "qwen3", "head_dim": 4,
                     "attention_bias": True, "num_hidden_layers": 1, "tie_word_embeddings": False,
                     "rope_scaling": {"rope_type": "yarn", "factor": 2.0, "original_max_position_embeddings": 32}},
    "gemma": {**GEMMA, "architectures": ["GemmaForCausalLM"], "model_type": "gemma", "hidden_act": "gelu",
              "head_dim": 8, "num_key_value_heads": 1, "num_hidden_layers": 2},
    "gemma2": {**GEMMA_2, "architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2",
               "hidden_act": "gelu_pytorch_tanh", "head_dim": 8, "sliding_window": 6, "attn_logit_softcapping": 2.0,
               "final_logit_softcapping": 3.0},
    # Both caps at their standard values, because the file does not say.
    "gemma2-standard": {**GEMMA_2, "architectures": ["Gemma2ForCausalLM"], "model_type": "gemma2", "head_dim": 4,
                        "num_hidden_layers": 1, "tie_word_embeddings": False},
    "gemma3": {**GEMMA_2, "architectures": ["Gemma3ForCausalLM"], "model_type": "gemma3_text", "head_dim": 8,
               "sliding_window": 5, "sliding_window_pattern": 2, "rope_local_base_freq": 100.0,
               "rope_theta": 1000000.0, "rope_scaling": {"rope_type": "linear", "factor": 8.0}},
    "gpt2": GPT_2,
    "gpt2-bare": {**GPT_2, "n_inner": 24, "activation_function": "gelu",
                  "scale_attn_by_inverse_layer_idx": True, "tie_word_embeddings": False},
}


def randomised(model, name, generator):
    """Norms and biases begin as ones and zeros, with which a mistake would not show."""
    with torch.no_grad():
        for key, parameter in model.named_parameters():
            values = torch.randn(parameter.shape, generator=generator)
            if "norm" in key and name.startswith("gemma"):
                parameter.copy_(0.3 * values)
            elif ("norm" in key or "ln_" in key) and key.endswith("weight"):
                parameter.copy_(1 + 0.3 * values)
            elif name.startswith("gemma") and "embed" in key:
                # Multiplied by the root of the width.
                parameter.copy_(0.1 * values)
            else:
                parameter.copy_(0.3 * values)
    return model


def greedy(model, prompt):
    """The ids that follow, each found by a whole pass; nothing where a choice is not clear."""
    ids = prompt.tolist()
    for _ in range(WRITTEN):
        with torch.no_grad():
            best = model(torch.tensor([ids]), use_cache=False).logits[0, -1].topk(2)
        if best.values[0] - best.values[1] < MARGIN:
            return None
        ids.append(best.indices[0].item())
    return ids[len(prompt):]


def stored(model, name, configuration):
    tied = configuration.get("tie_word_embeddings", name.startswith("gemma") or name == "gpt2")
    weights = {key: value.contiguous().clone() for key, value in model.state_dict().items()
               if not (tied and key == "lm_head.weight")}
    if name == "gpt2-bare":
        # As in the oldest folders: no prefix, and the masks of attention.
        weights = {key.removeprefix("transformer."): value for key, value in weights.items()}
        for layer in range(configuration["n_layer"]):
            size = configuration["n_positions"]
            weights[f"h.{layer}.attn.bias"] = torch.ones(1, 1, size, size).tril()[..., :4, :4].contiguous()
            weights[f"h.{layer}.attn.masked_bias"] = torch.tensor(-1e4)
    return weights


def make(name, number, configuration):
    folder = OUTPUT / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(configuration, indent=1) + "\n")
    for seed in range(SEED + 1000 * number, SEED + 1000 * number + 1000):
        generator = torch.Generator().manual_seed(seed)
        with tempfile.TemporaryDirectory() as temporary:
            shutil.copy(folder / "config.json", temporary)
            config = AutoConfig.from_pretrained(temporary)
        model = AutoModelForCausalLM.from_config(config, attn_implementation="eager").float()
        model = randomised(model, name, generator).eval()
        # Gemma's token 0 is padding, whose vector PyTorch does not train.
        tokens = torch.randint(1, config.vocab_size, (BATCH, TIME + 1), generator=generator)
        written = greedy(model, tokens[0, :PROMPT])
        if written and len(set(written)) > 3:
            break
    else:
        raise SystemExit(f"{name}: no seed gives clear choices")
    logits = model(tokens[:, :-1], use_cache=False).logits
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten())
    loss.backward()
    expected = {"tokens": tokens.to(torch.int32), "logits": logits.detach(), "loss": loss.detach(),
                "greedy": torch.tensor(written, dtype=torch.int32)}
    expected |= {f"gradient.{key}": value.grad for key, value in model.named_parameters()}
    save_file(stored(model, name, configuration), folder / "model.safetensors", metadata={"format": "pt"})
    save_file({key: value.contiguous().clone() for key, value in expected.items()}, folder / "expected.safetensors")
    print(f"{name}: seed {seed}, loss {loss.item():.4f}, {written}")


def check(name):
    folder = OUTPUT / name
    expected = load_file(folder / "expected.safetensors")
    with tempfile.TemporaryDirectory() as temporary:
        shutil.copy(folder / "written.json", Path(temporary) / "config.json")
        shutil.copy(folder / "model.safetensors", temporary)
        model = AutoModelForCausalLM.from_pretrained(temporary, attn_implementation="eager", dtype=torch.float32).eval()
    with torch.no_grad():
        logits = model(expected["tokens"][:, :-1].long(), use_cache=False).logits
    difference = ((logits - expected["logits"]).abs().max() / expected["logits"].abs().max()).item()
    print(f"{name}: {type(model).__name__}, difference of logits {difference:.1e}")
    return difference < 1e-6


if __name__ == "__main__":
    if "--check" in sys.argv[1:]:
        sys.exit(0 if all([check(name) for name in MODELS]) else 1)
    for number, (name, configuration) in enumerate(MODELS.items()):
        make(name, number, configuration)
