#!/usr/bin/env python3
"""Small models of SentencePiece, trained here, and the ids that the package `sentencepiece` gives.

    python sentencepiece_model_fixtures.py                 writes the fixtures
    python sentencepiece_model_fixtures.py --wide FOLDER   writes larger models, with the package's own tables of characters,
                                                           and ids of thousands of texts, for SentencePieceModelTests.wideCheck

Writes into Tests/Fixtures/tokenizers/sentencepiece-models: NAME.model, and expected.json with texts, and for each model ids
and what these decode to; two seeds for the fuzzer into Tests/Fuzz/Seeds/FuzzSentencePiece.
"""

import io
import json
import sys
import tempfile
from pathlib import Path

import sentencepiece
from sentencepiece import sentencepiece_model_pb2

from tokenizers_fixtures import CORPUS, OUTPUT, TORTURE, random_texts

FOLDER = OUTPUT / "sentencepiece-models"
SEEDS = Path(__file__).parent.parent / "Fuzz" / "Seeds" / "FuzzSentencePiece"

# Keys of one character and of several, some of which begin others; into nothing, into more, into spaces.
RULES = [("ｶﾞ", "ガ"), ("ｶ", "カ"), ("e\u0301", "é"), ("a\u0300", "à"), ("a\u0300\u0301", "ǎ"), ("\u00a0", " "), ("\t", " "),
         ("\n", " "), ("\u3000", " "), ("\u200b", ""), ("\u00ad", ""), ("½", "1/2"), ("ﬁ", "fi"), ("\u212b", "Å"), ("㍿", "株式会社"),
         ("\u2028", " "), ("…", ". . ."), ("A", "a"), ("I", "i"), ("'", "’")]

# As Llama, Mistral and Gemma have them, and as T5 and XLNet.
WHOLE = dict(normalization_rule_name="identity", remove_extra_whitespaces=False)
MODELS = {
    "llama": dict(WHOLE, model_type="bpe", byte_fallback=True, split_digits=True, vocab_size=420),
    "gemma": dict(WHOLE, model_type="bpe", byte_fallback=True, split_digits=True, vocab_size=440, add_dummy_prefix=False,
                  user_defined_symbols=["<start>", "<end>", "▁▁", "▁▁▁", "▁▁▁▁", "\n\n", "[x"],
                  pad_id=0, eos_id=1, bos_id=2, unk_id=3),
    "bpe": dict(model_type="bpe", rules=True, vocab_size=300, user_defined_symbols=["tide", "<sep>"],
                control_symbols=["<mask>"]),
    "bpe-unused": dict(WHOLE, model_type="bpe", vocab_size=300, unused=[40, 41, 50, 60, 61, 75, 90, 120]),
    "unigram": dict(model_type="unigram", rules=True, vocab_size=300),
    "unigram-bytes": dict(WHOLE, model_type="unigram", byte_fallback=True, vocab_size=460, add_dummy_prefix=False,
                          user_defined_symbols=["tide", "<sep>", "▁▁", "on"]),
    "unigram-unused": dict(model_type="unigram", rules=True, vocab_size=320, unused=[9, 10, 14, 20, 33, 50],
                           bos_id=-1, eos_id=1, pad_id=0, unk_id=2),
}
WIDE = {
    "bpe-nfkc": dict(model_type="bpe", vocab_size=700, normalization_rule_name="nmt_nfkc"),
    "bpe-folded": dict(model_type="bpe", byte_fallback=True, vocab_size=700, normalization_rule_name="nfkc_cf"),
    "unigram-nfkc": dict(model_type="unigram", vocab_size=700, normalization_rule_name="nmt_nfkc"),
    "unigram-folded": dict(model_type="unigram", byte_fallback=True, vocab_size=800,
                           normalization_rule_name="nmt_nfkc_cf", user_defined_symbols=["ing", "<sep>", "the"]),
}
EXTRA = ["<start>user\nHi  there<end>\n\n\n", "a<sep>b <sep> c<sep><sep>", "tidetide tides  tide", "▁a ▁▁ ▁▁▁▁▁x", "a     b",
         "ｶｶﾞ e\u0301e a\u0300a\u0300\u0301 ½ﬁ㍿…", "[x[xx [", "<0x41> <0x0A>", " \u200b ", "\u00a0\u00a0", "\u3000a\u3000",
         "onontideon", "🙂🙂 🙂a🙂", "x" * 300, "the tide " * 60]


def train(options, lines):
    options = dict(options)
    unused = options.pop("unused", [])
    with tempfile.TemporaryDirectory() as folder:
        if options.pop("rules", False):
            path = Path(folder) / "rules.tsv"
            path.write_text("".join(
                " ".join(f"{ord(c):X}" for c in key) + "\t" + " ".join(f"{ord(c):X}" for c in value) + "\n"
                for key, value in RULES), encoding="utf8")
            options["normalization_rule_tsv"] = str(path)
        written = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=written, num_threads=1, hard_vocab_limit=False,
            minloglevel=2, **dict(dict(character_coverage=0.98), **options))
    model = sentencepiece_model_pb2.ModelProto.FromString(written.getvalue())
    # Says where the rules were, and what they were in letters.
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    for id in unused:
        model.pieces[id].type = sentencepiece_model_pb2.ModelProto.SentencePiece.UNUSED
    return model.SerializeToString(deterministic=True)


def expected(model, texts):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    ids = [processor.encode(text) for text in texts]
    # What decoding gives back unchanged is not written down again.
    decoded = [processor.decode(i) for i in ids]
    return {"ids": ids, "decoded": [None if new == old else new for new, old in zip(decoded, texts)],
            "unknown": processor.unk_id()}


def main():
    wide = len(sys.argv) > 2 and sys.argv[1] == "--wide"
    folder = Path(sys.argv[2]) if wide else FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    # Few of the texts' characters: the others are unknown.
    lines = [line for line in CORPUS.splitlines() if line][:11] * 3
    # No text with "<s>" and the like: there they are control tokens, here they are text.
    texts = [text for text in TORTURE + EXTRA + random_texts(20000 if wide else 24)
             if not any(token in text for token in ["<s>", "</s>", "<unk>", "<pad>", "<mask>"])]
    result = {"texts": texts, "models": {}}
    for name, options in (dict(MODELS, **WIDE) if wide else MODELS).items():
        model = train(options, lines)
        (folder / f"{name}.model").write_bytes(model)
        result["models"][name] = expected(model, texts)
    (folder / "expected.json").write_text(json.dumps(result, separators=(",", ":")) + "\n")
    if not wide:
        SEEDS.mkdir(parents=True, exist_ok=True)
        for name, size in [("bpe", 120), ("unigram-bytes", 340)]:
            (SEEDS / f"{name}.model").write_bytes(train(dict(MODELS[name], vocab_size=size), lines[:4]))



if __name__ == "__main__":
    main()
