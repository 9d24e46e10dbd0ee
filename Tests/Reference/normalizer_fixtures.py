#!/usr/bin/env python3
"""What Whisper's basic text normalizer makes of texts in several scripts, for the tests of the module Evaluation.

    python normalizer_fixtures.py [OUTPUT.json]

Writes Tests/Fixtures/evaluation/basic_normalizer.json from transformers' BasicTextNormalizer, ends trimmed.
"""

import json
import sys
from pathlib import Path

from transformers.models.whisper.english_normalizer import BasicTextNormalizer

DEFAULT_OUTPUT = Path(__file__).parent.parent / "Fixtures" / "evaluation" / "basic_normalizer.json"

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


def main():
    normalizer = BasicTextNormalizer()
    pairs = [{"text": text, "normalized": normalizer(text).strip()} for text in TEXTS]
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(json.dumps(pairs, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
