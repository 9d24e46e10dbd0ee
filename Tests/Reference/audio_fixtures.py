"""Log-mel spectrograms by transformers' WhisperFeatureExtractor, for the tests of Audio.

Writes Tests/Fixtures/audio/logmel-{80,128}-{synthetic,sample}.f32: little-endian float32, row after row, the frames that
FRAMES names out of the 3000 of one window, each with 80 or 128 bands. The signal "synthetic" is made by the same
formula in the test; "sample" is Assets/Samples/librispeech-3664-178355-0019.flac.
"""

import math
import pathlib

import numpy as np
import soundfile
from transformers import WhisperFeatureExtractor

ROOT = pathlib.Path(__file__).resolve().parents[2]
FRAMES = list(range(0, 6)) + list(range(10, 480, 13)) + [1500, 2998, 2999]


def synthetic() -> np.ndarray:
    """Three seconds: a rising tone, a steady one and noise from a linear congruential generator."""
    state, values = 1, []
    for index in range(48_000):
        time = index / 16_000
        state = (state * 1_664_525 + 1_013_904_223) % 2**32
        noise = state / 2**32 - 0.5
        tone = 0.4 * math.sin(2 * math.pi * (100 + 1_000 * time) * time) + 0.1 * math.sin(2 * math.pi * 5_000 * time)
        values.append(tone + 0.02 * noise)
    return np.array(values, dtype=np.float32)


def main() -> None:
    sample, rate = soundfile.read(ROOT / "Assets/Samples/librispeech-3664-178355-0019.flac", dtype="float32")
    for bands in (80, 128):
        extractor = WhisperFeatureExtractor(feature_size=bands)
        for name, signal in (("synthetic", synthetic()), ("sample", sample)):
            features = extractor(signal, sampling_rate=16_000, return_tensors="np").input_features[0]
            rows = np.ascontiguousarray(features.T[FRAMES], dtype="<f4")
            rows.tofile(ROOT / f"Tests/Fixtures/audio/logmel-{bands}-{name}.f32")


if __name__ == "__main__":
    main()
