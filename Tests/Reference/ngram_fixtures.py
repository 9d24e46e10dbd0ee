"""N-gram models by the definition of modified Kneser-Ney smoothing, and what KenLM makes of their files.

    python ngram_fixtures.py

Writes Tests/Fixtures/decoding/ngrams.json: random sentences; for n-grams of 1, 2 and 3 words every probability and backoff (decimal
logarithms) by the formulas of Chen and Goodman (1999, interpolated) with the adjusted counts of KenLM (Heafield et al. 2013),
written out here as slowly and plainly as they stand; and the scores of other sentences by the package `kenlm`, which reads
the model of three words as an ARPA file, word by word. `kenlm` is 0.3.0.
"""

import json
import math
import random
import tempfile
from collections import Counter
from pathlib import Path

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "decoding" / "ngrams.json"
SEED = 20261125


def sentences():
    generator = random.Random(SEED)
    words = [f"w{i}" for i in range(25)]
    weights = [1 / (i + 1) for i in range(25)]
    result = []
    for _ in range(160):
        length = generator.randint(1, 7)
        sentence = [generator.choices(words, weights)[0]]
        for _ in range(length - 1):
            # A word often draws the same one after it.
            follow = words[(words.index(sentence[-1]) * 7 + 3) % 25]
            sentence.append(follow if generator.random() < 0.4 else generator.choices(words, weights)[0])
        result.append(sentence)
    return result


def estimate(texts, order):
    framed = [["<s>"] + text + ["</s>"] for text in texts]

    def ngrams(length):
        return [tuple(s[i:i + length]) for s in framed for i in range(len(s) - length + 1)]

    adjusted = {order: Counter(ngrams(order))}
    for length in range(order - 1, 0, -1):
        lefts = {}
        for gram in set(ngrams(length + 1)):
            lefts.setdefault(gram[1:], set()).add(gram[0])
        adjusted[length] = Counter({gram: len(left) for gram, left in lefts.items()})
        for gram, count in Counter(ngrams(length)).items():
            if gram[0] == "<s>" and length > 1:
                adjusted[length][gram] = count
    if order == 1:
        del adjusted[1][("<s>",)]
    vocabulary = {gram[0] for gram in ngrams(1)} | {"<unk>"}
    discounts = {}
    for length, counts in adjusted.items():
        t = [sum(1 for c in counts.values() if c == k) for k in range(1, 5)]
        if 0 in t:
            discounts[length] = [0.5, 1, 1.5]
            continue
        y = t[0] / (t[0] + 2 * t[1])
        discounts[length] = [k - (k + 1) * y * t[k] / t[k - 1] for k in (1, 2, 3)]

    def off(length, count):
        return discounts[length][min(count, 3) - 1] if count else 0

    def backoff(context):
        followers = [c for gram, c in adjusted[len(context) + 1].items() if gram[:-1] == context]
        return sum(off(len(context) + 1, c) for c in followers) / sum(followers) if followers else None

    def probability(gram):
        length = len(gram)
        followers = [c for g, c in adjusted[length].items() if g[:-1] == gram[:-1]]
        count = adjusted[length].get(gram, 0)
        own = (count - off(length, count)) / sum(followers)
        lower = 1 / (len(vocabulary) - 1) if length == 1 else probability(gram[1:])
        return own + sum(off(length, c) for c in followers) / sum(followers) * lower

    entries = []
    for length in range(1, order + 1):
        grams = set(adjusted[length]) | ({("<unk>",), ("<s>",)} if length == 1 else set())
        for gram in sorted(grams):
            p = -99.0 if gram == ("<s>",) else math.log10(probability(gram))
            b = backoff(gram) if length < order else None
            entries.append({"words": " ".join(gram), "p": p, "b": 0.0 if not b else math.log10(b)})
    return entries


def arpa(entries, order):
    text = "\\data\\\n"
    levels = [[e for e in entries if len(e["words"].split()) == n] for n in range(1, order + 1)]
    for n, level in enumerate(levels, 1):
        text += f"ngram {n}={len(level)}\n"
    for n, level in enumerate(levels, 1):
        text += f"\n\\{n}-grams:\n"
        for e in level:
            text += f"{e['p']:.7f}\t{e['words']}" + (f"\t{e['b']:.7f}" if n < order else "") + "\n"
    return text + "\n\\end\\\n"


def main():
    texts = sentences()
    models = {str(order): estimate(texts, order) for order in (1, 2, 3)}
    tests = [["w0", "w3", "w24"], ["w1"], [], ["w5", "zzz", "w0", "w3"], ["zzz"], texts[3], texts[50][::-1],
             ["w2", "w17", "w22", "w7", "w2"]]
    result = {"sentences": [" ".join(t) for t in texts], "models": models, "arpa": arpa(models["3"], 3)}
    import kenlm

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.arpa"
        path.write_text(result["arpa"])
        model = kenlm.Model(str(path))
        result["scores"] = [
            {"words": " ".join(t), "each": [entry[0] for entry in model.full_scores(" ".join(t))]} for t in tests]
    OUTPUT.write_text(json.dumps(result, indent=0) + "\n")


if __name__ == "__main__":
    main()
