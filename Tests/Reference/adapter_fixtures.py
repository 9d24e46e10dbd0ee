#!/usr/bin/env python3
"""Low-rank adapters as PEFT writes them, on the small models of `llama_fixtures.py` and `language_model_fixtures.py`,
and what the two make of it.

    python adapter_fixtures.py

Writes Tests/Fixtures/adapters/: for each a folder with `adapter_config.json` and `adapter_model.safetensors`, and
`expected.safetensors` with tokens, their logits, and the greedy continuation of the first row. The factors are random, B
too: a fresh adapter would change nothing.
"""

import json
import shutil
from pathlib import Path

import torch
from peft import LoraConfig, get_peft_model
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM

FIXTURES = Path(__file__).parent.parent / "Fixtures"
OUTPUT = FIXTURES / "adapters"
SEED = 20261125

ADAPTERS = {
    "queries": ("llama/grouped", dict(r=2, lora_alpha=8, target_modules=["q_proj", "v_proj"], lora_dropout=0.1)),
    "patterned": ("llama/biased", dict(r=4, lora_alpha=6, target_modules="all-linear", use_rslora=True,
                                 rank_pattern={"down_proj": 1}, alpha_pattern={"o_proj": 3})),
    # Without targets: what PEFT takes for GPT-2.
    "gpt2": ("language-models/gpt2", dict(r=2, lora_alpha=8)),
    "gpt2-linear": ("language-models/gpt2", dict(r=3, target_modules="all-linear", fan_in_fan_out=True)),
}


def main():
    shutil.rmtree(OUTPUT, ignore_errors=True)
    for name, (base, options) in ADAPTERS.items():
        generator = torch.Generator().manual_seed(SEED)
        model = AutoModelForCausalLM.from_pretrained(FIXTURES / base, dtype=torch.float32)
        model = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", bias="none", **options)).eval()
        with torch.no_grad():
            for path, parameter in model.named_parameters():
                if "lora_" in path:
                    parameter.copy_(0.3 * torch.randn(parameter.shape, generator=generator))
        folder = OUTPUT / name
        model.save_pretrained(folder)
        for extra in ["README.md"]:
            (folder / extra).unlink(missing_ok=True)
        path = folder / "adapter_config.json"
        config = json.loads(path.read_text())
        config["base_model_name_or_path"] = Path(base).name
        if isinstance(config["target_modules"], list):
            config["target_modules"].sort()
        path.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n")
        tokens = torch.randint(4, 64, (2, 12), generator=generator)
        with torch.no_grad():
            logits = model(tokens).logits
            text = tokens[:1]
            for _ in range(8):
                text = torch.cat([text, model(text).logits[:, -1:].argmax(-1)], dim=1)
        expected = {"tokens": tokens.to(torch.int32), "logits": logits.contiguous(),
                    "greedy": text[0, tokens.shape[1]:].to(torch.int32)}
        save_file(expected, folder / "expected.safetensors")


if __name__ == "__main__":
    main()
