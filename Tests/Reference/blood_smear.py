"""Draws Assets/Samples/blood-smear.png: what a stained blood smear looks like under a microscope, from nothing but formulas.

    python blood_smear.py OUTPUT

Pale red discs with a lighter middle (red cells), a large cell with a lobed violet nucleus (a white cell), and small violet
grains (platelets), out of focus at the edges and with the noise of a camera.
"""

import sys

import numpy as np
from PIL import Image, ImageFilter

SEED = 20261125
WIDTH, HEIGHT, SCALE = 320, 240, 3


def smooth(random, deviation, size):
    """Noise of about one in height whose details are `deviation` pixels large."""
    image = Image.fromarray((random.random(size) * 255).astype(np.uint8))
    values = np.asarray(image.filter(ImageFilter.GaussianBlur(deviation)), dtype=float)
    return (values - values.mean()) / max(values.std(), 1e-6)


class Smear:
    def __init__(self):
        self.random = np.random.default_rng(SEED)
        size = (HEIGHT * SCALE, WIDTH * SCALE)
        self.y, self.x = np.mgrid[0 : size[0], 0 : size[1]] / SCALE
        light = 1 - 0.05 * np.hypot(self.x / WIDTH - 0.5, self.y / HEIGHT - 0.5)
        self.picture = np.array([207.0, 206.0, 205.0]) * light[..., None] + 1.2 * smooth(self.random, 20, size)[..., None]

    def distance(self, x, y, radius, uneven=0.05, aspect=1.0, turn=0.0):
        """From the middle of a round thing, 1 at its uneven border."""
        across, down = self.x - x, self.y - y
        along, beside = across * np.cos(turn) + down * np.sin(turn), down * np.cos(turn) - across * np.sin(turn)
        angle = np.arctan2(beside, along)
        border = radius * np.ones_like(angle)
        for wave in range(2, 6):
            border += radius * uneven * self.random.normal() / wave * np.cos(wave * angle + 6.28 * self.random.random())
        return np.hypot(along / np.sqrt(aspect), beside * np.sqrt(aspect)) / border

    def lay(self, cover, color):
        cover = np.clip(cover, 0, 1)[..., None]
        self.picture = self.picture * (1 - cover) + np.asarray(color) * cover

    def red_cell(self, x, y, radius):
        distance = self.distance(x, y, radius, aspect=1 + 0.12 * self.random.random(), turn=3.14 * self.random.random())
        tint = self.random.normal(0, 3, 3)
        self.lay(0.93 / (1 + np.exp((distance - 1) * 28)), np.array([186, 150, 150]) + tint)
        self.lay(0.35 * np.exp(-(((distance - 0.93) / 0.07) ** 2)), np.array([164, 122, 126]) + tint)
        pallor = self.random.uniform(0.15, 0.6)
        self.lay(pallor * np.exp(-((distance / 0.36) ** 2)), [206, 186, 184])

    def white_cell(self, x, y, radius):
        grain = smooth(self.random, 4, self.x.shape)
        distance = self.distance(x, y, radius, uneven=0.04)
        self.lay(0.85 / (1 + np.exp((distance - 1) * 22)), np.array([188, 172, 200]))
        self.lay((0.22 + 0.12 * grain) * (distance < 0.97), [164, 140, 190])
        nucleus = np.zeros_like(self.x)
        for turn, far, size in [(0.4, 0.42, 0.36), (1.9, 0.36, 0.34), (3.3, 0.42, 0.33), (4.6, 0.2, 0.3)]:
            lobe = self.distance(x + far * radius * np.cos(turn), y + far * radius * np.sin(turn), size * radius, 0.1)
            nucleus = np.maximum(nucleus, 1 / (1 + np.exp((lobe - 1) * 16)))
        self.lay(nucleus * 0.95, np.array([104, 82, 172]))
        self.lay(nucleus * np.clip(0.18 + 0.16 * grain, 0, 1), [78, 58, 148])

    def platelet(self, x, y, radius):
        grain = smooth(self.random, 2.5, self.x.shape)
        distance = self.distance(x, y, radius, uneven=0.14, aspect=1 + 0.3 * self.random.random())
        self.lay(0.8 / (1 + np.exp((distance - 1) * 8)), [172, 160, 198])
        self.lay(np.clip(0.5 + 0.25 * grain, 0, 1) * np.exp(-((distance / 0.6) ** 2)), [128, 108, 178])

    def finished(self):
        image = Image.fromarray(np.clip(self.picture, 0, 255).astype(np.uint8))
        image = image.filter(ImageFilter.GaussianBlur(1.1 * SCALE)).resize((WIDTH, HEIGHT), Image.Resampling.BOX)
        noise = np.stack([smooth(self.random, 0.7, (HEIGHT, WIDTH)) for _ in range(3)], axis=-1)
        return Image.fromarray(np.clip(np.asarray(image) + 1.6 * noise, 0, 255).astype(np.uint8))


smear = Smear()
for cell in [
    (38, 40, 26), (93, 26, 25), (30, 104, 27), (83, 88, 25), (262, 34, 26), (300, 92, 27), (248, 96, 25), (36, 190, 26),
    (92, 150, 27), (112, 208, 26), (236, 204, 27), (290, 178, 26), (288, 228, 25), (152, 24, 24), (2, 146, 25), (210, 152, 25),
]:
    smear.red_cell(*cell)
smear.white_cell(168, 104, 45)
for platelet in [(208, 52, 9), (150, 190, 10), (64, 226, 8)]:
    smear.platelet(*platelet)
smear.finished().save(sys.argv[1])
