#!/usr/bin/env python3
"""Makes Sources/Evaluation/Normalization/AmericanSpelling+List.swift from the list of openai-whisper (MIT).

    python american_spelling.py ENGLISH_JSON

ENGLISH_JSON is `whisper/normalizers/english.json` of the package openai-whisper 20250625. Left out: the one key of
several words, which no word can match. Mended: markup left behind one spelling.
"""

import json
import re
import sys
from pathlib import Path

OUTPUT = (
    Path(__file__).resolve().parents[2] / "Sources" / "Evaluation" / "Normalization" / "AmericanSpelling+List.swift")
WIDTH = 116

HEAD = """\
// swift-format-ignore-file
// Made by Tests/Reference/american_spelling.py from the list of spellings of openai-whisper 20250625
// (whisper/normalizers/english.json), Copyright (c) 2022 OpenAI, MIT licence; see docs/licences.md.

extension AmericanSpelling {
    /// British spelling, colon, American spelling, between white space.
    static let list = \"\"\"
"""


def main():
    pairs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    words = []
    for british, american in sorted(pairs.items()):
        if " " in british:
            continue
        american = re.sub(r"<[^>]*>", "", american)
        assert british.isalpha() and american.isalpha() and (british + american).isascii(), (british, american)
        words.append(f"{british}:{american}")
    lines = [""]
    for word in words:
        if len(lines[-1]) + len(word) + 1 > WIDTH - 8:
            lines.append("")
        lines[-1] += (" " if lines[-1] else "") + word
    body = "".join(f"        {line}\n" for line in lines)
    OUTPUT.write_text(HEAD + body + '        """\n}\n', encoding="utf-8")
    print(f"{len(words)} pairs, {OUTPUT.stat().st_size} bytes")


if __name__ == "__main__":
    main()
