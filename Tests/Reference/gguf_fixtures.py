#!/usr/bin/env python3
"""GGUF files by the Python package `gguf`, what its `dequantize` and `quantize` make of them, and what `transformers` and
llama.cpp (`llama_cpp`) make of two tiny models.

    python gguf_fixtures.py

Writes Tests/Fixtures/gguf/:
    blocks.gguf           a tensor of every type with random bytes and odd scales; metadata of every type
    blocks.safetensors    what the tensors are in float32, and how `source` is quantized
    tiny.gguf             a random Llama with grouped queries in mixed types and a byte-level BPE tokenizer
    tiny.json             tokens, logits, greedy ids and texts of it, by `transformers` and `tokenizers`
    sentencepiece.gguf    a random Llama of Mistral's name with untied output and a SentencePiece vocabulary
    sentencepiece.json    ids of texts, by llama.cpp
    NAME.gguf             small models of Fixtures/language-models (`language_model_fixtures.py`) the way llama.cpp's
                          converter writes them, matrices of whole blocks in Q8_0
    architectures.safetensors   their logits, by `transformers`
and Tests/Fuzz/Seeds/FuzzGGUF/:
    bytes.gguf, characters.gguf   a few tokens of each kind, and a tensor of every type
With `--seeds` it writes the last ones alone; with `--check FILE` it prints what the Python reader finds in a file of ours.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType as Type
from gguf import GGUFValueType as Value
from safetensors.numpy import save_file
from tokenizers import Tokenizer
from transformers import AutoConfig, AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

FIXTURES = Path(__file__).parent.parent / "Fixtures"
OUTPUT = FIXTURES / "gguf"
SEED = 20261125
BLOCKS = [Type.Q4_0, Type.Q4_1, Type.Q5_0, Type.Q5_1, Type.Q8_0, Type.Q4_K, Type.Q5_K, Type.Q6_K]
# Where the binary16 scales of a block are.
SCALES = {Type.Q4_0: [0], Type.Q4_1: [0, 2], Type.Q5_0: [0], Type.Q5_1: [0, 2], Type.Q8_0: [0], Type.Q4_K: [0, 2],
          Type.Q5_K: [0, 2], Type.Q6_K: [208]}
ODD = np.array([0, -0.0, 6e-8, -3e-5, 6.1e-5, 1, -1, 65504, -65504, np.inf, -np.inf, np.nan], dtype=np.float16)


def random_blocks(generator, kind, rows, columns, scale=None):
    """Rows of random bytes; the scales are odd ones and random bits, or around `scale`."""
    weights, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = generator.integers(0, 256, (rows * columns // weights, size), dtype=np.uint8)
    for offset in SCALES[kind]:
        if scale is None:
            chosen = np.resize(ODD, len(blocks)).view(np.uint16)
            random = generator.integers(0, 1 << 16, len(blocks), dtype=np.uint16)
            halves = np.where(generator.random(len(blocks)) < 0.3, chosen, random)
        else:
            halves = (scale * generator.uniform(0.5, 1.5, len(blocks))).astype(np.float16).view(np.uint16)
        blocks[:, offset:offset + 2] = halves.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(rows, -1)


def write_blocks(generator):
    writer = gguf.GGUFWriter(OUTPUT / "blocks.gguf", "blocks")
    numbers = {Value.UINT8: 200, Value.INT8: -100, Value.UINT16: 60000, Value.INT16: -30000, Value.UINT32: 4000000000,
               Value.INT32: -2000000000, Value.UINT64: 2**64 - 1, Value.INT64: -2**63, Value.FLOAT32: 0.1,
               Value.FLOAT64: 0.1, Value.BOOL: True, Value.STRING: "Grüße\n€"}
    for kind, value in numbers.items():
        writer.add_key_value(f"value.{kind.name.lower()}", value, kind)
        writer.add_key_value(f"array.{kind.name.lower()}", [value, value], Value.ARRAY, sub_type=kind)
    writer.add_key_value("array.nested", [[1, 2], [3, 4, 5]], Value.ARRAY, sub_type=Value.ARRAY)
    expected = {}
    for kind in BLOCKS:
        data = random_blocks(generator, kind, 3, 512)
        with np.errstate(all="ignore"):
            expected[kind.name] = gguf.dequantize(data, kind).reshape(3, 512)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
    floats = generator.standard_normal((3, 5)).astype(np.float32)
    for kind in [Type.F32, Type.F16, Type.BF16]:
        data = gguf.quantize(floats, kind)
        expected[kind.name] = gguf.dequantize(data, kind).reshape(3, 5)
        writer.add_tensor(kind.name, data, raw_dtype=None if kind == Type.F32 else kind)
    writer.add_tensor("cube", gguf.quantize(generator.standard_normal((2, 3, 64)).astype(np.float32), Type.Q8_0),
                      raw_dtype=Type.Q8_0)
    # Ties, zeros, the same magnitude with both signs, and huge and tiny values for the quantization.
    source = (generator.standard_normal((6, 64)) * 10.0 ** generator.integers(-6, 5, (6, 1))).astype(np.float32)
    source[0, :32] = 0
    source[1, :32] = np.arange(-16, 16) / 2
    source[2, 5], source[2, 9] = -7.5, 7.5
    source[3] = np.round(source[3] / np.abs(source[3]).max() * 254) / 2
    writer.add_tensor("source", source)
    expected["source"] = source
    for kind in [Type.Q8_0, Type.Q4_0]:
        expected["source." + kind.name] = gguf.quantize(source, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file({name: np.ascontiguousarray(value) for name, value in expected.items()}, OUTPUT / "blocks.safetensors")


def interleaved(weight, heads):
    """Rows of queries and keys as llama.cpp wants them: the halves of each head's pairs side by side."""
    rows = weight.shape[0]
    return weight.reshape(heads, 2, rows // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def common(writer, config):
    writer.add_block_count(config.num_hidden_layers)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    rotation = config.rope_parameters
    writer.add_rope_freq_base(rotation.get("full_attention", rotation)["rope_theta"])
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_vocab_size(config.vocab_size)


NAMES = {"attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm", "attn_q": "self_attn.q_proj",
         "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj", "attn_output": "self_attn.o_proj",
         "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj"}


def add_weights(writer, model, kinds, generator):
    """Writes the model's weights, quantized, and puts into the model what was written."""
    config, state = model.config, model.state_dict()
    pairs = [("token_embd.weight", "model.embed_tokens.weight", 0), ("output_norm.weight", "model.norm.weight", 0)]
    if not config.tie_word_embeddings:
        pairs.append(("output.weight", "lm_head.weight", 0))
    for layer in range(config.num_hidden_layers):
        for ours, theirs in NAMES.items():
            pairs.append((f"blk.{layer}.{ours}.weight", f"model.layers.{layer}.{theirs}.weight", layer))
    for ours, theirs, layer in pairs:
        weight = state[theirs].numpy()
        kind = Type.F32 if weight.ndim == 1 else kinds(ours, layer)
        heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}.get(
            ours.split(".")[-2] if ours.startswith("blk") else "", None)
        stored = interleaved(weight, heads) if heads else weight
        if kind in (Type.Q4_K, Type.Q5_K, Type.Q6_K):
            data = random_blocks(generator, kind, *weight.shape, scale=3e-4 if kind != Type.Q6_K else 4e-5)
        else:
            data = gguf.quantize(stored, kind)
        back = gguf.dequantize(data, kind).reshape(weight.shape)
        if heads:
            rows = weight.shape[0]
            back = back.reshape(heads, rows // heads // 2, 2, -1).swapaxes(1, 2).reshape(weight.shape)
        state[theirs].copy_(torch.from_numpy(np.array(back)))
        writer.add_tensor(ours, data, raw_dtype=None if kind == Type.F32 else kind)


def random_model(seed, **sizes):
    torch.manual_seed(seed)
    config = LlamaConfig(hidden_act="silu", attention_bias=False, mlp_bias=False, initializer_range=0.15, **sizes)
    model = LlamaForCausalLM(config).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            if "norm" in name:
                parameter.copy_(1 + 0.3 * torch.randn(parameter.shape))
    return model


def write_model(path, model, kinds, generator, vocabulary, architecture="llama"):
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name(path.stem)
    common(writer, model.config)
    vocabulary(writer)
    with torch.no_grad():
        add_weights(writer, model, kinds, generator)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_tiny():
    tokenizer = Tokenizer.from_file(str(FIXTURES / "tokenizers" / "tokenizer.json"))
    data = json.loads(tokenizer.to_str())
    tokens = sorted(tokenizer.get_vocab(with_added_tokens=True).items(), key=lambda pair: pair[1])
    end = tokenizer.token_to_id("<|endoftext|>")

    def vocabulary(writer):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("gpt-2")
        writer.add_token_list([token for token, _ in tokens])
        writer.add_token_types([3 if id == end else 1 for _, id in tokens])
        writer.add_token_merges([" ".join(pair) for pair in data["model"]["merges"]])
        writer.add_bos_token_id(end)
        writer.add_eos_token_id(end)
        writer.add_add_bos_token(True)
        writer.add_chat_template("{% for message in messages %}{{ message['content'] }}{% endfor %}")

    def kinds(name, layer):
        if name == "token_embd.weight":
            return Type.Q8_0
        part = name.split(".")[2]
        return {"attn_q": [Type.Q4_1, Type.Q5_0], "attn_k": [Type.Q5_1, Type.Q4_0], "attn_v": [Type.F16, Type.BF16],
                "attn_output": [Type.Q8_0, Type.Q4_1], "ffn_gate": [Type.Q4_0, Type.F32], "ffn_up": [Type.Q5_0, Type.Q5_1],
                "ffn_down": [Type.Q4_K, Type.Q6_K]}[part][layer]

    texts = ["the", "There was once", "A small text."]
    for seed in range(SEED, SEED + 100):
        model = random_model(
            seed, hidden_size=64, intermediate_size=256, num_hidden_layers=2, num_attention_heads=4,
            num_key_value_heads=2, head_dim=16, vocab_size=len(tokens), max_position_embeddings=64, rms_norm_eps=1e-5,
            rope_theta=500.0, tie_word_embeddings=True, bos_token_id=end, eos_token_id=end)
        write_model(OUTPUT / "tiny.gguf", model, kinds, np.random.default_rng(seed), vocabulary)
        greedy, margin = [], np.inf
        with torch.no_grad():
            for text in texts:
                ids = [end] + tokenizer.encode(text).ids
                start = len(ids)
                for _ in range(12):
                    best = model(torch.tensor([ids])).logits[0, -1].topk(2)
                    margin = min(margin, float(best.values[0] - best.values[1]))
                    ids.append(int(best.indices[0]))
                greedy.append({"text": text, "ids": ids[start:]})
        if margin > 0.02 and not any(end in entry["ids"] for entry in greedy):
            break
    with torch.no_grad():
        logits = model(torch.tensor([list(range(3, 27))])).logits[0]
    save_file({"logits": logits.numpy()}, OUTPUT / "tiny.safetensors")
    result = {"greedy": greedy, "end": end}
    (OUTPUT / "tiny.json").write_text(json.dumps(result, ensure_ascii=True, indent=1) + "\n")


def write_sentencepiece():
    data = json.loads((FIXTURES / "tokenizers" / "sentencepiece.json").read_text())
    tokens = [token for token, _ in sorted(data["model"]["vocab"].items(), key=lambda pair: pair[1])]
    rank = {left + right: -float(index) for index, (left, right) in reversed(list(enumerate(data["model"]["merges"])))}

    def vocabulary(writer):
        writer.add_tokenizer_model("llama")
        writer.add_token_list(tokens)
        writer.add_token_scores([rank.get(token, -1e9) for token in tokens])
        writer.add_token_types(
            [2 if id == 0 else 3 if id < 3 else 6 if id < 259 else 1 for id in range(len(tokens))])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_bos_token(True)
        writer.add_add_eos_token(False)

    model = random_model(
        SEED, hidden_size=32, intermediate_size=32, num_hidden_layers=1, num_attention_heads=2, num_key_value_heads=1,
        head_dim=16, vocab_size=len(tokens), max_position_embeddings=64, rms_norm_eps=1e-6, rope_theta=10000.0,
        tie_word_embeddings=False, bos_token_id=1, eos_token_id=2)
    path = OUTPUT / "sentencepiece.gguf"
    write_model(path, model, lambda name, layer: Type.Q4_0, np.random.default_rng(SEED), vocabulary)
    from llama_cpp import Llama
    llama = Llama(str(path), vocab_only=True, verbose=False)
    expected = json.loads((FIXTURES / "tokenizers" / "sentencepiece_ids.json").read_text())
    texts = [text for text in expected["texts"] if "\0" not in text]
    ids = [llama.tokenize(text.encode(), add_bos=False, special=True) for text in texts]
    (OUTPUT / "sentencepiece.json").write_text(
        json.dumps({"texts": texts, "ids": ids}, ensure_ascii=True, separators=(",", ":")) + "\n")


OUTER = {"token_embd": "model.embed_tokens", "output_norm": "model.norm", "output": "lm_head"}
GEMMA = {"ffn_norm": "pre_feedforward_layernorm", "post_attention_norm": "post_attention_layernorm",
         "post_ffw_norm": "post_feedforward_layernorm"}
GPT2_OUTER = {"token_embd": "transformer.wte", "position_embd": "transformer.wpe", "output_norm": "transformer.ln_f"}
GPT2 = {"attn_norm": "ln_1", "attn_qkv": "attn.c_attn", "attn_output": "attn.c_proj", "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj"}


def write_architecture(name):
    folder = FIXTURES / "language-models" / name
    described = json.loads((folder / "config.json").read_text())
    # What the format has no words for is as in the published models.
    for key in ("sliding_window_pattern", "rope_local_base_freq", "rope_scaling"):
        described.pop(key, None)
    config = AutoConfig.for_model(**described)
    config._attn_implementation = "eager"
    kind = config.model_type.removesuffix("_text")
    if kind in ("gemma2", "gemma3"):
        config.query_pre_attn_scalar = config.head_dim
    model = AutoModelForCausalLM.from_pretrained(folder, config=config, dtype=torch.float32).eval()
    state = model.state_dict()
    writer = gguf.GGUFWriter(OUTPUT / f"{name}.gguf", kind)
    outer, inner, prefix = OUTER, NAMES, "model.layers."
    if kind == "gpt2":
        outer, inner, prefix = GPT2_OUTER, GPT2, "transformer.h."
        writer.add_block_count(config.n_layer)
        writer.add_context_length(config.n_positions)
        writer.add_embedding_length(config.n_embd)
        writer.add_feed_forward_length(4 * config.n_embd)
        writer.add_head_count(config.n_head)
        writer.add_layer_norm_eps(config.layer_norm_epsilon)
    else:
        if not getattr(config, "head_dim", None):
            config.head_dim = config.hidden_size // config.num_attention_heads
        common(writer, config)
        if kind in ("gemma2", "gemma3"):
            inner = NAMES | GEMMA
            writer.add_sliding_window(config.sliding_window)
        if kind == "gemma2":
            writer.add_attn_logit_softcapping(config.attn_logit_softcapping)
            writer.add_final_logit_softcapping(config.final_logit_softcapping)
        if kind in ("gemma3", "qwen3"):
            inner = inner | {"attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"}
    names = dict(outer)
    for layer in range(getattr(config, "num_hidden_layers")):
        names |= {f"blk.{layer}.{ours}": f"{prefix}{layer}.{theirs}" for ours, theirs in inner.items()}
    with torch.no_grad():
        for ours, theirs in names.items():
            for part in ("weight", "bias"):
                weight = state.get(f"{theirs}.{part}")
                if weight is None or theirs == "lm_head" and config.tie_word_embeddings:
                    continue
                turned = kind == "gpt2" and weight.ndim == 2 and ours.startswith("blk")
                values = (weight.T if turned else weight).contiguous().numpy()
                if kind.startswith("gemma") and ours.endswith("norm"):
                    values = values + 1
                stored = Type.Q8_0 if values.ndim == 2 and values.shape[1] % 32 == 0 else Type.F32
                data = gguf.quantize(values, stored)
                if stored == Type.Q8_0:
                    back = torch.from_numpy(gguf.dequantize(data, stored).reshape(values.shape))
                    weight.copy_(back.T if turned else back)
                writer.add_tensor(f"{ours}.{part}", data, raw_dtype=None if stored == Type.F32 else stored)
        logits = model(torch.tensor([list(range(3, 27))])).logits[0]
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return logits.contiguous().numpy()


def write_architectures():
    names = ["gemma", "gemma2", "gemma3", "gpt2", "qwen2", "qwen3"]
    save_file({name: write_architecture(name) for name in names}, OUTPUT / "architectures.safetensors")


def write_seeds():
    folder = FIXTURES.parent / "Fuzz" / "Seeds" / "FuzzGGUF"
    folder.mkdir(parents=True, exist_ok=True)
    generator = np.random.default_rng(SEED)

    def write(name, architecture, kinds, vocabulary):
        writer = gguf.GGUFWriter(folder / f"{name}.gguf", architecture)
        writer.add_block_count(1)
        writer.add_context_length(16)
        writer.add_embedding_length(256)
        writer.add_feed_forward_length(2)
        writer.add_head_count(2)
        writer.add_layer_norm_rms_eps(1e-5)
        vocabulary(writer)
        for part, kind in kinds.items():
            data = random_blocks(generator, kind, 2, 256) if kind in BLOCKS else gguf.quantize(
                np.ones((2, 8), np.float32), kind)
            writer.add_tensor(part, data, raw_dtype=None if kind == Type.F32 else kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()

    def of_bytes(writer):
        tokens = [chr(c) for c in range(0x61, 0x7B)] + ["Ġ", "Ċ", "he", "ll", "hell", "hello", "Ġt", "<s>", "!"]
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre("llama-bpe")
        writer.add_token_list(tokens)
        writer.add_token_types([3 if token == "<s>" else 1 for token in tokens])
        writer.add_token_merges(["h e", "l l", "he ll", "hell o", "Ġ t"])
        writer.add_bos_token_id(tokens.index("<s>"))
        writer.add_add_bos_token(True)
        writer.add_chat_template("{{ bos_token }}")

    def of_characters(writer):
        tokens = ["<unk>", "<s>", "</s>", "<0x0A>", "<0xE4>", "▁", "h", "e", "l", "o", "he", "ll", "▁he", "llo", "ö"]
        writer.add_tokenizer_model("llama")
        writer.add_token_list(tokens)
        writer.add_token_scores([0.0] * 5 + [-float(i) for i in range(len(tokens) - 5)])
        writer.add_token_types([2, 3, 3, 6, 6] + [1] * (len(tokens) - 5))
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)
        writer.add_unk_token_id(0)
        writer.add_add_eos_token(True)
        writer.add_add_space_prefix(False)

    write("bytes", "llama", {"token_embd.weight": Type.Q4_1, "blk.0.attn_q.weight": Type.Q5_0,
                             "blk.0.attn_k.weight": Type.Q4_K, "blk.0.ffn_down.weight": Type.F16,
                             "blk.0.ffn_up.weight": Type.Q5_K, "rope_freqs.weight": Type.F32}, of_bytes)
    write("characters", "gpt2", {"token_embd.weight": Type.Q8_0, "blk.0.attn_qkv.weight": Type.Q6_K,
                                 "blk.0.ffn_up.weight": Type.BF16, "output.weight": Type.Q5_1,
                                 "position_embd.weight": Type.Q4_0}, of_characters)


def check(path):
    reader = gguf.GGUFReader(path)
    for key, field in reader.fields.items():
        contents = field.contents()
        print(key, str(contents)[:100])
    for tensor in reader.tensors:
        values = gguf.dequantize(tensor.data, tensor.tensor_type)
        print(tensor.name, [int(n) for n in tensor.shape], tensor.tensor_type.name, float(np.abs(values).sum()))


def main():
    if sys.argv[1:2] == ["--check"]:
        return check(sys.argv[2])
    if sys.argv[1:2] == ["--seeds"]:
        return write_seeds()
    OUTPUT.mkdir(exist_ok=True)
    write_blocks(np.random.default_rng(SEED))
    write_tiny()
    write_sentencepiece()
    write_architectures()
    write_seeds()


if __name__ == "__main__":
    main()
