"""Fits the logistic function of `StatisticalDetector` and prints its weights; writes no fixture.

    python statistical_detector_fit.py TRAIN_FOLDER TEST_FOLDER

The folders hold recordings of speech at 16 kHz or a multiple, such as LibriSpeech's. Minutes of sound are put together
from them and from what is no speech: silence, noise, tones, chords, melodies, hum, clicks. A frame of a recording counts
as speech if it is at most 22 dB below the loud ones; quieter ones count for nothing. The features are those of
FrameAnalysis.swift and SpeechFeatures.swift, here with numpy. With seeds 1 and 2, and every eleventh recording of LibriSpeech's
train-clean-5 without those of the test, the shipped weights came out (rounded to one decimal).
"""

import sys
from pathlib import Path

import numpy
import soundfile
import torch

RATE, FRAME, WINDOW, LOOKAHEAD, FLOOR_LENGTH = 16_000, 512, 1024, 8, 47
HANN = 0.5 - 0.5 * numpy.cos(2 * numpy.pi * numpy.arange(WINDOW) / WINDOW)
EDGES = numpy.floor(numpy.array([150, 300, 500, 750, 1050, 1450, 2000, 2800, 4000]) * WINDOW / RATE + 0.5).astype(int)
WINDOW_CORRELATION = numpy.fft.irfft(numpy.abs(numpy.fft.rfft(HANN)) ** 2)
NAMES = ["periodicity", "variability", "periodicity · variability", "unevenness", "unevenness²", "constant"]


def level(power):
    return 10 * numpy.log10(power + 1e-9)


def observations(samples):
    count = -(-len(samples) // FRAME)
    padded = numpy.pad(samples, (256, count * FRAME - len(samples) + 256))
    frames = numpy.stack([padded[i * FRAME : i * FRAME + WINDOW] for i in range(count)]) * HANN
    powers = numpy.abs(numpy.fft.rfft(frames, axis=1)) ** 2 / (HANN**2).sum()
    bands = numpy.stack([powers[:, a:b].mean(1) for a, b in zip(EDGES[:-1], EDGES[1:])], 1)
    smoothed = bands.copy()
    for i in range(1, count):
        smoothed[i] = 0.6 * smoothed[i - 1] + 0.4 * bands[i]
    low = powers.copy()
    low[:, :4] = low[:, 128:] = 0
    correlation = numpy.fft.irfft(low, axis=1)
    correlation = correlation / (correlation[:, :1] + 1e-12) / (WINDOW_CORRELATION / WINDOW_CORRELATION[0])
    heard = powers[:, EDGES[0] : EDGES[-1]]
    return level(bands), level(smoothed), correlation[:, 40:200].max(1), level(heard).mean(1) - level(heard.mean(1))


def features(samples):
    """Per frame: elevation, periodicity, variability, flatness."""
    levels, smoothed, periodicity, flatness = observations(samples)
    count = len(levels)
    rows = []
    for i in range(count):
        end = min(count, i + LOOKAHEAD + 1)
        floor = smoothed[max(0, i + 1 - FLOOR_LENGTH) : end].min(0)
        near = slice(max(0, i - 2), min(count, i + 3))
        around = levels[max(0, i - LOOKAHEAD) : end]
        changes = numpy.abs(around[2:] - around[:-2]) if len(around) > 2 else numpy.zeros((1, 8))
        rows.append([
            numpy.clip(levels[near] - floor - 3, 0, 30).mean(), periodicity[near].mean(),
            numpy.median(changes, axis=0).mean(), flatness[near].mean()])
    return numpy.array(rows)


def design(rows):
    periodicity = numpy.clip(rows[:, 1], 0, 1)
    variability = numpy.minimum(rows[:, 2], 6) / 6
    unevenness = numpy.clip(-rows[:, 3], 0, 30) / 10
    return numpy.stack([periodicity, variability, periodicity * variability, unevenness, unevenness**2,
                        numpy.ones(len(rows))], 1)


def noise(random, count, exponent):
    spectrum = numpy.fft.rfft(random.standard_normal(count))
    values = numpy.fft.irfft(spectrum / numpy.arange(1, len(spectrum) + 1) ** exponent, count)
    return values / values.std()


def tones(random, count):
    kind = random.integers(4)
    time = numpy.arange(count) / RATE
    if kind == 0:
        return sum(random.uniform(0.2, 1) * numpy.sin(2 * numpy.pi * random.uniform(80, 2500) * time)
                   for _ in range(random.integers(1, 5)))
    if kind == 1:
        base = random.choice([50, 60, 100, 120])
        return sum(random.uniform(0.1, 1) * numpy.sin(2 * numpy.pi * k * base * time) / k for k in range(1, 8))
    values, position = numpy.zeros(count), 0
    while position < count:
        length = min(int(random.uniform(0.15, 1.2) * RATE), count - position)
        time = numpy.arange(length) / RATE
        fade = numpy.minimum(1, time / 0.01) * numpy.exp(-time * random.uniform(0, 5))
        base = random.uniform(100, 900)
        for ratio in (1, 1.26, 1.5)[: 1 if kind == 2 else 3]:
            for k in range(1, random.integers(2, 7)):
                values[position : position + length] += fade * numpy.sin(2 * numpy.pi * k * ratio * base * time) / k
        position += length
    return values


def other_sound(random, count):
    kind = random.integers(6)
    if kind == 0:
        return numpy.zeros(count)
    if kind <= 3:
        return noise(random, count, [0, 0.5, 1][kind - 1]) * 10 ** (-random.uniform(25, 60) / 20)
    if kind == 4:
        values = tones(random, count)
        return values / (numpy.abs(values).max() + 1e-9) * 10 ** (-random.uniform(6, 40) / 20)
    values = random.standard_normal(count) * 10 ** (-random.uniform(50, 80) / 20)
    for _ in range(random.integers(1, 6)):
        start, length = random.integers(0, count - 400), random.integers(5, 400)
        values[start : start + length] += (
            random.standard_normal(length) * random.uniform(0.02, 0.5) * numpy.exp(-numpy.arange(length) / 50))
    return values


def recording(random, files, seconds=60):
    parts, labels = [], []
    while sum(map(len, parts)) < seconds * RATE:
        if random.random() < 0.5:
            samples, rate = soundfile.read(files[random.integers(len(files))])
            samples = samples[:: rate // RATE]
            samples = samples[: len(samples) // FRAME * FRAME] * 10 ** (-random.uniform(0, 20) / 20)
            energy = 10 * numpy.log10((samples.reshape(-1, FRAME) ** 2).mean(1) + 1e-12)
            labels.append(numpy.where(energy > numpy.percentile(energy, 95) - 22, 1, 0.5))
        else:
            samples = other_sound(random, int(random.uniform(1, 6) * 31.25) * FRAME)
            fade = numpy.linspace(0, 1, 160)
            samples[:160] *= fade
            samples[-160:] *= fade[::-1]
            labels.append(numpy.zeros(len(samples) // FRAME))
        parts.append(samples)
    samples = numpy.concatenate(parts)
    if random.random() < 0.6:
        samples = samples + noise(random, len(samples), random.choice([0, 0.5])) * 10 ** (-random.uniform(40, 75) / 20)
    return samples, numpy.concatenate(labels)


def collect(seed, files, count):
    random = numpy.random.default_rng(seed)
    rows, labels = zip(*[(features(samples), label) for samples, label in
                         (recording(random, files) for _ in range(count))])
    rows, labels = numpy.concatenate(rows), numpy.concatenate(labels)
    return rows[labels != 0.5], labels[labels != 0.5]


def fit(inputs, labels):
    x, y = torch.tensor(inputs), torch.tensor(labels)
    weights = torch.zeros(x.shape[1], dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.LBFGS([weights], max_iter=500, line_search_fn="strong_wolfe")
    balance = torch.where(y > 0, 0.5 / y.mean(), 0.5 / (1 - y.mean()))

    def loss():
        optimizer.zero_grad()
        value = torch.nn.functional.binary_cross_entropy_with_logits(x @ weights, y, weight=balance)
        value = value + 1e-4 * (weights[:-1] ** 2).sum()
        value.backward()
        return value

    optimizer.step(loss)
    return weights.detach().numpy()


def main():
    train, test = (sorted(p for p in Path(folder).rglob("*") if p.suffix in (".wav", ".flac", ".opus"))
                   for folder in sys.argv[1:3])
    known = {path.stem for path in test}
    rows, labels = collect(1, [path for path in train if path.stem not in known][::11], 40)
    weights = fit(design(rows), labels)
    for name, weight in zip(NAMES, weights):
        print(f"{name}: {weight:.3f}")
    for title, (rows, labels) in {"train": (rows, labels), "test": collect(2, test, 12)}.items():
        found = (design(rows) @ weights > 0) & (rows[:, 0] >= 0.125)
        print(f"{title}: of speech {found[labels == 1].mean():.4f}, of other sound {found[labels == 0].mean():.4f}")


if __name__ == "__main__":
    main()
