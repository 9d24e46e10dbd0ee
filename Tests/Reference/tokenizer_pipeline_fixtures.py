#!/usr/bin/env python3
"""Ids and texts of small tokenizers of every kind, from Hugging Face `tokenizers`, for the tests of the module Tokenizers.

    python tokenizer_pipeline_fixtures.py                        writes the fixtures, with the models that they have
    python tokenizer_pipeline_fixtures.py --train                the same with models that are trained anew
    python tokenizer_pipeline_fixtures.py --random COUNT FOLDER  writes as many random texts with the ids of every tokenizer
    python tokenizer_pipeline_fixtures.py --real TOKENIZER.json FILE  writes the ids of that tokenizer to FILE

Writes into Tests/Fixtures/tokenizers:
    pipelines.json     texts, tokenizers as parts of a tokenizer.json, their ids and what these decode to. Ids are written as
                       characters, U+0100 for 0 and so on
    scalars.json       classes and mappings of scalars, as the library sees them
"""

import base64
import json
import random
import struct
import sys
import unicodedata
from pathlib import Path

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, trainers

import tokenizers_fixtures as byte_level_fixtures
from tokenizers_fixtures import CORPUS, OUTPUT, PIECES, SEED, TORTURE, random_texts, ranges

# Our own, one idea a line; what is written without a picture is written with its number.
TEXTS = [
    "plain words, and plain ends",
    "e\u0301 a\u0300\u0316\u0301 o\u0328\u0304 \u0301alone n\u0303\u0303 \u00e9\u0301 \u1ea5\u0323",
    "Ærø \u00c6r\u00f8 \u00c5ngstr\u00f6m \u212bngstr\u00f6m \u0130stanbul \u0131\u015f\u0131k Stra\u00dfe STRA\u1e9eE",
    "Жёлтый ёж ел Ёлку; Ѣ ѳ \u0439 \u0438\u0306",
    "Ὀδυσσεύς ΌΔΟΣ ὁδός ς σ Σ \u1fb3 \u0391\u0345",
    "مَدْرَسَة \u0644\u0627 \ufefb ۱۲۳ ١٢٣ \u200fabc\u200e \u061c",
    "שָׁלוֹם עולם \u05e9\u05c1 \ufb2a ״אבג״",
    "क्षेत्र श्री \u0915\u093c \u0958 नमस्ते।",
    "ที่นี่ น้ำ กำ \u0e33 \u0e4d\u0e32",
    "漢字かな交じり文。「」、ガ カ\u3099 ｶﾞ ㍿ ㌔ ㊥ \ufa30 \U0002f800 \U00020000 \u3400 \U0002b820",
    "한글 \u1112\u1161\u11ab\u1100\u1173\u11af 각 \u1100\u1161\u11a8 가\u11a8 ㄱㅏ ﾡ \ua960 \ud7b0",
    "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🏴󠁧󠁢󠁥󠁮󠁧󠁿 1️⃣ ©️ 🇫🇷🇩🇪🇯 🤷🏻‍♀️",
    "\u202eright\u202c \u2066iso\u2069 \u200b\u200c\u200d\u2060\ufeff \u00ad soft\u00adhyphen",
    "\u00a0\u2002\u2009\u202f\u205f\u3000\u1680\u180e\u0085\u2028\u2029end",
    "line\r\nline\rline\n\n\r\n \t\ttab \x0b\x0c x",
    "1234567890123456789012345678901234567890 007 3.14 1,000,000 12:59 1e10",
    "x² y³ H₂O ½ ¼ ⅷ Ⅻ ① ⑳ ⒈ 𝟘𝟙 ０１２ ٪",
    "ＦＵＬＬ　ｗｉｄｔｈ ｶﾅ ﹏ ﹫ ￥ ￦",
    "ﬁne ﬂow eﬃcient ﬆ ĳ ǆ ŉ ǰ ﷺ \ufb03\u0301 \ufb01\u0301",
    "\x00\x01\x07\x08\x1b[0m\x7f\x80\x8f\x9f\ufffd",
    "I'm you're he's she'd we'll they've it'S I'LL DON'T O'Neill 's'S ’s ‘t",
    "don’t can’t it’s ’tis 'tis ''quoted'' `code` “curly” «guillemets»",
    "\ud7ff\ue000\uf8ff\ufdd0\ufffe\uffff \U000f0000 \U0010ffff",
    "\u0378\u0380\u05ff\u08ff\u2fe0 \U0001fbff \U000e0080",
    "\u1e9b\u0323 \u0344 \u0340 \u2126 \u212a \u017f s\u0323\u0307 q\u0307\u0323",
    "camelCase HTTPServer snake_case kebab-case C++ a_b-c.d/e\\f:g;h <tag attr=\"x\"> {\"k\": [1, 2]}",
    "https://example.org/päth?q=ü&x=%20#frag me@example.org $100 €50 50% #1 @you *bold* ~x^2",
    "Hello World. How are you ? I do not know ! , ' n't 's . . .",
    "a  b   c    d     e\n\n\n\n f \n g ",
    "▁marked ▁▁twice a▁b ▁",
    "##continued # # ## a##b </w> end</w>",
    "<unk> <s> </s> [CLS] [SEP] <0x0A> <0xE4>",
    "lowercase UPPERCASE Title ǅ ʰ ª º ⅰ Ⅰ ⓐ Ⓐ",
    "zażółć gęślą jaźń, příliš žluťoučký kůň, árvíztűrő, nghiêng ngả, İıŞş",
    "ꦲꦏ꧀ꦱꦫ ᏣᎳᎩ ᠮᠣᠩᠭᠣᠯ ኣማርኛ Հայերեն ქართული ᲥᲐᲠᲗᲣᲚᲘ ꙮ ᛏ 𐌰𐍄 𒀭 𓂀 𝒳 𠮷",
    "\u0cca\u0cd5 \u0bca \u0bc6\u0bbe \u09cb \u09c7\u09be \u0dddx \u1026 \u1b06 \U0001109a \U00011131\U00011127",
    "\u1cf2 \u1734 \u166d \U000111c9 \u0890 \u08e2 \U000110cd \u1c89 \ua7cb",
    "end with space ",
    " start with space",
    "   ",
    "\n",
    "a",
    "▁",
    "",
    "word" * 40,
    "é" * 101,
    "日本" * 60,
]


# Numbers of the texts that tell most: words and signs of several scripts, lines, digits, spaces, marks.
TELLING = [0, 20, 25, 14, 15, 26, 28, 1, 11, 9, 30, 38, 33]
SMALL_COUNT = len(TELLING)


def corpus():
    return [line for line in CORPUS.split("\n") if line] + [text for text in TEXTS if len(text) < 200]


GPT2 = byte_level_fixtures.GPT2
LLAMA3 = byte_level_fixtures.LLAMA
QWEN2 = byte_level_fixtures.QWEN
CL100K = (r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]"
          r"|\s+(?!\S)|\s+")
O200K = (r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
         r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
DEEPSEEK3 = (r"""[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"""
             r"""| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+""")


def step(type, **settings):
    return dict({"type": type}, **settings)


def sequence(kind, *steps):
    return {"type": "Sequence", kind: list(steps)}


def normalize(*steps):
    return sequence("normalizers", *steps)


def cut(*steps):
    return sequence("pretokenizers", *steps)


def decode(*steps):
    return sequence("decoders", *steps)


def split(expression, behavior="Isolated", invert=False, kind="Regex"):
    return step("Split", pattern={kind: expression}, behavior=behavior, invert=invert)


def byte_level(**settings):
    return byte_level_fixtures.byte_level(**settings)


def metaspace(scheme="always", split=True):
    return step("Metaspace", replacement="▁", prepend_scheme=scheme, split=split)


def replace(pattern, content, kind="String"):
    return step("Replace", pattern={kind: pattern}, content=content)


def bert(**settings):
    return dict(step("BertNormalizer", clean_text=True, handle_chinese_chars=True, strip_accents=None, lowercase=True),
                **settings)


def charsmap(rules):
    """SentencePiece's table of replacements: a double-array trie in the layout of Darts-clone, built here by first fit."""
    texts = b""
    places = {}
    for new in sorted(set(rules.values())):
        places[new] = len(texts)
        texts += new.encode() + b"\0"
    root = {}
    for old, new in rules.items():
        node = root
        for byte in old.encode():
            node = node.setdefault(byte, {})
        node[-1] = places[new]
    units, used = [0] * 1024, {0}

    def room(place):
        while place >= len(units):
            units.extend([0] * 1024)

    def insert(node, place):
        labels = sorted(node)
        offset = 1
        while True:
            # Distances up to 2²¹ fit into a unit as they are.
            targets = [place ^ offset ^ max(label, 0) for label in labels]
            if place ^ offset not in used and not any(target in used for target in targets):
                break
            offset += 1
        used.add(place ^ offset)
        used.update(targets)
        for target in targets:
            room(target)
        room(place ^ offset)
        units[place] |= offset << 10 | (1 << 8 if -1 in node else 0)
        for label, target in zip(labels, targets):
            if label < 0:
                units[target] = node[label] | 1 << 31
            else:
                units[target] |= label
        for label, target in zip(labels, targets):
            if label >= 0:
                insert(node[label], target)

    insert(root, 0)
    # A unit that is not used must not look like one: its label is a byte that leads nowhere.
    for place, unit in enumerate(units):
        if place not in used:
            units[place] = 1 << 31
    blob = struct.pack("<I", len(units) * 4) + struct.pack(f"<{len(units)}I", *units) + texts
    return step("Precompiled", precompiled_charsmap=base64.b64encode(blob).decode())


def sentencepiece_rules():
    """In the spirit of `nmt_nfkc`: compatibility forms, odd spaces, some clusters, and controls that vanish."""
    rules = {}
    for value in [*range(0xA0, 0x180), *range(0x2000, 0x2100), *range(0x2460, 0x2480), *range(0xFB00, 0xFB07),
                  *range(0xFF01, 0xFF60), *range(0x1F80, 0x1F90), 0x2126, 0x212A, 0x212B, 0x1E9B, 0x958, 0x3000, 0xFDFA]:
        old = chr(value)
        new = unicodedata.normalize("NFKC", old)
        if new != old:
            rules[old] = new
    for old in ["e\u0301", "a\u0300", "o\u0308", "\u30ab\u3099", "\u1112\u1161\u11ab", "s\u0323\u0307"]:
        rules[old] = unicodedata.normalize("NFC", old)
    for value in [*range(1, 9), 0x0B, *range(0x0E, 0x20), 0x7F, 0xAD]:
        rules[chr(value)] = ""
    for old in ["\t", "\n", "\x0c", "\r", "\u2028", "\u2029", "\u200b", "\ufeff", "\u200e", "\u200f"]:
        rules[old] = " "
    return rules


def added(id, content, **flags):
    return byte_level_fixtures.added(id, content, **flags)


def trained(model, trainer, pre_tokenizer, normalizer=None, lines=None):
    tokenizer = Tokenizer(model)
    tokenizer.pre_tokenizer = pre_tokenizer
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.train_from_iterator((lines or corpus()) * 2, trainer)
    return json.loads(tokenizer.to_str())["model"]


def unigram_model():
    """Trained, with its scores in few digits so that the order of additions cannot matter to the file's size."""
    model = trained(
        models.Unigram(), trainers.UnigramTrainer(
            vocab_size=450, special_tokens=["<pad>", "</s>", "<unk>"], unk_token="<unk>", show_progress=False,
            max_piece_length=8), pre_tokenizers.Metaspace(), lines=[line for line in CORPUS.split("\n") if line])
    model["vocab"] = [[piece, round(score, 4)] for piece, score in model["vocab"]]
    return dict(model, unk_id=2, byte_fallback=False)


def model_set():
    """Those that the fixture has: what is trained on several threads comes out a little differently each time."""
    if "--train" in sys.argv:
        return trained_models()
    models = json.loads((OUTPUT / "pipelines.json").read_text(encoding="utf8"))["models"]
    return {name: json.loads(model) for name, model in models.items()}


def trained_models():
    byte_level_model = trained(
        models.BPE(), trainers.BpeTrainer(
            vocab_size=400, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False),
        pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False))
    word_piece = trained(
        models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100), trainers.WordPieceTrainer(
            vocab_size=450, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False,
            limit_alphabet=220), pre_tokenizers.BertPreTokenizer(),
        normalizers.BertNormalizer(strip_accents=False, lowercase=False))
    unigram = unigram_model()
    pieces = unigram["vocab"]
    with_bytes = dict(unigram, byte_fallback=True, vocab=[
        *pieces[:3], *[[f"<0x{byte:02X}>", 0.0] for byte in range(256)], *pieces[3:]])
    # The lowest score decides what an unknown character costs.
    ties = dict(unigram, unk_id=0, vocab=[
        ["<unk>", 0.0], ["a", -1.0], ["b", -1.0], ["ab", -2.0], ["ba", -2.0], ["aba", -3.0], ["▁", -1.5], ["▁a", -2.5],
        ["é", -1.25], ["日本", -4.0], ["xy", -30.0], ["本", -3.0]])
    suffixed = trained(
        models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"), trainers.BpeTrainer(
            vocab_size=360, special_tokens=["<unk>"], end_of_word_suffix="</w>", show_progress=False,
            limit_alphabet=120), pre_tokenizers.Whitespace())
    prefixed = trained(
        models.BPE(unk_token="[UNK]", continuing_subword_prefix="##"), trainers.BpeTrainer(
            vocab_size=360, special_tokens=["[UNK]"], continuing_subword_prefix="##", show_progress=False,
            limit_alphabet=120), pre_tokenizers.WhitespaceSplit())
    marked = trained(
        models.BPE(unk_token="<unk>"), trainers.BpeTrainer(
            vocab_size=520, special_tokens=["<unk>", "<s>", "</s>", *[f"<0x{byte:02X}>" for byte in range(256)]],
            show_progress=False, limit_alphabet=120), pre_tokenizers.Metaspace())
    marked.update(byte_fallback=True, fuse_unk=True)
    return {"byte-level": byte_level_model, "word pieces": word_piece, "unigram": unigram, "unigram with bytes": with_bytes,
            "unigram ties": ties, "suffixed pairs": suffixed, "prefixed pairs": prefixed, "marked pairs": marked}


def variants(size):
    """Name, model, and the parts around it; `model_settings` replace those of the model."""
    flags = lambda first: [
        added(first, "<|endoftext|>"), added(first + 1, "<left>", lstrip=True), added(first + 2, "<right>", rstrip=True, special=False, normalized=True),
        added(first + 3, "<one>", single_word=True, special=False)]
    bytes_decoder = byte_level()
    pieces_decoder = step("WordPiece", prefix="##", cleanup=True)
    spaces_decoder = metaspace()
    fallback_decoder = decode(replace("▁", " "), step("ByteFallback"), step("Fuse"))
    template = {
        "type": "TemplateProcessing",
        "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                   {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
        "pair": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}},
                 {"SpecialToken": {"id": "[SEP]", "type_id": 1}}],
        "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]},
                           "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}}
    special = [added(id, token) for id, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])]
    unigram_special = [added(0, "<pad>"), added(1, "</s>"), added(2, "<unk>")]
    regex_only = byte_level(use_regex=False)
    end = lambda *steps: cut(*steps, regex_only)
    result = []

    def add(name, model, normalizer=None, pre_tokenizer=None, decoder=None, added_tokens=(), post_processor=None, **model_settings):
        result.append({"name": name, "model": model, "model_settings": model_settings, "parts": {
            "added_tokens": list(added_tokens), "normalizer": normalizer, "pre_tokenizer": pre_tokenizer,
            "post_processor": post_processor, "decoder": decoder}})

    # The patterns of published models.
    for name, pre in [
            ("GPT-2", byte_level()), ("GPT-4", end(split(CL100K))), ("GPT-4, as converted", end(split(LLAMA3, "Removed", True))),
            ("GPT-4o", end(split(O200K))), ("Llama 3", end(split(LLAMA3))), ("Qwen 2", end(split(QWEN2))),
            ("SmolLM2", cut(step("Digits", individual_digits=True), byte_level())),
            ("DeepSeek V3", end(split(r"\p{N}{1,3}"), split("[一-龥぀-ゟ゠-ヿ]+"), split(DEEPSEEK3))),
            ("Falcon", cut(step("Punctuation", behavior="Contiguous"), step("Digits", individual_digits=False),
                           split("[0-9][0-9][0-9]"), byte_level()))]:
        add(name, "byte-level", None, pre, bytes_decoder, flags(size["byte-level"]))
    # Every behaviour of a split, by expressions of every kind.
    for behavior in ["Isolated", "Removed", "MergedWithPrevious", "MergedWithNext", "Contiguous"]:
        # Isolated and contiguous pieces are the same ones inverted.
        for invert in [False, True] if behavior[0] in "RM" else [False]:
            add(f"{behavior}{', inverted' if invert else ''}", "byte-level", None,
                end(split(r"\s|[^\w\s]", behavior, invert)), bytes_decoder)
    add("text instead of a pattern", "byte-level", None, end(split("a ", "MergedWithNext", kind="String")), bytes_decoder)
    add("an empty pattern", "byte-level", None, end(split("x*")), bytes_decoder)
    for name, expression in [
            ("lazy", r"\w+?\d|\s+?\S"), ("look back", r"(?<=\s)\S+|(?<!a)b+"), ("lines", r"^.+$|\n"), ("ends", r"\A\S+|\s+\z|\s+\Z"),
            ("boundaries", r"\b\w|\B\w\b"), ("atomic", r"(?>a+|ab)b?|(?:é|\x{65}\u0301){1,2}"), ("classes", r"[^\W\d_]+|[\p{^L}]+"),
            ("categories", r"\p{Lu}\p{Ll}*|\p{M}+|\p{Nd}+|\p{No}|\p{Sc}|\p{S}|\p{Pd}|\p{Zs}+|\p{Cc}|\P{L}"),
            ("nested", r"[a-c[x-z]\-\]]+|[\s\-]+|[]]|[-.]"), ("case", r"(?i:k|h[elk]+o)|(?i:[a-f]+)"), ("intervals", r"\d{2,3}?|\w{,4}x|a{2}|{|b{,}")]:
        add(f"pattern: {name}", "byte-level", None, end(split(expression)), bytes_decoder)
    add("delimiter", "byte-level", None, end(step("CharDelimiterSplit", delimiter="e")), bytes_decoder)
    add("fixed length", "byte-level", None, end(step("FixedLength", length=4)), bytes_decoder)
    add("NFKC and small letters", "byte-level", normalize(step("NFKC"), step("Lowercase")), byte_level(add_prefix_space=True),
        bytes_decoder, flags(size["byte-level"]))

    # BERT.
    for name, normalizer in [
            ("BERT", bert()), ("BERT, cased", bert(lowercase=False)), ("BERT, accents", bert(strip_accents=False)),
            ("BERT, accents off, cased", bert(strip_accents=True, lowercase=False)), ("BERT, raw", bert(clean_text=False, handle_chinese_chars=False))]:
        add(name, "word pieces", normalizer, step("BertPreTokenizer"), pieces_decoder, special, template)
    add("WordPiece, words", "word pieces", step("NFD"), step("Whitespace"), step("WordPiece", prefix="##", cleanup=False), special)
    add("WordPiece, spaces", "word pieces", normalize(step("NFKD"), step("StripAccents"), step("Lowercase")),
        cut(step("WhitespaceSplit"), step("Punctuation", behavior="MergedWithPrevious")), None, special, None)
    add("WordPiece, short words", "word pieces", step("Strip", strip_left=True, strip_right=False), step("WhitespaceSplit"),
        pieces_decoder, special, {"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}, max_input_chars_per_word=6)

    # T5, XLM-RoBERTa, ALBERT, Gemma, and others of their kind.
    rules = charsmap(sentencepiece_rules())
    add("T5", "unigram", rules, metaspace(), spaces_decoder, [*unigram_special, added(size["unigram"], "<extra_id_0>"), added(size["unigram"] + 1, "<x>", lstrip=True, normalized=True)],
        {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
         "pair": [], "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}})
    add("XLM-RoBERTa", "unigram", normalize(rules, step("Strip", strip_left=False, strip_right=True), replace(" {2,}", "▁", "Regex")),
        metaspace(), spaces_decoder, unigram_special,
        {"type": "RobertaProcessing", "sep": ["</s>", 1], "cls": ["<pad>", 0], "trim_offsets": True, "add_prefix_space": True})
    add("ALBERT", "unigram", normalize(replace("``", "\""), replace("''", "\""), step("NFKD"), step("StripAccents"), step("Lowercase"), rules),
        cut(step("WhitespaceSplit"), metaspace()), spaces_decoder, unigram_special)
    add("first only", "unigram", normalize(step("Nmt"), step("Strip", strip_left=True, strip_right=True)), metaspace("first"), spaces_decoder, unigram_special)
    add("first only, replaced", "unigram", replace(r"\s+", " ", "Regex"), metaspace("first", False), metaspace("first"), unigram_special)
    add("never", "unigram", step("NFC"), metaspace("never"), metaspace("never"), unigram_special)
    add("in one piece", "unigram", None, metaspace(split=False), spaces_decoder, unigram_special)
    add("Gemma", "unigram with bytes", replace(" ", "▁"), split(" ", "MergedWithPrevious", kind="String"), fallback_decoder, unigram_special)
    add("ties", "unigram ties", None, metaspace(), spaces_decoder)
    add("Unigram over bytes", "unigram", None, byte_level(), bytes_decoder, unigram_special)

    # BPE over characters.
    add("GPT-1, CLIP", "suffixed pairs", normalize(step("NFC"), replace(r"\s+", " ", "Regex"), step("Lowercase")),
        cut(split(r"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", "Removed", True)), step("BPEDecoder", suffix="</w>"))
    add("prefixed", "prefixed pairs", None, step("WhitespaceSplit"), pieces_decoder, fuse_unk=True)
    add("Mistral", "marked pairs", None, metaspace("first", False),
        decode(replace("▁", " "), step("ByteFallback"), step("Fuse"), step("Strip", content=" ", start=1, stop=0)),
        [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")])
    add("Llama 2", "marked pairs", normalize(step("Prepend", prepend="▁"), replace(" ", "▁")), None,
        decode(replace("▁", " "), step("ByteFallback"), step("Fuse"), step("Strip", content=" ", start=1, stop=0)),
        [added(0, "<unk>"), added(1, "<s>"), added(2, "</s>")])
    add("no fallback", "marked pairs", None, metaspace(), decode(step("Strip", content="▁", start=1, stop=0), spaces_decoder), byte_fallback=False, fuse_unk=False)
    add("whole words", "marked pairs", None, metaspace(), spaces_decoder, byte_fallback=False, ignore_merges=True)
    return result


def description(variant, model):
    return {"version": "1.0", "truncation": None, "padding": None, **variant["parts"],
            "model": dict(model, **variant["model_settings"])}


SPECIAL_PIECES = ["<|endoftext|>", "<left>", "<right>", "<one>", "[CLS]", "[SEP]", "</s>", "<extra_id_0>", "<x>", "▁", "##", "</w>", "\u30ab\u3099", "\ufb01"]


def more_texts(count, seed):
    generator = random.Random(seed)
    base = random_texts(count)
    texts = []
    for number in range(count):
        if number % 3 == 0:
            texts.append(base[number])
        elif number % 3 == 1:
            texts.append("".join(generator.choice(PIECES + SPECIAL_PIECES + [" "] * 12) for _ in range(generator.randint(1, 24))))
        else:
            words = " ".join(corpus()).split(" ")
            texts.append(generator.choice(["", " ", "  "]) + generator.choice([" ", "  ", "", "\n"]).join(
                generator.choice([generator.choice(words), generator.choice(SPECIAL_PIECES), generator.choice(PIECES)])
                for _ in range(generator.randint(1, 10))))
    return texts


def encoded(variant, model, texts):
    tokenizer = Tokenizer.from_str(json.dumps(description(variant, model)))
    ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
    return {"ids": ids, "decoded": [tokenizer.decode(i, skip_special_tokens=False) for i in ids],
            "framed": tokenizer.encode(texts[0]).ids}


def block_hashes(function):
    """FNV-1a of what becomes of 1024 scalars, each between two letters."""
    hashes = []
    for start in range(0, 0x110000, 1024):
        value = 0xCBF29CE484222325
        text = "".join("a" + chr(scalar) + "a" for scalar in range(start, start + 1024) if not 0xD800 <= scalar < 0xE000)
        for byte in function(text).encode():
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        hashes.append(f"{value:016x}")
    return hashes


def scalars():
    values = [value for value in range(0x110000) if not 0xD800 <= value < 0xE000]

    def matched(expression):
        splitter = pre_tokenizers.Split(Regex(expression), "removed")
        left = set()
        for start in range(0, len(values), 4096):
            for piece, _ in splitter.pre_tokenize_str("".join(map(chr, values[start:start + 4096]))):
                left.update(map(ord, piece))
        return ranges(set(values) - left)

    off = dict(clean_text=False, handle_chinese_chars=False, strip_accents=False, lowercase=False)
    punctuation = pre_tokenizers.Punctuation()
    return {
        "normalizers": {name: block_hashes(normalizer.normalize_str) for name, normalizer in [
            ("NFC", normalizers.NFC()), ("NFD", normalizers.NFD()), ("NFKC", normalizers.NFKC()), ("NFKD", normalizers.NFKD()),
            ("Lowercase", normalizers.Lowercase()), ("StripAccents", normalizers.StripAccents()), ("Nmt", normalizers.Nmt()),
            ("clean", normalizers.BertNormalizer(**dict(off, clean_text=True))),
            ("chinese", normalizers.BertNormalizer(**dict(off, handle_chinese_chars=True))),
            ("accents", normalizers.BertNormalizer(**dict(off, strip_accents=True)))]},
        "punctuation": ranges(v for v in values if len(punctuation.pre_tokenize_str("a" + chr(v) + "a")) == 3),
        "classes": {expression: matched(expression) for expression in [
            r"\w", r"[\w]", r"\W", r"\d", r"\p{Lu}", r"\p{Ll}", r"\p{Lt}", r"\p{Lm}", r"\p{M}", r"\p{P}", r"\p{S}", r"\p{Z}", r"\p{C}", "(?i:k)", "(?i:[r-t])"]},
    }


def main():
    all_models = model_set()
    sizes = {name: len(model["vocab"]) for name, model in all_models.items()}
    chosen = variants(sizes)
    if len(sys.argv) > 3 and sys.argv[1] == "--random":
        texts = more_texts(int(sys.argv[2]), SEED + 77)
    elif len(sys.argv) > 3 and sys.argv[1] == "--real":
        tokenizer = Tokenizer.from_file(sys.argv[2])
        texts = TORTURE + TEXTS + more_texts(3000, SEED + 5)
        ids = [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]
        Path(sys.argv[3]).write_text(json.dumps({"tokenizer": sys.argv[2], "texts": texts, "ids": ids}))
        return
    else:
        others = [text for number, text in enumerate(TEXTS[:-3]) if number not in TELLING]
        texts = [TEXTS[number] for number in TELLING] + others + more_texts(2, SEED + 3) + TEXTS[-3:]
    results = []
    firsts = {}
    is_wide = len(sys.argv) > 3
    rules = charsmap(sentencepiece_rules())
    for variant in chosen:
        model = all_models[variant["model"]]
        # The splits by a made-up pattern are tried on a part of the texts that are written by hand.
        is_small = not is_wide and any(word in variant["name"] for word in ["pattern", "erged", "verted", "Contiguous"])
        # Long words are a matter of word pieces.
        count = SMALL_COUNT if is_small else len(texts) if is_wide or variant["model"] == "word pieces" else len(texts) - 3
        tried = texts[:count]
        result = dict(variant, **encoded(variant, model, tried))
        # Ids like those of the model's first tokenizer are not written down again.
        first = firsts.setdefault(variant["model"], result)
        if result is not first:
            result["ids"] = [None if new == old else new for new, old in zip(result["ids"], first["ids"])]
        result["parts"] = json.dumps(
            {key: part for key, part in variant["parts"].items() if part}, ensure_ascii=False, separators=(",", ":"))[1:-1].replace(
            rules["precompiled_charsmap"], "CHARACTERS")
        result["model_settings"] = {key: json.dumps(value) for key, value in variant["model_settings"].items()}
        # What decoding gives back unchanged is not written down again.
        decoded = [None if new == old else new for new, old in zip(result["decoded"], texts)]
        result["decoded"] = decoded if is_wide else decoded[:SMALL_COUNT]
        results.append(result)
    for result in results:
        result["ids"] = [None if ids is None else "".join(chr(0x100 + id) for id in ids) for ids in result["ids"]]
    written = {"texts": texts, "characters": rules["precompiled_charsmap"], "models": {name: json.dumps(model, ensure_ascii=False, separators=(",", ":")) for name, model in all_models.items()},
               "variants": results}
    folder = Path(sys.argv[3]) if len(sys.argv) > 3 else OUTPUT
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pipelines.json").write_text(
        json.dumps(written, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf8")
    if len(sys.argv) <= 3:
        (folder / "scalars.json").write_text(json.dumps(scalars(), separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
