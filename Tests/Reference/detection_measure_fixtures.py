"""Writes Tests/Fixtures/evaluation/detections.json: random pictures with true and found boxes, and what pycocotools and a plain
reading of Pascal VOC's rules say of them.

    .venv/bin/python Tests/Reference/detection_measure_fixtures.py
    .venv/bin/python Tests/Reference/detection_measure_fixtures.py --data TEST.json FOLDER   # a real file of COCO's annotations with
                                                                # made-up detections, for the same test, outside the repository

Each set: classes, pictures of [true boxes, found boxes]; a true box is [class, x, y, w, h, crowd, difficult, area], a found one
[class, x, y, w, h, score]; then COCO's twelve numbers (-1: nothing to find), the average precision of each class, and VOC's two
average precisions of each class.
"""
import contextlib
import io
import json
import sys
from pathlib import Path

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

SEED = 20261125
COUNT = 200


def quarter(values):
    """Quarters are the same in every notation."""
    return [round(float(value) * 4) / 4 for value in values]


def random_set(random):
    classes = int(random.integers(1, 4))
    side = float(random.choice([40, 120, 400]))
    # Few different scores, so that equal ones occur.
    levels = int(random.choice([5, 50, 1000]))
    pictures = []
    for _ in range(int(random.integers(1, 6))):
        truth, found = [], []
        for _ in range(int(random.integers(0, 7))):
            w, h = quarter(random.uniform(2, side * 0.6, 2))
            x, y = quarter(random.uniform(0, side * 0.7, 2))
            crowd, difficult = int(random.random() < 0.12), int(random.random() < 0.15)
            area = w * h * (0.5 if random.random() < 0.3 else 1)
            truth.append([int(random.integers(classes)), x, y, max(w, 1), max(h, 1), crowd, difficult, area])
        for label, x, y, w, h, *_ in truth:
            for _ in range(int(random.choice([0, 1, 1, 1, 2]))):
                dx, dy = quarter(random.normal(0, 0.08, 2) * [w, h])
                nw, nh = quarter(np.exp(random.normal(0, 0.1, 2)) * [w, h])
                if random.random() < 0.1:
                    label = int(random.integers(classes))
                found.append([label, x + dx, y + dy, max(nw, 0.25), max(nh, 0.25), int(random.integers(levels)) / levels])
        for _ in range(int(random.integers(0, 4))):
            w, h = quarter(random.uniform(2, side * 0.5, 2))
            x, y = quarter(random.uniform(0, side * 0.7, 2))
            found.append([int(random.integers(classes)), x, y, max(w, 1), max(h, 1), int(random.integers(levels)) / levels])
        # Once in a while more than COCO looks at.
        if random.random() < 0.02:
            found += [[0, 0.0, 0.0, float(1 + n % 7), 8.0, (n * 37 % 101) / 101] for n in range(105)]
        random.shuffle(found)
        pictures.append([truth, found])
    return classes, pictures


def coco(classes, pictures):
    truth = {"images": [], "annotations": [], "categories": [{"id": n, "name": str(n)} for n in range(classes)]}
    found = []
    for number, (true_boxes, found_boxes) in enumerate(pictures):
        truth["images"].append({"id": number})
        for label, x, y, w, h, crowd, _, area in true_boxes:
            truth["annotations"].append(
                {"id": len(truth["annotations"]) + 1, "image_id": number, "category_id": label, "bbox": [x, y, w, h],
                 "area": area, "iscrowd": crowd})
        for label, x, y, w, h, score in found_boxes:
            found.append({"image_id": number, "category_id": label, "bbox": [x, y, w, h], "score": score})
    with contextlib.redirect_stdout(io.StringIO()):
        data = COCO()
        data.dataset = truth
        data.createIndex()
        evaluation = COCOeval(data, data.loadRes(found) if found else empty(data), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
        evaluation.summarize()
    by_class = []
    for label in range(classes):
        values = evaluation.eval["precision"][:, :, label, 0, 2]
        by_class.append(float(values.mean()) if values.size and (values > -1).all() else -1.0)
    return [float(value) for value in evaluation.stats], by_class


def empty(data):
    result = COCO()
    result.dataset = {"images": data.dataset["images"], "annotations": [], "categories": data.dataset["categories"]}
    result.createIndex()
    return result


def common(a, b):
    w = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    h = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if w <= 0 or h <= 0:
        return 0.0
    return w * h / (a[2] * a[3] + b[2] * b[3] - w * h)


def voc(classes, pictures):
    """After the description of the challenge: all detections of a class in the order of confidence, over all pictures."""
    results = []
    for label in range(classes):
        truth = [[(b[1:5], b[5] or b[6]) for b in boxes if b[0] == label] for boxes, _ in pictures]
        taken = [[False] * len(boxes) for boxes in truth]
        positives = sum(not difficult for boxes in truth for _, difficult in boxes)
        found = [(box[5], number, box[1:5]) for number, (_, boxes) in enumerate(pictures) for box in boxes if box[0] == label]
        found.sort(key=lambda item: -item[0])
        flags = []
        for _, number, box in found:
            overlaps = [common(box, other) for other, _ in truth[number]]
            best = int(np.argmax(overlaps)) if overlaps else -1
            if best < 0 or overlaps[best] < 0.5:
                flags.append(0)
            elif truth[number][best][1]:
                continue
            else:
                flags.append(0 if taken[number][best] else 1)
                taken[number][best] = True
        if positives == 0:
            results.append([-1.0, -1.0])
            continue
        right = np.cumsum(flags)
        recall = right / positives
        precision = right / np.arange(1, len(flags) + 1)
        eleven = [max([p for r, p in zip(recall, precision) if r >= t], default=0.0) for t in np.arange(11) / 10]
        r = np.concatenate([[0], recall, [1]])
        p = np.maximum.accumulate(np.concatenate([[0], precision, [0]])[::-1])[::-1]
        area = float(sum((r[1:] - r[:-1]) * p[1:]))
        results.append([float(np.mean(eleven)), area])
    return results


def judged(classes, pictures):
    numbers, by_class = coco(classes, pictures)
    return {"classes": classes, "pictures": pictures, "coco": numbers, "coco_by_class": by_class, "voc": voc(classes, pictures)}


def real_set(path, random):
    """The true boxes of a file of COCO's annotations, and boxes made from them by chance."""
    data = json.loads(Path(path).read_text())
    numbers = {category["id"]: n for n, category in enumerate(data["categories"])}
    pictures = []
    for image in sorted(data["images"], key=lambda image: image["id"]):
        truth = [
            [numbers[a["category_id"]], *a["bbox"], a["iscrowd"], 0, a["area"]]
            for a in data["annotations"] if a["image_id"] == image["id"]]
        found = []
        for label, x, y, w, h, *_ in truth:
            if random.random() < 0.9:
                dx, dy = random.normal(0, 0.05, 2) * [w, h]
                found.append([label, x + dx, y + dy, w * 1.02, h * 0.97, float(random.random())])
        for _ in range(int(random.integers(0, 5))):
            found.append([int(random.integers(len(numbers))), *random.uniform(0, 100, 2), *random.uniform(5, 100, 2),
                          float(random.random() * 0.7)])
        pictures.append([truth, found])
    return len(numbers), pictures


def main():
    random = np.random.default_rng(SEED)
    if sys.argv[1:2] == ["--data"]:
        sets, target = [judged(*real_set(sys.argv[2], random))], Path(sys.argv[3]) / "detections.json"
    else:
        sets = [judged(*random_set(random)) for _ in range(COUNT)]
        target = Path(__file__).parents[1] / "Fixtures/evaluation/detections.json"
    with open(target, "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(s, separators=(",", ":")) for s in sets) + "\n]\n")
    print(f"{target}: {len(sets)} sets, {target.stat().st_size} bytes")


if __name__ == "__main__":
    main()
