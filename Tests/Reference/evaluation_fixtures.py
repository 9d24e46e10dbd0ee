#!/usr/bin/env python3
"""Word and character error counts from jiwer, for the tests of the module Evaluation.

    python evaluation_fixtures.py [OUTPUT.json]

Writes Tests/Fixtures/evaluation/error_rates.json: 200 pairs, edge cases first, then random ones (seed 20261123).
"""

import json
import random
import sys
from pathlib import Path

import jiwer

SEED = 20261123
PAIRS = 200
DEFAULT_OUTPUT = Path(__file__).parent.parent / "Fixtures" / "evaluation" / "error_rates.json"

EDGES = [
    ("", ""),
    ("", "two words"),
    ("two words", ""),
    ("a", "a"),
    ("a", "b"),
    ("the the the the", "the the"),
    ("the the", "the the the the"),
    ("no no no yes no", "no yes no no no no"),
    ("a b a b a b a b", "b a b a b a b a"),
    ("one two three", "three two one"),
    ("one two three four five six seven eight nine ten", "ten"),
    ("ten", "one two three four five six seven eight nine ten"),
    ("  leading and trailing  ", "leading and trailing"),
    ("double  spaces   here", "double spaces here"),
    ("Case matters here", "case matters Here"),
    ("it's john's book, isn't it?", "its johns book isnt it"),
    ("straße über naïve café", "strasse uber naive cafe"),
    ("cafe\u0301", "caf\u00e9"),
    ("e\u0301te\u0301", "été"),
    ("日本語 の テスト です", "日本語 テスト でした"),
    ("Привет, как дела", "привет как дела"),
    ("مرحبا بالعالم الكبير", "مرحبا العالم"),
    ("नमस्ते दुनिया", "नमस्ते दुनियाँ"),
    ("안녕하세요 여러분", "안녕 여러분"),
    ("thumbs 👍🏽 up 👩‍👩‍👧‍👦", "thumbs 👍 up 👩‍👩‍👦"),
    ("🇫🇷 🇬🇧 🇩🇪", "🇫🇷 🇩🇪"),
    ("x" * 300, "x" * 299 + "y"),
    (" ".join(["word"] * 120), " ".join(["word"] * 118 + ["ward"])),
    (
        "and so my fellow americans ask not what your country can do for you ask what you can do for your country",
        "and so my fellow americans ask not what your country can do for you ask what can you do for your country",
    ),
]

ALPHABETS = [
    ["a", "b"],
    ["a", "b", "c", "d"],
    "the cat sat on a mat and then it slept all day long in warm sun".split(),
    ["größe", "naïve", "дом", "東京", "été", "e\u0301te\u0301", "👍🏽", "ok"],
]

# Words as jiwer takes them; characters are Unicode scalars of the text with runs of spaces made one.
CHARACTERS = jiwer.Compose([jiwer.RemoveMultipleSpaces(), jiwer.Strip(), jiwer.ReduceToListOfListOfChars()])


def words(text):
    return text.split()


def characters(text):
    return list(" ".join(words(text)))


def substitution_range(reference, hypothesis):
    """Smallest and largest number of substitutions among the alignments of least cost.

    Several alignments can have the same cost; a program that picks another one than jiwer is not wrong.
    """
    previous = [(column, 0, 0) for column in range(len(hypothesis) + 1)]
    for row, expected in enumerate(reference, 1):
        current = [(row, 0, 0)]
        for column, given in enumerate(hypothesis, 1):
            equal = expected == given
            diagonal = previous[column - 1]
            candidates = [
                (diagonal[0] + (not equal), diagonal[1] + (not equal), diagonal[2] + (not equal)),
                (previous[column][0] + 1, *previous[column][1:]),
                (current[column - 1][0] + 1, *current[column - 1][1:]),
            ]
            cost = min(candidate[0] for candidate in candidates)
            best = [candidate for candidate in candidates if candidate[0] == cost]
            current.append((cost, min(c[1] for c in best), max(c[2] for c in best)))
        previous = current
    return list(previous[-1])


def disturbed(generator, reference, alphabet):
    """`reference` with random deletions, insertions, substitutions, repetitions and one moved word."""
    rate = generator.choice([0.05, 0.15, 0.4, 0.8])
    result = []
    for word in reference:
        draw = generator.random()
        if draw < rate / 4:
            continue
        if draw < rate / 2:
            result.append(generator.choice(alphabet))
        elif draw < rate * 3 / 4:
            result += [word, generator.choice(alphabet)]
        elif draw < rate:
            result += [word, word]
        else:
            result.append(word)
    if len(result) > 2 and generator.random() < 0.2:
        result.insert(generator.randrange(len(result)), result.pop(generator.randrange(len(result))))
    return result


def pairs():
    generator = random.Random(SEED)
    result = list(EDGES)
    while len(result) < PAIRS:
        alphabet = generator.choice(ALPHABETS)
        reference = [generator.choice(alphabet) for _ in range(generator.randrange(1, 25))]
        if generator.random() < 0.15:
            hypothesis = [generator.choice(alphabet) for _ in range(generator.randrange(0, 25))]
        else:
            hypothesis = disturbed(generator, reference, alphabet)
        result.append((" ".join(reference), " ".join(hypothesis)))
    return result


def counts(output, rate, reference, hypothesis):
    cost, fewest, most = substitution_range(reference, hypothesis)
    assert output.substitutions + output.insertions + output.deletions == cost
    assert fewest <= output.substitutions <= most
    return {
        "hits": output.hits,
        "substitutions": output.substitutions,
        "insertions": output.insertions,
        "deletions": output.deletions,
        "substitution_range": [fewest, most],
        "rate": rate if reference else None,
    }


def corpus(items):
    references, hypotheses = [i["reference"] for i in items], [i["hypothesis"] for i in items]
    return {
        "pairs": len(items),
        "word_error_rate": jiwer.process_words(references, hypotheses).wer,
        "character_error_rate": jiwer.process_characters(
            references, hypotheses, reference_transform=CHARACTERS, hypothesis_transform=CHARACTERS
        ).cer,
    }


def main():
    items = []
    for reference, hypothesis in pairs():
        by_word = jiwer.process_words(reference, hypothesis)
        by_character = jiwer.process_characters(
            reference, hypothesis, reference_transform=CHARACTERS, hypothesis_transform=CHARACTERS
        )
        items.append(
            {
                "reference": reference,
                "hypothesis": hypothesis,
                "words": counts(by_word, by_word.wer, words(reference), words(hypothesis)),
                "characters": counts(by_character, by_character.cer, characters(reference), characters(hypothesis)),
            }
        )
    scored = [item for item in items if item["words"]["rate"] is not None]
    document = {
        "about": [
            f"Made by Tests/Reference/evaluation_fixtures.py with jiwer 4.0.0, seed {SEED}.",
            "Words are separated by spaces; text is compared as it stands (case, punctuation, Unicode form).",
            "Characters are Unicode scalars, spaces included, after trimming and collapsing runs of spaces.",
            "Where substitution_range holds two different numbers, several alignments cost the same: only the sum",
            "of the three kinds of error is determined. rate is null where the reference is empty.",
            "corpus: errors over reference length, summed over all pairs with a rate; whole_corpus: over all pairs,",
            "where what stands beside an empty reference is insertions.",
        ],
        "corpus": corpus(scored),
        "whole_corpus": corpus(items),
        "pairs": items,
    }
    output = Path(sys.argv[1]) if len(sys.argv) > 1 else DEFAULT_OUTPUT
    output.parent.mkdir(parents=True, exist_ok=True)
    lines = ",\n".join("  " + json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in items)
    head = {key: document[key] for key in ("about", "corpus", "whole_corpus")}
    text = json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "pairs": [\n' + lines + "\n ]\n}\n"
    assert json.loads(text) == document
    output.write_text(text, encoding="utf-8")
    ambiguous = sum(len(set(item["words"]["substitution_range"])) > 1 for item in items)
    print(f"{len(items)} pairs, {ambiguous} with several equal alignments of words, {output.stat().st_size} bytes")


if __name__ == "__main__":
    main()
