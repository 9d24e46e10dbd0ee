"""Makes Sources/VisionModels/Classification/ImageNetClasses+List.swift: the thousand classes of ImageNet (ILSVRC 2012) in
the order of their numbers.

    python imagenet_classes.py FOLDER

FOLDER is `timm/data/_info` of the Python package timm 1.0.31 (Apache-2.0), which lists the classes as synsets of WordNet 3.0 with
their lemmas. A class is called by the first lemma that no class before it has been called by, or by the first.
"""

import pathlib
import sys

OUTPUT = pathlib.Path(__file__).resolve().parents[2] / "Sources/VisionModels/Classification/ImageNetClasses+List.swift"


def main():
    folder = pathlib.Path(sys.argv[1])
    lemmas = dict(line.split("\t") for line in (folder / "imagenet_synset_to_lemma.txt").read_text().splitlines())
    names = []
    for synset in (folder / "imagenet_synsets.txt").read_text().split():
        choices = lemmas[synset].split(", ")
        names.append(next((name for name in choices if name not in names), choices[0]))
    assert len(names) == 1000
    text = [
        "// swift-format-ignore-file",
        "// Made by Tests/Reference/imagenet_classes.py; the names are those of WordNet 3.0 (docs/licences.md).",
        "",
        "extension ImageNetClasses {",
        "    /// One a line.",
        '    static let list = """',
        *("        " + name for name in names),
        '        """',
        "}",
        "",
    ]
    OUTPUT.write_text("\n".join(text))
    print([name for name in set(names) if names.count(name) > 1])


if __name__ == "__main__":
    main()
