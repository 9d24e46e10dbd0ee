#!/usr/bin/env python3
"""Ids and texts of a small BPE tokenizer in the manner of SentencePiece (spaces marked, byte fallback), from Hugging Face
`tokenizers`.

    python sentencepiece_fixtures.py

Writes into Tests/Fixtures/tokenizers:
    sentencepiece.json        the tokenizer, trained here
    sentencepiece_ids.json    its ids of texts, with and without special tokens, and what ids decode to
"""

import json
import random

from tokenizers import Tokenizer, decoders, models, normalizers, processors, trainers

from tokenizers_fixtures import CORPUS, OUTPUT, SEED, TORTURE, random_texts

VOCABULARY = 500


def tokenizer():
    bytes_ = [f"<0x{byte:02X}>" for byte in range(256)]
    result = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    result.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=["<unk>", "<s>", "</s>", *bytes_], limit_alphabet=60, show_progress=False)
    result.train_from_iterator((line for line in CORPUS.splitlines() for _ in range(2)), trainer)
    # The trainer takes bytes for special tokens; they are ordinary ones.
    data = json.loads(result.to_str())
    data["added_tokens"] = [token for token in data["added_tokens"] if token["id"] < 3]
    data["decoder"] = json.loads(json.dumps({"type": "Sequence", "decoders": [
        {"type": "Replace", "pattern": {"String": "▁"}, "content": " "}, {"type": "ByteFallback"}, {"type": "Fuse"},
        {"type": "Strip", "content": " ", "start": 1, "stop": 0}]}))
    result = Tokenizer.from_str(json.dumps(data))
    result.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", 1)])
    return result


def main():
    made = tokenizer()
    (OUTPUT / "sentencepiece.json").write_text(made.to_str(), encoding="utf8")
    texts = TORTURE + random_texts(200) + ["<s>a</s> b", "▁a ▁", " ▁ <0x41> <0x0A>"]
    plain = [made.encode(text, add_special_tokens=False).ids for text in texts]
    framed = [made.encode(text).ids for text in texts[:5]]
    generator = random.Random(SEED)
    decodings = []
    for number in range(100):
        # Bytes that are no characters come out differently, each as U+FFFD of its own, so whole texts are decoded.
        ids = [1] * (number % 2) + [id for _ in range(3) for id in generator.choice(plain)] + [2] * (number % 3 == 0)
        decodings.append({"ids": ids, "text": made.decode(ids, skip_special_tokens=False),
                          "without special": made.decode(ids)})
    result = {"texts": texts, "ids": plain, "framed": framed, "decodings": decodings}
    (OUTPUT / "sentencepiece_ids.json").write_text(json.dumps(result, ensure_ascii=True, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
