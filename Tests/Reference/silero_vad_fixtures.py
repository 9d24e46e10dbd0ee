"""Probabilities of speech by Silero VAD's network: `Tests/Fixtures/silero-vad/expected.json`.

The Python package silero-vad holds the network as TorchScript, and `silero_vad_16k.safetensors` with the weights of another
training of it, which no released TorchScript has. So the network is written out here in PyTorch; with the weights of the
TorchScript it must give what the TorchScript gives, and with those of the file it makes the fixture.

Recordings are heard in chunks of 512 samples, the last one filled with zeros. `synthetic` is made here and by the test:
noise of a linear congruential generator, in steps of loudness.

    python silero_vad_fixtures.py [JFK_WAV]
"""

import json
import sys
from importlib import resources
from pathlib import Path

import numpy
import soundfile
import torch
from safetensors.torch import load_file
from silero_vad import load_silero_vad
from torch.nn import functional

ROOT = Path(__file__).resolve().parents[2]
FRAME, CONTEXT = 512, 64

# Names in the TorchScript and in the file.
NAMES = {"stft.forward_basis_buffer": "stft_conv.weight"}
for part in ("weight", "bias"):
    NAMES |= {f"encoder.{i}.reparam_conv.{part}": f"conv{i + 1}.{part}" for i in range(4)}
    NAMES |= {f"decoder.rnn.{part}_{gate}": f"lstm_cell.{part}_{gate}" for gate in ("ih", "hh")}
    NAMES[f"decoder.decoder.2.{part}"] = f"final_conv.{part}"


def chunks(samples):
    padded = numpy.pad(samples, (0, -len(samples) % FRAME))
    return [padded[start : start + FRAME] for start in range(0, len(padded), FRAME)]


@torch.no_grad()
def probabilities(weights, samples):
    cell = torch.nn.LSTMCell(128, 128)
    cell.load_state_dict({name.split(".")[1]: value for name, value in weights.items() if "lstm_cell" in name})
    before, state, result = numpy.zeros(CONTEXT, numpy.float32), None, []
    for chunk in chunks(samples):
        x = torch.from_numpy(numpy.concatenate([before, chunk]))[None]
        before = chunk[-CONTEXT:]
        x = functional.conv1d(
            functional.pad(x, (0, 64), "reflect")[:, None], weights["stft_conv.weight"], stride=128)
        x = (x[:, :129] ** 2 + x[:, 129:] ** 2).sqrt()
        for index, stride in enumerate((1, 2, 2, 1), start=1):
            x = functional.conv1d(
                x, weights[f"conv{index}.weight"], weights[f"conv{index}.bias"], stride=stride, padding=1).relu()
        state = cell(x[:, :, 0], state)
        x = functional.conv1d(state[0].relu()[:, :, None], weights["final_conv.weight"], weights["final_conv.bias"])
        result.append(float(x.sigmoid()))
    return numpy.array(result)


@torch.no_grad()
def probabilities_of_the_script(model, samples):
    model.reset_states()
    return numpy.array([float(model(torch.from_numpy(chunk), 16_000)) for chunk in chunks(samples)])


def synthetic():
    state, samples = 1, []
    for index in range(32_100):
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        loudness = [1, 0.1, 0.01, 0.001, 0.0001][index // 8000]
        samples.append((state / 2**31 - 1) * loudness)
    return numpy.array(samples, dtype=numpy.float32)


def main():
    script = load_silero_vad()
    scripted = script.state_dict()
    same_network = {name: scripted[f"_model.{other}"] for other, name in NAMES.items()}
    with resources.as_file(resources.files("silero_vad.data") / "silero_vad_16k.safetensors") as path:
        weights = load_file(path)
    sounds = {"synthetic": synthetic()}
    files = sorted((ROOT / "Assets/Samples").glob("librispeech-*.flac"))
    files += [Path(argument) for argument in sys.argv[1:]]
    for path in files:
        sounds[path.name], rate = soundfile.read(path, dtype="float32")
        assert rate == 16_000 and sounds[path.name].ndim == 1
    recordings = {}
    for name, samples in sounds.items():
        difference = probabilities(same_network, samples) - probabilities_of_the_script(script, samples)
        assert numpy.abs(difference).max() < 1e-5, name
        recordings[name] = [round(value, 6) for value in probabilities(weights, samples).tolist()]
    target = ROOT / "Tests/Fixtures/silero-vad/expected.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"  {json.dumps(name)}: {json.dumps(values)}" for name, values in recordings.items()]
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
