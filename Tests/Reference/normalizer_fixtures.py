#!/usr/bin/env python3
"""What Whisper's text normalizers make of texts, for the tests of the module Evaluation.

    python normalizer_fixtures.py ENGLISH_JSON
    python normalizer_fixtures.py ENGLISH_JSON --pairs OUTPUT.json [--random COUNT] [--texts FILE ...]

ENGLISH_JSON is `whisper/normalizers/english.json` of the package openai-whisper. The first form writes
Tests/Fixtures/evaluation/basic_normalizer.json and english_normalizer.json from transformers' normalizers, ends trimmed.
The second writes pairs of the English one for COUNT random sequences of number words (seed 20261125) and for every line
of the files, for `TRIPTYCH_NORMALIZER_PAIRS=OUTPUT.json swift test --filter EnglishNormalizer`. The one slip in the list
of spellings that we mend (markup behind `archeology`) is mended here too.
"""

import argparse
import json
import random
import re
from pathlib import Path

from english_texts import ENGLISH_TEXTS, NUMBER_WORDS
from transformers.models.whisper.english_normalizer import BasicTextNormalizer, EnglishTextNormalizer

FOLDER = Path(__file__).parent.parent / "Fixtures" / "evaluation"
SEED = 20261125

TEXTS = [
    "",
    "   ",
    "And so, my fellow Americans: ask not!",
    "It's John's book, isn't it?",
    "[MUSIC] hello <noise> there (laughs) you",
    "nested [a [b] c] d (e (f) g) h",
    "mixed [a> b <c] d",
    "unclosed [bracket and (parenthesis",
    "empty () and [] and <>",
    "() a) b",
    ")( ][ ><",
    "((x)) (((",
    "state-of-the-art — well… “quoted” ‘so’",
    "50% of $3.50 + 2 = ?",
    "Straße ÜBER naïve café",
    "cafe\u0301 E\u0301te\u0301",
    "ﬁne ﬂow Ⅳ ½ ™ ２０２４ ｆｕｌｌ",
    "日本語、の。テスト「です」",
    "Привет, как ДЕЛА?",
    "नमस्ते दुनिया",
    "مرحبا، بالعالَم",
    "안녕하세요 여러분!",
    "thumbs 👍🏽 up 👩‍👩‍👧",
    "tabs\tand\nlines\u00a0and\u3000spaces\u2009here",
    "ΌΔΟΙ ΚΑΙ ΔΡΟΜΟΙ",
    "İstanbul Iğdır",
    "a_b c*d e/f g\\h i|j k~l m`n o^p",
    "zero\u200bwidth soft\u00adhyphen",
]


def pairs(normalizer, texts):
    return [{"text": text, "normalized": normalizer(text).strip()} for text in texts]


def write(items, path):
    path.write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    print(f"{len(items)} pairs, {path.stat().st_size} bytes: {path}")


def english(spellings):
    mapping = json.loads(spellings.read_text(encoding="utf-8"))
    return EnglishTextNormalizer({british: re.sub(r"<[^>]*>", "", american) for british, american in mapping.items()})


def random_texts(count):
    generator = random.Random(SEED)
    return [" ".join(generator.choices(NUMBER_WORDS, k=generator.randrange(1, 9))) for _ in range(count)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("spellings", type=Path)
    parser.add_argument("--pairs", type=Path)
    parser.add_argument("--random", type=int, default=0)
    parser.add_argument("--texts", type=Path, nargs="*", default=[])
    options = parser.parse_args()
    normalizer = english(options.spellings)
    if options.pairs:
        lines = [line for file in options.texts for line in file.read_text(encoding="utf-8").splitlines()]
        write(pairs(normalizer, random_texts(options.random) + lines), options.pairs)
        return
    write(pairs(BasicTextNormalizer(), TEXTS), FOLDER / "basic_normalizer.json")
    write(pairs(normalizer, TEXTS + ENGLISH_TEXTS), FOLDER / "english_normalizer.json")


if __name__ == "__main__":
    main()
