"""Makes Tests/Fixtures/images/: small PNG and JPEG files of every kind with the pixels that they hold, damaged ones, and
resized pictures, by Pillow and OpenCV.

PNG files are written here, sample by sample, and their pixels follow from the samples by the arithmetic below; Pillow
reads them too where it can, as a check of both. Files and pixels are base64 in JSON.
"""

import base64
import io
import json
import pathlib
import struct
import zlib

import cv2
import numpy as np
from PIL import Image, ImageOps

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Fixtures" / "images"
SEED = 20261125
random = np.random.default_rng(SEED)


def text_of(data):
    return base64.b64encode(bytes(data)).decode()


def save(name, content):
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / name).write_text(json.dumps(content, indent=0, sort_keys=True) + "\n")


def picture(width, height):
    """Smooth shades with a few hard edges and a little noise."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    planes = [
        127 + 110 * np.sin(x / 5 + y / 11), 255 * x / max(1, width - 1), 127 + 120 * np.cos(y / 4) * np.sin(x / 9),
    ]
    pixels = np.stack(planes, axis=-1) + random.normal(0, 6, (height, width, 3))
    pixels[height // 3 : height // 2, width // 4 : width // 2] = (250, 20, 40)
    pixels[(x.astype(int) + 2 * y.astype(int)) % 17 == 0] = (0, 0, 0)
    return np.clip(pixels, 0, 255).astype(np.uint8)


# PNG

GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6
CHANNELS = {GREY: 1, RGB: 3, PALETTE: 1, GREY_ALPHA: 2, RGBA: 4}
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def chunk(name, data, crc=None):
    crc = zlib.crc32(name + data) if crc is None else crc
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", crc)


def packed_rows(samples, depth):
    """Rows [bytes] of samples [height, width, channels]."""
    height = samples.shape[0]
    flat = samples.reshape(height, -1)
    if depth == 16:
        return [row.astype(">u2").tobytes() for row in flat]
    if depth == 8:
        return [row.astype(np.uint8).tobytes() for row in flat]
    rows = []
    for row in flat:
        bits = "".join(format(int(value), f"0{depth}b") for value in row)
        bits += "0" * (-len(bits) % 8)
        rows.append(bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)))
    return rows


def filtered(rows, unit, first_filter):
    """Every filter in turn."""
    result, before = b"", None
    for number, row in enumerate(rows):
        kind = (first_filter + number) % 5
        above = before or bytes(len(row))
        coded = bytearray()
        for i, value in enumerate(row):
            a = row[i - unit] if i >= unit else 0
            b = above[i]
            c = above[i - unit] if i >= unit else 0
            if kind == 4:
                p = a + b - c
                guess = min((abs(p - a), 0, a), (abs(p - b), 1, b), (abs(p - c), 2, c))[2]
            else:
                guess = (0, a, b, (a + b) // 2)[kind]
            coded.append((value - guess) & 255)
        result += bytes([kind]) + bytes(coded)
        before = row
    return result


def png(samples, color, depth, interlaced=False, before=(), after=(), size=None, data=None, header=None):
    height, width = samples.shape[:2]
    unit = max(1, CHANNELS[color] * depth // 8)
    if interlaced:
        raw = b""
        for number, (x, y, dx, dy) in enumerate(PASSES):
            part = samples[y::dy, x::dx]
            if part.size:
                raw += filtered(packed_rows(part, depth), unit, number)
    else:
        raw = filtered(packed_rows(samples, depth), unit, 0)
    fields = header or struct.pack(">IIBBBBB", *(size or (width, height)), depth, color, 0, 0, int(interlaced))
    packed = zlib.compress(raw) if data is None else data(raw)
    middle = len(packed) // 2
    parts = [chunk(b"IHDR", fields), *before, chunk(b"IDAT", packed[:middle]), chunk(b"IDAT", packed[middle:]), *after]
    return SIGNATURE + b"".join(parts) + chunk(b"IEND", b"")


def to_bytes(samples, depth):
    samples = samples.astype(np.int64)
    return (samples * 255 + (2**depth - 1) // 2) // (2**depth - 1)


def over_white(color, alpha):
    return ((color * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)


def png_fixtures():
    cases = {}

    def add(name, file, rgb, pillow=True):
        rgb = np.ascontiguousarray(rgb, dtype=np.uint8)
        if pillow:
            read = np.asarray(Image.open(io.BytesIO(file)).convert("RGB"))
            assert np.array_equal(read, rgb), name
        cases[name] = dict(file=text_of(file), width=rgb.shape[1], height=rgb.shape[0], rgb=text_of(rgb.tobytes()))

    def samples_of(color, depth, width=11, height=9):
        return random.integers(0, 2**depth, (height, width, CHANNELS[color]))

    for interlaced in (False, True):
        suffix = "-interlaced" if interlaced else ""
        for color, name, depths in (
            (GREY, "grey", (1, 2, 4, 8, 16)), (RGB, "rgb", (8, 16)), (GREY_ALPHA, "grey-alpha", (8, 16)),
            (RGBA, "rgba", (8, 16)),
        ):
            for depth in depths:
                samples = samples_of(color, depth)
                values = to_bytes(samples, depth)
                colors = np.broadcast_to(values[..., :1], (9, 11, 3)) if color in (GREY, GREY_ALPHA) else values[..., :3]
                alpha = values[..., -1:] if color in (GREY_ALPHA, RGBA) else 255
                add(f"{name}-{depth}{suffix}", png(samples, color, depth, interlaced), over_white(colors, alpha),
                    pillow=depth < 16 and color in (GREY, RGB))
        for depth in (1, 2, 4, 8):
            count = 2**depth if depth < 8 else 200
            palette = random.integers(0, 256, (count, 3))
            samples = random.integers(0, count, (9, 11, 1))
            plte = chunk(b"PLTE", palette.astype(np.uint8).tobytes())
            add(f"palette-{depth}{suffix}", png(samples, PALETTE, depth, interlaced, [plte]), palette[samples[..., 0]])
            # Fewer alphas than colours: the others are opaque.
            alphas = random.integers(0, 256, max(1, count * 2 // 3))
            trns = chunk(b"tRNS", alphas.astype(np.uint8).tobytes())
            full = np.concatenate([alphas, np.full(count - len(alphas), 255)])
            add(f"palette-transparent-{depth}{suffix}", png(samples, PALETTE, depth, interlaced, [plte, trns]),
                over_white(palette[samples[..., 0]], full[samples[..., 0]][..., None]), pillow=False)
        for color, name, depth in (
            (GREY, "grey", 1), (GREY, "grey", 4), (GREY, "grey", 8), (GREY, "grey", 16), (RGB, "rgb", 8), (RGB, "rgb", 16),
        ):
            samples = samples_of(color, depth)
            key = samples[3, 4].copy()
            samples[6, 2] = key
            # A neighbour that is the same in 8 bits only stays opaque.
            if depth == 16:
                samples[1, 1] = np.clip(key.astype(int) ^ 1, 0, 65535)
            trns = chunk(b"tRNS", b"".join(struct.pack(">H", int(value)) for value in key))
            alpha = np.where((samples == key).all(axis=-1, keepdims=True), 0, 255)
            values = to_bytes(samples, depth)
            colors = np.broadcast_to(values[..., :1], (9, 11, 3)) if color == GREY else values
            add(f"{name}-transparent-{depth}{suffix}", png(samples, color, depth, interlaced, [trns]),
                over_white(colors, alpha), pillow=False)
    for width, height in ((1, 1), (3, 2), (5, 1), (1, 7)):
        samples = samples_of(RGB, 8, width, height)
        add(f"rgb-{width}x{height}-interlaced", png(samples, RGB, 8, True), samples)
    samples = samples_of(RGB, 8)
    profiles = [chunk(b"gAMA", struct.pack(">I", 100_000)), chunk(b"sBIT", b"\5\5\5")]
    add("rgb-gamma-ignored", png(samples, RGB, 8, before=profiles), samples)
    add("rgb-note-with-wrong-crc", png(samples, RGB, 8, before=[chunk(b"tEXt", b"Comment\0hm", crc=1)]), samples, False)
    add("rgb-unknown-chunk", png(samples, RGB, 8, before=[chunk(b"zzZz", b"whatever")]), samples)
    add("rgb-without-end", png(samples, RGB, 8)[:-12], samples)
    tags = b"MM\0*\0\0\0\x08\0\1\x01\x12\0\3\0\0\0\1\0\6\0\0\0\0\0\0"
    add("rgb-exif-orientation", png(samples, RGB, 8, after=[chunk(b"eXIf", tags)]), np.rot90(samples, -1), False)
    save("png.json", cases)


# JPEG


def jpeg(pixels, mode="RGB", **options):
    stream = io.BytesIO()
    Image.fromarray(pixels, mode).save(stream, "JPEG", **options)
    return stream.getvalue()


def exif(orientation, big_endian=False, kind=3):
    order = ">" if big_endian else "<"
    value = struct.pack(order + ("HH" if kind == 3 else "I"), *((orientation, 0) if kind == 3 else (orientation,)))
    entries = struct.pack(order + "HHHI", 2, 0x0100, 4, 1) + struct.pack(order + "I", 7)
    entries += struct.pack(order + "HHI", 0x0112, kind, 1) + value
    return (b"MM\0*" if big_endian else b"II*\0") + struct.pack(order + "I", 8) + entries + bytes(4)


def with_tags(file, tags):
    """The EXIF segment right after the start of the picture."""
    return file[:2] + b"\xff\xe1" + struct.pack(">H", len(tags) + 8) + b"Exif\0\0" + tags + file[2:]


def without_segment(file, marker):
    at = file.index(bytes([0xFF, marker]))
    return file[:at] + file[at + 2 + struct.unpack(">H", file[at + 2 : at + 4])[0] :]


def jpeg_fixtures():
    cases = {}

    def add(name, file, rgb=None):
        if rgb is None:
            rgb = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(file))).convert("RGB"))
        rgb = np.ascontiguousarray(rgb, dtype=np.uint8)
        cases[name] = dict(file=text_of(file), width=rgb.shape[1], height=rgb.shape[0], rgb=text_of(rgb.tobytes()))

    pixels = picture(37, 29)
    add("baseline-420", jpeg(pixels, quality=90, subsampling=2))
    add("baseline-422", jpeg(pixels, quality=85, subsampling=1))
    add("baseline-444", jpeg(pixels, quality=95, subsampling=0))
    add("progressive", jpeg(pixels, quality=80, progressive=True))
    add("restarts", jpeg(pixels, quality=80, restart_marker_blocks=2))
    add("rgb-stored", jpeg(pixels, quality=90, keep_rgb=True))
    add("grey", jpeg(pixels[..., 1].copy(), "L", quality=90))
    add("one-pixel", jpeg(pixels[:1, :1].copy()))
    baseline = jpeg(pixels, quality=90, subsampling=2)
    decoded = np.asarray(Image.open(io.BytesIO(baseline)))
    # Pillow refuses it, though every pixel is there.
    add("without-end", baseline[:-2], decoded)
    add("bytes-before-end", baseline[:-2] + b"\0\0\0\0" + baseline[-2:])

    inks = np.concatenate([pixels, picture(37, 29)[..., :1]], axis=-1)
    cmyk = jpeg(inks, "CMYK", quality=95)
    assert b"Adobe" in cmyk

    def rgb_of(inks):
        inks = inks.astype(np.int64)
        return ((255 - inks[..., :3]) * (255 - inks[..., 3:]) + 127) // 255

    def inks_of(file):
        return np.asarray(Image.open(io.BytesIO(file)))

    add("cmyk-adobe", cmyk, rgb_of(inks_of(cmyk)))
    at = cmyk.index(b"Adobe") + 11
    ycck = cmyk[:at] + b"\2" + cmyk[at + 1 :]
    add("ycck-adobe", ycck, rgb_of(inks_of(ycck)))
    # Pillow takes every file for inverted, marked or not.
    plain = without_segment(cmyk, 0xEE)
    add("cmyk-plain", plain, rgb_of(255 - inks_of(plain)))

    small = jpeg(picture(19, 13), quality=90, subsampling=2)
    for orientation in range(1, 9):
        add(f"orientation-{orientation}", with_tags(small, exif(orientation, big_endian=orientation % 2 == 0)))
    add("orientation-long", with_tags(small, exif(6, kind=4)), np.rot90(np.asarray(Image.open(io.BytesIO(small))), -1))
    upright = np.asarray(Image.open(io.BytesIO(small)).convert("RGB"))
    tags = exif(6)
    for name, broken in dict(
        cut=tags[:20], empty=b"", order=b"XX" + tags[2:], far=tags[:4] + b"\xff\xff\xff\xff" + tags[8:],
        count=tags[:8] + b"\xff\xff" + tags[10:22] + bytes(12), nine=exif(9), zero=exif(0), kind=exif(6, kind=2 + 3),
    ).items():
        add(f"exif-broken-{name}", with_tags(small, broken), upright)
    save("jpeg.json", cases)


# Damaged files


def damaged_fixtures():
    cases = {}

    def add(name, file, error):
        cases[name] = dict(file=text_of(file), error=error)

    samples = random.integers(0, 256, (9, 11, 3))
    whole = png(samples, RGB, 8)
    at = whole.index(b"IDAT")
    add("png-wrong-crc-header", whole[:29] + b"\0\1\2\3" + whole[33:], "malformed")
    first = struct.unpack(">I", whole[at - 4 : at])[0]
    add("png-wrong-crc-data", whole[: at + 4 + first] + b"\0\1\2\3" + whole[at + 8 + first :], "malformed")
    add("png-flipped-bit", whole[: at + 30] + bytes([whole[at + 30] ^ 16]) + whole[at + 31 :], "malformed")
    add("png-cut-in-data", whole[: len(whole) * 2 // 3], "truncated")
    add("png-cut-in-header", whole[:20], "truncated")
    add("png-signature-only", SIGNATURE, "truncated")
    add("png-interlaced-cut", png(samples, RGB, 8, True)[:-60], "truncated")
    add("png-zero-width", png(samples, RGB, 8, size=(0, 9)), "noPixels")
    add("png-zero-height", png(samples, RGB, 8, size=(11, 0)), "noPixels")
    add("png-huge", png(samples, RGB, 8, size=(100_000, 100_000)), "tooLarge")
    add("png-many-pixels", png(samples, RGB, 8, size=(60_000, 60_000)), "tooLarge")
    add("png-largest-numbers", png(samples, RGB, 8, size=(2**32 - 1, 2**32 - 1)), "tooLarge")
    add("png-few-rows", png(samples, RGB, 8, size=(11, 10)), "malformed")
    plte = chunk(b"PLTE", bytes(range(9)))
    index = np.zeros((9, 11, 1), dtype=int)
    index[4, 5] = 3
    add("png-palette-index", png(index, PALETTE, 4, before=[plte]), "malformed")
    add("png-palette-index-interlaced", png(index, PALETTE, 8, True, before=[plte]), "malformed")
    add("png-no-palette", png(index, PALETTE, 4), "malformed")
    add("png-depth-3", png(samples, RGB, 8, header=struct.pack(">IIBBBBB", 11, 9, 3, RGB, 0, 0, 0)), "malformed")
    add("png-color-5", png(samples, RGB, 8, header=struct.pack(">IIBBBBB", 11, 9, 8, 5, 0, 0, 0)), "malformed")
    add("png-filter-7", png(samples, RGB, 8, data=lambda raw: zlib.compress(b"\7" + raw[1:])), "malformed")
    add("png-not-deflated", png(samples, RGB, 8, data=lambda raw: raw), "malformed")
    add("png-line-ends", whole.replace(b"\r\n", b"\n"), "malformed")
    add("png-no-header", SIGNATURE + chunk(b"IDAT", bytes(40)), "malformed")
    add("png-critical-unknown", png(samples, RGB, 8, before=[chunk(b"ABCD", b"")]), "malformed")

    pixels = picture(37, 29)
    baseline = jpeg(pixels, quality=90)
    sof = baseline.index(b"\xff\xc0")
    scan = baseline.index(b"\xff\xda")
    add("jpeg-cut-in-data", baseline[: (scan + len(baseline)) // 2], "truncated")
    add("jpeg-cut-in-header", baseline[: sof + 6], "truncated")
    add("jpeg-start-only", b"\xff\xd8\xff", "truncated")
    progressive = jpeg(pixels, quality=80, progressive=True)
    last_scan = progressive.rindex(b"\xff\xda")
    add("jpeg-progressive-cut", progressive[: last_scan + 30], "truncated")
    add("jpeg-progressive-without-last-scan", progressive[:last_scan], "truncated")
    middle = (scan + len(baseline)) // 2
    add("jpeg-ends-in-the-middle", baseline[:middle] + b"\xff\xd9" + baseline[middle:], "malformed")
    add("jpeg-zero-height", baseline[: sof + 5] + b"\0\0" + baseline[sof + 7 :], "malformed")
    add("jpeg-zero-width", baseline[: sof + 7] + b"\0\0" + baseline[sof + 9 :], "malformed")
    add("jpeg-huge", baseline[: sof + 5] + b"\xff\x00\xff\x00" + baseline[sof + 9 :], "tooLarge")
    add("jpeg-12-bits", baseline[: sof + 4] + b"\x0c" + baseline[sof + 5 :], "unsupported")
    add("jpeg-lossless", baseline[: sof + 1] + b"\xc3" + baseline[sof + 2 :], "unsupported")
    add("jpeg-no-picture", b"\xff\xd8\xff\xd9", "malformed")
    add("jpeg-no-tables", without_segment(baseline, 0xDB), "malformed")
    add("text", "The quick brown fox, né à la campagne.\n".encode(), "notAPicture")
    add("nothing", b"", "isEmpty")
    add("gif", b"GIF89a" + bytes(20), "notAPicture")
    add("zeros", bytes(64), "notAPicture")
    save("damaged.json", cases)


# Operations

FILTERS = dict(
    nearest=Image.NEAREST, box=Image.BOX, bilinear=Image.BILINEAR, bicubic=Image.BICUBIC, lanczos=Image.LANCZOS)
PLAIN = dict(bilinear=cv2.INTER_LINEAR, bicubic=cv2.INTER_CUBIC)
SIZES = [(12, 9), (37, 10), (5, 40), (53, 41), (1, 1), (36, 28)]


def resize_fixtures():
    source = picture(37, 29)
    image = Image.fromarray(source)
    cases = []

    def add(interpolation, antialiased, size, result):
        cases.append(dict(
            interpolation=interpolation, antialiased=antialiased, width=size[0], height=size[1],
            rgb=text_of(np.ascontiguousarray(result).tobytes())))

    for size in SIZES:
        for name, code in FILTERS.items():
            add(name, True, size, np.asarray(image.resize(size, code)))
        for name, code in PLAIN.items():
            add(name, False, size, cv2.resize(source, size, interpolation=code))
        if size[0] <= 37 and size[1] <= 29:
            add("area", True, size, cv2.resize(source, size, interpolation=cv2.INTER_AREA))
    save("resize.json", dict(width=37, height=29, rgb=text_of(source.tobytes()), cases=cases))


png_fixtures()
jpeg_fixtures()
damaged_fixtures()
resize_fixtures()
