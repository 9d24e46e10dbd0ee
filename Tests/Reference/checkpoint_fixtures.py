"""Makes Tests/Fixtures/checkpoints: a tiny random Whisper as transformers stores it (whole and in shards), and as
CTranslate2's own converter writes it in every quantization; with the values that the quantized files stand for.

With --check FILE it opens, with Python's safetensors, a file that the project's writer has made and prints its contents.
"""

import argparse
import json
import pathlib
import shutil
import struct

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "checkpoints"
SEED = 20261123

TOKENS = [f"t{i}" for i in range(20)] + [
    "<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|de|>", "<|translate|>", "<|transcribe|>", "<|startoflm|>",
    "<|startofprev|>", "<|nospeech|>", "<|notimestamps|>", "<|0.00|>", "<|0.02|>",
]


def tiny_whisper():
    from transformers import WhisperConfig, WhisperForConditionalGeneration

    torch.manual_seed(SEED)
    config = WhisperConfig(
        vocab_size=len(TOKENS), num_mel_bins=4, d_model=8, encoder_layers=2, decoder_layers=1, encoder_attention_heads=2,
        decoder_attention_heads=4, encoder_ffn_dim=12, decoder_ffn_dim=16, max_source_positions=6,
        max_target_positions=5, pad_token_id=20, bos_token_id=20, eos_token_id=20, decoder_start_token_id=21,
        suppress_tokens=[1, 2], begin_suppress_tokens=[3, 20])
    model = WhisperForConditionalGeneration(config)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            # The first encoder layer keeps its zeros and ones: the converter stores equal tensors once.
            if ".encoder.layers.0." not in name:
                parameter.add_(0.3 * torch.randn_like(parameter))
        model.model.encoder.layers[1].fc1.weight[2].zero_()
    return model


def convert(model, quantization, folder):
    from ctranslate2.converters import transformers as converters

    loader = converters.WhisperLoader()
    spec = loader.get_model_spec(model)
    spec.register_vocabulary(TOKENS)
    spec.config.suppress_ids = [1, 2]
    spec.config.suppress_ids_begin = [3, 20]
    spec.config.alignment_heads = [[0, 1], [0, 3]]
    spec.config.lang_ids = [22, 23]
    spec.validate()
    spec.optimize(quantization=quantization)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spec.save(str(folder))


def dequantized(path):
    """CTranslate2's variables by name, quantized ones multiplied out; format as in docs/formats/checkpoints.md."""
    data = memoryview(path.read_bytes())
    position = 0

    def take(layout):
        nonlocal position
        values = struct.unpack_from("<" + layout, data, position)
        position += struct.calcsize("<" + layout)
        return values

    def text():
        nonlocal position
        (count,) = take("H")
        position += count
        return bytes(data[position - count : position - 1]).decode()

    take("I"), text(), take("I")
    variables = {}
    for _ in range(take("I")[0]):
        name = text()
        shape = take(f"{take('B')[0]}I")
        kind, count = take("BI")
        types = [np.float32, np.int8, np.int16, np.int32, np.float16, np.uint16]
        values = np.frombuffer(data[position : position + count], types[kind]).reshape(shape)
        position += count
        variables[name] = values
    result = {}
    for name, values in variables.items():
        if name + "_scale" in variables:
            scale = variables[name + "_scale"].reshape((-1,) + (1,) * (values.ndim - 1))
            result[name] = (values.astype(np.float32) / scale).astype(np.float32)
    return result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--check")
    arguments = parser.parse_args()
    if arguments.check:
        with safe_open(arguments.check, "pt") as file:
            print(file.metadata())
            for name in file.keys():
                tensor = file.get_tensor(name)
                print(repr(name), tensor.dtype, list(tensor.shape), tensor.flatten().tolist())
        return

    model = tiny_whisper()
    for name in ("huggingface", "sharded"):
        shutil.rmtree(FOLDER / name, ignore_errors=True)
    model.save_pretrained(FOLDER / "huggingface")
    model.save_pretrained(FOLDER / "sharded", max_shard_size="8KB")
    for name in ("huggingface", "sharded"):
        (FOLDER / name / "generation_config.json").unlink(missing_ok=True)
    for quantization in ("float32", "float16", "bfloat16", "int8", "int8_float16", "int16"):
        folder = FOLDER / f"ctranslate2-{quantization}"
        convert(tiny_whisper(), quantization, folder)
        if quantization.startswith("int"):
            save_file(dequantized(folder / "model.bin"), folder / "expected.safetensors")
    # One folder with the older form of the vocabulary.
    older = FOLDER / "ctranslate2-float16"
    (older / "vocabulary.json").unlink()
    (older / "vocabulary.txt").write_text("".join(token + "\n" for token in TOKENS))


main()
