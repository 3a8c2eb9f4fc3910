"""What the tests of the sandbox's project of pictures share: how its answers are taken apart."""

from __future__ import annotations

CENTROIDS, BOXES = 3, 4
LABELS = ["coin", "seven", "three", "zero"]
SIDE = 96


def truths(answer):
    """(label index, left, top, right, bottom) of each annotated box that is left in the model's square, as ratios."""
    sample = answer["sample"]["sample"]
    width, height = sample["imageDimensions"]["width"], sample["imageDimensions"]["height"]
    scale = SIDE / min(width, height)
    off_left, off_top = (round(width * scale) - SIDE) // 2, (round(height * scale) - SIDE) // 2
    found = []
    for box in sample["boundingBoxes"]:
        left, right = (min(max((x * scale - off_left) / SIDE, 0), 1) for x in (box["x"], box["x"] + box["width"]))
        top, bottom = (min(max((y * scale - off_top) / SIDE, 0), 1) for y in (box["y"], box["y"] + box["height"]))
        if right > left and bottom > top:
            label = LABELS.index(box["label"]) if box["label"] in LABELS else -1
            found.append((label, left, top, right, bottom))
    return found


def parts(answer, block):
    (one,) = [c for c in answer["classifications"] if c["learnBlock"]["id"] == block]
    return one["structuredResult"][0], one["details"][0]
