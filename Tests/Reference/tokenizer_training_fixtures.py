#!/usr/bin/env python3
"""Tokenizers that Hugging Face `tokenizers` trains, for the tests of the module Tokenizers.

    python tokenizer_training_fixtures.py
    python tokenizer_training_fixtures.py --check TOKENIZER.json TEXT_FILE ...

The first form writes Tests/Fixtures/tokenizers/training.json: a small corpus, the vocabularies and merges that the
library learns from it under three settings, a vocabulary of its characters, and the ids of torture texts under each.

The second form compares a `tokenizer.json` of ours with what the library learns from the same files under the same
settings (vocabulary, merges, the ids of the files and of the torture texts; for characters, the round trip), and prints
what both took.
"""

import argparse
import json
import time
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from tokenizers_fixtures import CORPUS, TORTURE

OUTPUT = Path(__file__).parent.parent / "Fixtures" / "tokenizers" / "training.json"
END_OF_TEXT = "<|endoftext|>"
UNKNOWN = "<unk>"


def trained(texts, size, minimum, special=(END_OF_TEXT,)):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(texts, trainers.BpeTrainer(
        vocab_size=size, min_frequency=minimum, show_progress=False, special_tokens=list(special),
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return tokenizer


def characters(texts):
    tokens = [END_OF_TEXT, UNKNOWN] + sorted(set("".join(texts)))
    tokenizer = Tokenizer(models.BPE({token: id for id, token in enumerate(tokens)}, [], unk_token=UNKNOWN))
    tokenizer.decoder = decoders.Fuse()
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in tokens[:2]])
    return tokenizer


def described(tokenizer, size, minimum, texts):
    model = json.loads(tokenizer.to_str())["model"]
    return {
        "vocabularySize": size,
        "minimumCount": minimum,
        "tokens": sorted(model["vocab"], key=model["vocab"].get),
        "merges": model["merges"],
        "ids": [tokenizer.encode(text, add_special_tokens=False).ids for text in texts],
    }


def write():
    corpus = [line for line in CORPUS.split("\n") if line]
    document = {
        "corpus": corpus,
        "texts": TORTURE,
        "pairs": [described(trained(corpus, size, minimum), size, minimum, TORTURE)
                  for size, minimum in [(257, 2), (420, 2), (1200, 1)]],
        "characters": described(characters(corpus), 0, 0, TORTURE),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value, ensure_ascii=False, separators=(',', ':'))}"
             for key, value in document.items()]
    OUTPUT.write_text("{" + ",\n".join(lines) + "}\n", encoding="utf-8")
    print(f"{OUTPUT.stat().st_size} bytes")


def check(path, files):
    ours = Tokenizer.from_file(str(path))
    description = json.loads(path.read_text(encoding="utf-8"))
    texts = [file.read_bytes().decode("utf-8") for file in files]
    special = [token["content"] for token in description["added_tokens"]]
    if UNKNOWN in special:
        theirs = characters(texts)
    else:
        start, processor = time.perf_counter(), time.process_time()
        theirs = trained(texts, ours.get_vocab_size(), 2, special)
        print(f"trained by tokenizers: {time.perf_counter() - start:.2f} s, {time.process_time() - processor:.2f} s of "
              "processor time")
    model = json.loads(theirs.to_str())["model"]
    print("vocabulary", model["vocab"] == description["model"]["vocab"])
    print("merges", model["merges"] == description["model"]["merges"])
    for name, text in [(file.name, text) for file, text in zip(files, texts)] + [("torture", "\n".join(TORTURE))]:
        ids = ours.encode(text, add_special_tokens=False).ids
        print(f"{name}: {len(ids)} ids, equal {ids == theirs.encode(text, add_special_tokens=False).ids}, "
              f"round trip {ours.decode(ids, skip_special_tokens=False) == text}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", type=Path)
    parser.add_argument("files", type=Path, nargs="*")
    options = parser.parse_args()
    if options.check:
        check(options.check, options.files)
    else:
        write()


if __name__ == "__main__":
    main()
