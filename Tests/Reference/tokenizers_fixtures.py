#!/usr/bin/env python3
"""Ids, texts and scalar classes from Hugging Face `tokenizers`, for the tests of the module Tokenizers.

    python tokenizers_fixtures.py [WHISPER_TINY_EN_FOLDER]

Writes into Tests/Fixtures/tokenizers:
    tokenizer.json, vocab.json, merges.txt  a small byte-level BPE tokenizer, trained here on the sentences below
    variants.json                           its ids under other settings, and what ids decode to
    classes.json                            ranges of letters, numbers, spaces, words and digits, as the library sees them
    compositions.json                       what the normalizer NFC makes of scalars and of random strings
    whisper_tiny_en.json                    ids by the tokenizer of openai/whisper-tiny.en (only if its folder is given)
"""

import copy
import json
import random
import sys
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

SEED = 20261123
OUTPUT = Path(__file__).parent.parent / "Fixtures" / "tokenizers"
VOCABULARY = 700

CORPUS = """
The tide came in twice a day, and twice a day the children ran to meet it; nobody told them when, they simply knew.
She said that she'd rather walk, and he said he'd walk with her, so they've walked ever since, and we'll not stop them.
It's a small boat, isn't it? I'm told that it leaks, that you're to bail it out, and that there's no other one for hire.
In 1997 there were 365 lamps on the hill; in 2024 there were 12, and 3 of them were lit on 31 December at 23:59:59.
def area(width, height):\n    # no units: the caller knows them\n    return width * height\n\n\nprint(area(3.5, 20))
The engine stood in the yard, the driver stood on the engine, and the rain stood on the driver until the evening train.
Größere Häuser stehen am Fluss, kleinere am Hang; dazwischen läuft die Straße, auf der niemand länger als nötig bleibt.
Les élèves étaient arrivés très tôt; à midi ils avaient déjà oublié l'été, la forêt et même le goûter où l'on chantait.
El niño soñaba con un pingüino que vivía en la montaña y bebía café con leche cada mañana a las siete.
Маленький дом стоял у самой воды, и каждую весну вода приходила к нему в гости, а осенью уходила обратно.
Το μικρό σπίτι ήταν άσπρο και η πόρτα του γαλάζια, όπως όλες οι πόρτες του νησιού.
春の川はゆっくり流れ、子どもたちは橋の上から小さな舟を落として遊んだ。東京の夜は明るい。
山上有一座小屋,屋前有两棵树,一棵是梨树,另一棵也是梨树。
작은 배가 강을 건너고 있었다. 배에는 아무도 없었고 강에는 다리가 없었다.
كان البيت الصغير أبيض وكان بابه أزرق مثل كل أبواب الجزيرة.
छोटा घर नदी के किनारे था और हर साल नदी उससे मिलने आती थी।
👍🏽 means yes, 👩‍👩‍👧‍👦 means family, 🇫🇷 means holidays, and ☎️ means that somebody is waiting; 🙂🙂🙂 means nothing at all.
"""

TORTURE = [
    "",
    " ",
    "  ",
    "\n",
    "\r\n",
    "\r\n\r\n",
    "\t\t\tx",
    " a",
    "a ",
    "  a  b   c    ",
    "a\n b\n  c\n\n d \n \n e",
    "a\r\nb\rc\n\rd",
    "x" + " " * 40 + "y" + " " * 40,
    "\n" * 17 + " x",
    "It's we're they've I'm we'll he'd 's 't 're 've 'm 'll 'd '",
    "IT'S WE'RE THEY'VE I'M WE'LL HE'D It'S 'Re 'lL 'Ve",
    "'\u017f it'\u017f 'ſt ''s '''ll 'x 's's 'sss 'lll",
    "don\u2019t can\u2018t",
    "0 12 345 6789 01234567890123456789 3.14159 1,000,000 1e-5 ½ ² ³ Ⅷ ①",
    "١٢٣ ۴۵۶ १२३ 一二三 𝟏𝟐𝟑 ๑๒๓",
    "a1b22c333 1a2b3c x1y",
    "!!! ??? ... --- === a!b?c.d a,b;c ,x (y) [z] {w} <v> _u_ #t @s $r %q ^p &o *n",
    "\u00a0nbsp\u00a0\u00a0two\u2003em\u3000ideographic\u2028line\u2029paragraph\u0085next\u1680ogham\u180emongolian",
    "zero\u200bwidth\u200cnon\u200djoiner\ufeffbom\u2060word\u00adsoft",
    "\x00\x01\x02\x07\x08\x0b\x0c\x1b\x1c\x1d\x1e\x1f\x7f\x80\x9f",
    "\ue000\uf8ff\U000f0000\U0010fffd private",
    "\ud7ff\ue000\ufffd\ufffe\uffff\U00010000\U0001ffff\U0010ffff",
    "e\u0301 e\u0301\u0323 \u0301 a\u0300\u0301\u0302\u0303\u0304 \u1112\u1161\u11ab",
    "Å \u212b A\u030a \u1e9b\u0323 \u0344 \u0958 \u2126 \uf900",
    "👍🏽 👩‍👩‍👧‍👦 🏳️‍🌈 🇫🇷🇬🇧 ❤️ 1️⃣ 🫨",
    "日本語のテキスト、句読点。「引用」カタカナ ﾊﾝｶｸ",
    "中文没有空格,但是有标点。繁體字也一樣!",
    "한국어 텍스트 ㄱㄴㄷ",
    "العربية نص من اليمين، ١٢٣؟ مَرْحَبًا",
    "עברית שָׁלוֹם",
    "हिन्दी देवनागरी लिपि क्षत्रिय।",
    "ภาษาไทยไม่มีช่องว่าง",
    "ქართული Ქართული ᲥᲐᲠᲗᲣᲚᲘ",
    "Ελληνικά Ά ά",
    "Русский текст ё Ё",
    "தமிழ் తెలుగు ಕನ್ನಡ മലയാളം বাংলা ગુજરાતી ਪੰਜਾਬੀ සිංහල ខ្មែរ ລາວ မြန်မာ བོད་ཡིག አማርኛ ᏣᎳᎩ ᐃᓄᒃᑎᑐᑦ",
    "𐎠𐎡 𒀀𒀁 𓀀𓀁 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 𝓈𝒸𝓇𝒾𝓅𝓉",
    "\u088f \u0c5c \ua7d2 \U00010940 \U00011de0 \U000323b0 new in Unicode 17",
    "\u1c89 \ua7cb \U000105c0 \U00010d4a new in Unicode 16",
    "<|endoftext|>",
    "a<|endoftext|>b",
    " <|endoftext|> <|endoftext|>",
    "<|endoftext|><|endoftext|>x<|endoftext",
    "<|startoftranscript|><|en|><|transcribe|><|notimestamps|> And so<|endoftext|>",
    "<|0.00|> And so<|2.50|><|30.00|>",
    "<|ENDOFTEXT|> <| endoftext |> <|endoftext|",
    "say <strip>  word<left> <right> x<single>y <single> <single>. x_<single> <single>\u0301",
    "   <left>   <right>   <strip>   <left>",
    "é\u00e9<é>e\u0301<e\u0301> normalized \u00e9clair e\u0301clair",
    "def f(x):\n\treturn x ** 2  # 42\n\n\nclass A(B):\n    pass\n",
    "https://example.org/a/b?c=d&e=f#g user@example.org C:\\path\\file.txt",
    "SELECT * FROM t WHERE a = 'it''s';",
    "ALLCAPS camelCase snake_case kebab-case",
    "And so, my fellow Americans, ask not what your country can do for you, ask what you can do for your country.",
    "a" * 300,
    "ab" * 100 + "ba" * 100,
    "the" * 60 + " " + "then" * 50,
    "é" * 120,
    "=" * 200 + "-" * 77,
    "0" * 130,
    " " * 300,
    "\n" * 150,
    "ﷺ ﬁ ﬀ ﬆ Ǆ ǅ ß ẞ İ ı",
    "\u0f71\u0f72\u0f74 \u0328\u0301o o\u0328\u0301 \u1100\u1161 \u1100\u1161\u11a8 \uac00\u11a8",
    "\U00011938 \U00011935\U00011930 \u0b47\u0b57 \U000105d2\u0307 \U00016d67\U00016d67",
]

PIECES = (
    [" ", " ", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\r", "\t", "\u00a0", "\u3000", "\u2028", "\u0085", "\u200b"]
    + ["'s", "'S", "'t", "'re", "'LL", "'Ve", "'d", "'m", "'", "\u017f", "'\u017f", "\u2019"]
    + ["a", "b", "e", "th", "the", "The", "and", "in", "er", "stood", "water", "é", "e\u0301", "ü", "ß", "д", "ом"]
    + ["の", "東京", "小屋", "강", "البيت", "घर", "น้ำ", "ქ", "Ა", "ǅ", "ª", "ʰ", "ー", "\u0301", "\u093f", "\u0488"]
    + ["0", "1", "12", "345", "6789", "½", "²", "Ⅷ", "٣", "५", "𝟘", "〇", "一"]
    + [".", ",", "!", "?", "...", "-", "--", "_", "(", ")", "=", "#", "@", "€", "©", "\u0000", "\u007f", "\u00ad"]
    + ["👍🏽", "👩‍👧", "🇫🇷", "❤️", "\ue000", "\ufeff", "\ufffd", "\uffff", "\U0010ffff", "\u088f", "\U00011de3", "\u0378"]
    + ["<|endoftext|>", "<|en|>", "<|endof", "<left>", "<right>", "<single>", "<strip>", "<é>", "<e\u0301>"]
)


def random_texts(count):
    generator = random.Random(SEED)
    texts = []
    for number in range(count):
        length = generator.randint(1, 16)
        if number % 4 == 0:  # any scalars at all
            scalars = []
            while len(scalars) < length:
                value = generator.choice([generator.randrange(0x250), generator.randrange(0x3000),
                                          generator.randrange(0x20000), generator.randrange(0x110000)])
                if not 0xD800 <= value < 0xE000:
                    scalars.append(chr(value) + generator.choice(["", "", " ", "a"]))
            texts.append("".join(scalars))
        elif number % 4 == 1:  # long words, for the order of merges
            letters = generator.choice(["aeht", "et", "stone", "дома", "the wa", "01"])
            texts.append("".join(generator.choice(letters) for _ in range(length * 8)))
        else:
            texts.append("".join(generator.choice(PIECES) for _ in range(length)))
    return texts


def added(id, content, **flags):
    token = {"id": id, "content": content, "single_word": False, "lstrip": False, "rstrip": False,
             "normalized": False, "special": True}
    token.update(flags)
    return token


def byte_level(**settings):
    return dict({"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}, **settings)


def split(expression, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": {"Regex": expression}, "behavior": behavior, "invert": invert}


def sequence(*steps):
    return {"type": "Sequence", "pretokenizers": list(steps)}


GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
GPT2_SHORT = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
LLAMA = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"
         r"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")
QWEN = LLAMA.replace("{1,3}", "")


def variants(first_id):
    flagged = [
        added(first_id, "<|endoftext|>"),
        added(first_id + 1, "<left>", lstrip=True),
        added(first_id + 2, "<right>", rstrip=True, special=False),
        added(first_id + 3, "<strip>", lstrip=True, rstrip=True),
        added(first_id + 4, "<single>", single_word=True, special=False),
        added(first_id + 5, "<é>", normalized=True, special=False),
        added(first_id + 6, "<|en|>"),
        added(first_id + 7, "  two spaces", special=False),
        added(first_id + 8, "<left><right>", normalized=True),
    ]
    plain = flagged[:1]
    nothing = {"normalizer": None, "pre_tokenizer": byte_level(), "added_tokens": plain, "model": {}}
    return [
        ("flags", dict(nothing, added_tokens=flagged)),
        ("prefix space", dict(nothing, added_tokens=flagged, pre_tokenizer=byte_level(add_prefix_space=True))),
        ("no pattern", dict(nothing, pre_tokenizer=byte_level(use_regex=False))),
        ("NFC", dict(nothing, added_tokens=flagged, normalizer={"type": "NFC"})),
        ("GPT-2 split", dict(nothing, pre_tokenizer=sequence(split(GPT2, "Removed", True), byte_level(use_regex=False)))),
        ("GPT-2 short split", dict(nothing, pre_tokenizer=sequence(split(GPT2_SHORT), byte_level(use_regex=False)))),
        ("Llama 3 split", dict(nothing, pre_tokenizer=sequence(split(LLAMA), byte_level(use_regex=False)),
                               model={"ignore_merges": True})),
        ("Qwen 2 split", dict(nothing, pre_tokenizer=sequence(split(QWEN), byte_level(use_regex=False)),
                              normalizer={"type": "NFC"})),
        ("digits one by one", dict(nothing, pre_tokenizer=sequence(
            {"type": "Digits", "individual_digits": True}, byte_level()))),
        ("digits together, prefix space", dict(nothing, pre_tokenizer=sequence(
            {"type": "Digits", "individual_digits": False}, byte_level(add_prefix_space=True)))),
        # Without added tokens: the library would number them anew, in the gaps of the vocabulary.
        ("unknown", dict(nothing, added_tokens=[], model={"unk_token": "b"}, without_bytes=["a", "Ċ"])),
        ("unknown, fused", dict(nothing, added_tokens=[], model={"unk_token": "b", "fuse_unk": True}, without_bytes=["a", "Ã", "Ċ"])),
        ("bytes missing", dict(nothing, added_tokens=[], without_bytes=["a", "Ċ"])),
    ]


def with_settings(base, settings):
    description = copy.deepcopy(base)
    for key in ["normalizer", "pre_tokenizer", "added_tokens"]:
        description[key] = settings[key]
    description["model"].update(settings["model"])
    without = settings.get("without_bytes", [])
    if without:
        model = description["model"]
        model["vocab"] = {token: id for token, id in model["vocab"].items() if not any(c in token for c in without)}
        model["merges"] = [pair for pair in model["merges"] if not any(c in "".join(pair) for c in without)]
    return description


def train():
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY, initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()), show_progress=False,
        special_tokens=[])
    tokenizer.train_from_iterator([line for line in CORPUS.split("\n") if line] * 2, trainer)
    tokenizer.add_special_tokens([AddedToken("<|endoftext|>", normalized=False, special=True)])
    return tokenizer


def ids(tokenizer, texts):
    return [tokenizer.encode(text, add_special_tokens=False).ids for text in texts]


def decodings(tokenizer, count, size):
    """Random ids, mostly single bytes, so that broken UTF-8 of every kind comes up."""
    generator = random.Random(SEED + 1)
    bytes_only = [tokenizer.token_to_id(c) for c in sorted(pre_tokenizers.ByteLevel.alphabet())]
    high = [tokenizer.token_to_id(c) for c in sorted(pre_tokenizers.ByteLevel.alphabet()) if 0xC0 <= ord(c) <= 0xF4]
    result = []
    for number in range(count):
        sequence = [generator.choice([generator.choice(bytes_only), generator.choice(high), generator.randrange(size)])
                    for _ in range(generator.randint(1, 24))]
        result.append({"ids": sequence, "text": tokenizer.decode(sequence, skip_special_tokens=False),
                       "without special": tokenizer.decode(sequence, skip_special_tokens=True)})
    return result


def ranges(values):
    """Flat list: first, last, first, last, … (both included)."""
    flat = []
    for value in sorted(values):
        if flat and flat[-1] == value - 1:
            flat[-1] = value
        else:
            flat += [value, value]
    return flat


def classes():
    scalars = [value for value in range(0x110000) if not 0xD800 <= value < 0xE000]

    def matched(expression):
        splitter = pre_tokenizers.Split(Regex(expression), "removed")
        left = set()
        for start in range(0, len(scalars), 4096):
            for piece, _ in splitter.pre_tokenize_str("".join(map(chr, scalars[start:start + 4096]))):
                left.update(map(ord, piece))
        return set(scalars) - left

    digits = pre_tokenizers.Digits(individual_digits=True)
    # A token that wants to be a single word is found beside a scalar only if that is no word scalar.
    single = Tokenizer(models.BPE(vocab={"x": 0}, merges=[]))
    single.add_tokens([AddedToken("#", single_word=True, normalized=False)])
    return {
        "letters": ranges(matched(r"\p{L}")),
        "numbers": ranges(matched(r"\p{N}")),
        "spaces": ranges(matched(r"\s")),
        "digits": ranges(v for v in scalars if len(digits.pre_tokenize_str("a" + chr(v) + "a")) == 3),
        "words": ranges(v for v in scalars if 1 not in single.encode("#" + chr(v)).ids and chr(v) != "#"),
    }


def compositions():
    """Every scalar that decomposes (syllables of Hangul apart), and random strings of such, marks and letters."""
    nfc, nfd = normalizers.NFC().normalize_str, normalizers.NFD().normalize_str
    scalars = [value for value in range(0x110000) if not 0xD800 <= value < 0xE000]
    decomposing = [value for value in scalars if not 0xAC00 <= value < 0xD7A4 and nfd(chr(value)) != chr(value)]
    # U+0345 has the highest class of all but one: what moves before it is a mark.
    marks = [value for value in scalars if nfc("\u0345" + chr(value)) != "\u0345" + chr(value)]
    generator = random.Random(SEED + 2)
    pieces = {
        "decomposing": decomposing, "marks": marks, "letters": [ord(c) for c in "aeiouAO \u0915\u05d0\u03b1あ"],
        "hangul": [*range(0x1100, 0x1114), *range(0x1161, 0x1177), *range(0x11A7, 0x11C4), 0xAC00, 0xAC01, 0xB098],
    }
    texts = []
    for number in range(300):
        kinds = generator.choice([["decomposing", "marks"], ["letters", "marks", "marks"], ["hangul"], list(pieces)])
        text = "".join(chr(generator.choice(pieces[generator.choice(kinds)])) for _ in range(generator.randint(1, 12)))
        texts.append(nfd(text) if number % 3 == 0 else text)
    return {
        "decompositions": [[chr(value), nfd(chr(value)), nfc(chr(value))] for value in decomposing],
        "marks": ranges(marks), "texts": texts, "composed": [nfc(text) for text in texts],
    }


def write(name, value):
    OUTPUT.mkdir(parents=True, exist_ok=True)
    (OUTPUT / name).write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=name != "compositions.json") + "\n")


def main():
    tokenizer = train()
    OUTPUT.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(OUTPUT / "tokenizer.json"), pretty=False)
    tokenizer.model.save(str(OUTPUT))
    base = json.loads(tokenizer.to_str())

    many = TORTURE + random_texts(240)
    few = TORTURE + random_texts(240)[:48]
    plain = ids(tokenizer, many)
    results = []
    for name, settings in [("plain", None)] + variants(VOCABULARY):
        description = with_settings(base, settings) if settings else base
        variant = Tokenizer.from_str(json.dumps(description))
        result = {"name": name, "ids": plain}
        if settings:
            # null: the same as plain.
            result["ids"] = [new if new != old else None for new, old in zip(ids(variant, few), plain)]
            result["settings"] = json.dumps({key: settings[key] for key in
                                             ["normalizer", "pre_tokenizer", "added_tokens"]})[1:-1]
            result["model"] = "".join(f", {json.dumps(k)}: {json.dumps(v)}" for k, v in settings["model"].items())
            result["without"] = settings.get("without_bytes", [])
        results.append(result)
    write("variants.json", {"texts": many, "variants": results,
                            "decodings": decodings(tokenizer, 150, tokenizer.get_vocab_size() + 3)})
    write("classes.json", classes())
    write("compositions.json", compositions())

    if len(sys.argv) > 1:
        whisper = Tokenizer.from_file(str(Path(sys.argv[1]) / "tokenizer.json"))
        texts = many[:len(TORTURE) + 120]
        write("whisper_tiny_en.json", {"texts": texts, "ids": ids(whisper, texts),
                                       "decodings": decodings(whisper, 40, whisper.get_vocab_size())})


if __name__ == "__main__":
    main()
