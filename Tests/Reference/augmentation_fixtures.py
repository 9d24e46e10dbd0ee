"""Makes Tests/Fixtures/images/operations.json: a small picture, coloured, turned, sheared and blurred by Pillow and by
torchvision (on Pillow's pictures), in colour and in grey. Bytes are base64 in JSON.
"""

import base64
import json
import pathlib

import numpy as np
from PIL import Image, ImageEnhance, ImageOps
from torchvision.transforms import functional
from torchvision.transforms.autoaugment import RandAugment, _apply_op
from torchvision.transforms.functional import InterpolationMode

FILE = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "images" / "operations.json"
WIDTH, HEIGHT = 19, 13
MODES = dict(nearest=InterpolationMode.NEAREST, bilinear=InterpolationMode.BILINEAR)
random = np.random.default_rng(20261125)
cases = []


def text_of(data):
    return base64.b64encode(bytes(data)).decode()


def picture():
    """Smooth shades, noise, a rectangle of one colour, and the corners of the colour cube."""
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    planes = [127 + 110 * np.sin(x / 5 + y / 11), 255 * x / (WIDTH - 1), 127 + 120 * np.cos(y / 4) * np.sin(x / 9)]
    pixels = np.stack(planes, axis=-1) + random.normal(0, 8, (HEIGHT, WIDTH, 3))
    pixels[5:8, 5:11] = (250, 20, 40)
    pixels[10] = random.integers(0, 256, (WIDTH, 3))
    pixels[11, :8] = [[255 * (corner >> bit & 1) for bit in range(3)] for corner in range(8)]
    return np.clip(pixels, 0, 255).astype(np.uint8)


def add(operation, image, result, **parameters):
    assert result.size == image.size and result.mode == image.mode
    cases.append(dict(
        operation=operation, parameters=parameters, channels=len(image.getbands()), bytes=text_of(result.tobytes())))


source = Image.fromarray(picture())
dull = Image.fromarray((np.asarray(source) // 3 + 40).astype(np.uint8))
for image, dim in ((source, dull), (source.convert("L"), dull.convert("L"))):
    for factor in (0, 0.3, 0.85, 1, 1.4, 1.9):
        add("brightness", image, ImageEnhance.Brightness(image).enhance(factor), factor=factor)
        add("contrast", image, ImageEnhance.Contrast(image).enhance(factor), factor=factor)
        add("saturation", image, ImageEnhance.Color(image).enhance(factor), factor=factor)
        add("sharpness", image, ImageEnhance.Sharpness(image).enhance(factor), factor=factor)
    for turn in (-0.5, -0.4, -0.1, 0, 0.07, 0.25, 0.5):
        add("hue", image, functional.adjust_hue(image, turn), turn=turn)
    for bits in (1, 4, 7, 8):
        add("posterize", image, ImageOps.posterize(image, bits), bits=bits)
    for threshold in (0, 100, 255, 256):
        add("solarize", image, ImageOps.solarize(image, threshold), threshold=threshold)
    add("invert", image, ImageOps.invert(image))
    add("dull", image, dim)
    for name, change in (("autoContrast", ImageOps.autocontrast), ("equalize", ImageOps.equalize)):
        add(name, image, change(image))
        add(name + "OfDull", image, change(dim))
    for deviation in (0.3, 1, 2.3):
        size = 2 * int(np.ceil(3 * deviation)) + 1
        add("blur", image, functional.gaussian_blur(image, [size, size], [deviation] * 2), deviation=deviation)
    fill = (10, 200, 90) if image.mode == "RGB" else (77,)
    for name, mode in MODES.items():
        for rotation, scale, shear, translation in (
            (0, 1, (0, 0), (3, -5)), (33, 1, (0, 0), (0, 0)), (-118, 0.7, (12, 0), (1, 2)), (7, 2.3, (0, -21), (-4, 0)),
            (0, 0.413, (31, 14), (0, 0)),
        ):
            result = functional.affine(
                image, rotation, list(translation), scale, list(shear), mode, fill if len(fill) > 1 else fill[0])
            add("affine", image, result, sampling=name, rotation=rotation, scale=scale, shear=shear,
                translation=translation, fill=fill)
        for magnitude in (9, 22):
            changes = RandAugment()._augmentation_space(31, (HEIGHT, WIDTH))
            for change, (strengths, signed) in changes.items():
                strength = float(strengths[magnitude]) if strengths.ndim else 0.0
                for sign in (1, -1) if signed else (1,):
                    result = _apply_op(image, change, sign * strength, mode, list(fill))
                    if image.mode == "L" and magnitude == 9:
                        continue
                    if name == "nearest" and change not in ("ShearX", "ShearY", "TranslateX", "TranslateY", "Rotate"):
                        continue
                    add("randAugment", image, result, sampling=name, magnitude=magnitude, change=change, sign=sign,
                        fill=fill)
grey = source.convert("L")
cases.append(dict(operation="grey", parameters={}, channels=3, bytes=text_of(Image.merge("RGB", [grey] * 3).tobytes())))
content = dict(
    width=WIDTH, height=HEIGHT, rgb=text_of(source.tobytes()), grey=text_of(grey.tobytes()), cases=cases)
FILE.write_text(json.dumps(content, indent=0, sort_keys=True) + "\n")
print(len(cases), "cases,", FILE.stat().st_size, "bytes")
