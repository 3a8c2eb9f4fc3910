"""The project "objects": where in a picture are the handwritten 0, 3 and 7, where the coins?

Digits are painted on photographed textures; the coins are crops of one photograph. Models are trained on some digits,
one half of every texture and two rows of coins, and tested on the others; see `pictures`. A few testing pictures are
hard on purpose: faint, small or crowded digits, a class no model knows (5), and nothing at all.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from edgekit.sandbox import cells, store
from edgekit.sandbox.detections import MIN_DISTANCE, UNKNOWN, Found, matched, metrics, totals
from edgekit.sandbox.images import NOTHING, BoxBlock, CentroidBlock, DetectionBlock, Photo, PhotoProject
from edgekit.sandbox.models import Network, Singles
from edgekit.sandbox.pictures import LABELS, Picture, pictures
from edgekit.sandbox.project import DATE, VARIANTS, Floats, Json

INPUT_ID, DSP_ID, CENTROIDS_ID, BOXES_ID = 1, 2, 3, 4
THRESHOLD = 0.5
CORE = 1 / 3  # of an object's width and height, each way from its centre: cells there are the object
BACKGROUND_KEPT = 0.2
TIGHT = 0.05
SEED = 0

Both = tuple[list[Found], list[Found]]  # truths and detections of one picture


def build() -> PhotoProject:
    """Make the pictures, fetch or train the models, and put the project together."""
    samples = {i: _sample(i, picture) for i, picture in enumerate(pictures(), start=1)}
    learned = store.trained("objects", lambda: _train(list(samples.values())))
    blocks: dict[int, DetectionBlock] = {
        CENTROIDS_ID: _centroid_block(learned, _centroid_help(learned)),
        BOXES_ID: _box_block(learned, _box_help(learned)),
    }
    return PhotoProject(
        id=2,
        name="objects",
        description=(__doc__ or "").splitlines()[0],
        samples=samples,
        blocks=blocks,
        impulse=_impulse(blocks),
        names=LABELS,
    )


def _sample(number: int, picture: Picture) -> Photo:
    return Photo(
        id=number,
        filename=picture.name,
        category=picture.category,
        label=", ".join(box.label for box in picture.boxes) or NOTHING,
        metadata={"source": picture.source},
        pixels=picture.pixels,
        boxes=picture.boxes,
    )


# --- training --------------------------------------------------------------------------------------------------------


def _train(photos: list[Photo]) -> store.Arrays:
    """Train both networks and measure the blocks on pictures they have not seen."""
    import sklearn.neural_network  # noqa: F401  (before the limit is set: it holds for the libraries that are there)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):  # the arrays are small: on a busy machine more threads only wait for each other
        features, labels, edges = _table([photo for photo in photos if photo.category == "training"])
        inside = labels > 0
        learned = {
            **Network.classifier(features, labels, BACKGROUND_KEPT).arrays("classes"),
            **Network.regressor(features[inside], edges[inside]).arrays("edges"),
        }
        unseen = [photo for photo in photos if photo.category == "testing"]
        learned |= _measured_centroids(_centroid_block(learned), unseen)
        learned |= _measured_boxes(_box_block(learned), unseen)
    return learned


def _table(photos: list[Photo]) -> tuple[Singles, NDArray[np.int_], Floats]:
    """Return of all half-way cells, the background thinned out: context, label from 1, where the object's edges are."""
    random = np.random.default_rng(SEED)
    centres = cells.centres(cells.PATCH)
    features, labels, edges = [], [], []
    for photo in photos:
        label, edge = _targets(photo.truths(LABELS), centres)
        kept = (label > 0) | (random.random(len(label)) < BACKGROUND_KEPT)
        features.append(cells.contexts(photo.grey(), cells.PATCH)[kept])
        labels.append(label[kept])
        edges.append(edge[kept])
    return np.concatenate(features), np.concatenate(labels), np.concatenate(edges)


def _targets(truths: list[Found], centres: Floats) -> tuple[NDArray[np.int_], Floats]:
    """Return each cell's label, 0 for background, and how far its object's edges are from its centre."""
    labels, edges = np.zeros(len(centres), int), np.zeros_like(centres)
    half_cell = cells.CELL / cells.SIDE / 2
    for truth in truths:
        column, row = truth.centre()
        across, down = CORE * (truth.right - truth.left), CORE * (truth.bottom - truth.top)
        core = (abs(centres[:, 0] - column) <= max(across, half_cell)) & (
            abs(centres[:, 1] - row) <= max(down, half_cell)
        )
        labels[core] = truth.label + 1
        edges[core] = np.array(truth[1:5]) - centres[core]
    return labels, edges


def _detected(block: DetectionBlock, photos: list[Photo]) -> list[Both]:
    """Return (truths, detections) of each picture."""
    return [(p.truths(block.names), block.found(p.grey().reshape(1, -1), VARIANTS[0])[1]) for p in photos]


def _measured_centroids(block: CentroidBlock, photos: list[Photo]) -> store.Arrays:
    """Measure F1 over all objects, at the usual and at a tight distance, and of as many points put down at random."""
    found = _detected(block, photos)
    random = np.random.default_rng(SEED)
    scattered = [(truths, [_elsewhere(one, random) for one in detections]) for truths, detections in found]
    counts = [len(photos), _known(found), *totals([matched(*both) for both in found])]
    f1 = [_f1(pairs, distance) for pairs in (found, scattered) for distance in (MIN_DISTANCE, TIGHT)]
    return {"centroid_counts": np.array(counts), "centroid_f1": np.array(f1)}


def _measured_boxes(block: BoxBlock, photos: list[Photo]) -> store.Arrays:
    """Measure the mean of the pictures' COCO mAP, over those that hold an object of a known class."""
    found = [both for both in _detected(block, photos) if _known([both])]
    maps = [block.figures(*both, debug=False)["mAP"] for both in found]
    counts = [len(found), _known(found), sum(len(boxes) for _, boxes in found)]
    return {"box_counts": np.array(counts), "box_map": np.mean(maps)}


def _known(found: list[Both]) -> int:
    """Count the truths of known classes."""
    return sum(truth.label != UNKNOWN for truths, _ in found for truth in truths)


def _f1(found: list[Both], distance: float) -> float:
    return metrics(*totals([matched(*both, distance) for both in found]))[2]


def _elsewhere(found: Found, random: np.random.Generator) -> Found:
    x, y = random.random(2).tolist()
    return found._replace(left=x, right=x, top=y, bottom=y)


# --- what the API says of it -----------------------------------------------------------------------------------------


def _about(block_id: int, name: str, title: str) -> Json:
    created = {"createdBy": "createImpulse", "createdAt": DATE}
    return {"id": block_id, "type": "keras-object-detection", "name": name, "dsp": [DSP_ID], "title": title, **created}


def _threshold(help_text: str) -> Json:
    return {"key": "min_score", "description": "Score threshold", "helpText": help_text, "value": THRESHOLD}


def _centroid_block(learned: store.Arrays, help_text: str = "") -> CentroidBlock:
    about = _about(CENTROIDS_ID, "Object detection (FOMO)", "Object centres (the sandbox's own small FOMO)")
    return CentroidBlock(about, _threshold(help_text), LABELS, Network.restored(learned, "classes"))


def _box_block(learned: store.Arrays, help_text: str = "") -> BoxBlock:
    about = _about(BOXES_ID, "Object detection (boxes)", "Object boxes (the sandbox's own, one box a cell)")
    networks = Network.restored(learned, "classes"), Network.restored(learned, "edges")
    return BoxBlock(about, _threshold(help_text), LABELS, *networks)


def _centroid_help(learned: store.Arrays) -> str:
    pictures, objects, hits, false, missed = learned["centroid_counts"]
    f1, tight, by_chance, tight_by_chance = learned["centroid_f1"]
    return (
        f"A cell whose probability exceeds this belongs to an object; touching cells of one label make one. "
        f"On {pictures} testing pictures with {objects} objects of the classes it knows, at {THRESHOLD}: {hits} "
        f"detections right (several may share an object), {false} wrong, {missed} objects missed. F1 {f1:.2f} at the "
        f"matching distance {MIN_DISTANCE} and {tight:.2f} at {TIGHT}; as many points put down at random reach "
        f"{by_chance:.2f} and {tight_by_chance:.2f}."
    )


def _box_help(learned: store.Arrays) -> str:
    pictures, objects, boxes = learned["box_counts"]
    return (
        f"A box that scores below this is discarded. This is the sandbox's own model, no YOLOX: the FOMO block's "
        f"network for the classes and a second one for the edges of the object a cell lies in, then non-maximum "
        f"suppression. The API has no last layer for that; yolox, which also predicts one box a cell and needs no "
        f"anchors, is the nearest. On {pictures} testing pictures with {objects} objects of the classes it knows, at "
        f"{THRESHOLD}: {boxes} boxes, mean COCO mAP {learned['box_map']:.2f}."
    )


def _impulse(blocks: dict[int, DetectionBlock]) -> Json:
    return {
        "id": 1,
        "name": "objects",
        "type": "default",
        "inputBlocks": [
            {
                "id": INPUT_ID,
                "type": "image",
                "name": "Image data",
                "title": "Image data",
                "imageWidth": cells.SIDE,
                "imageHeight": cells.SIDE,
                "resizeMode": "fit-short",
                "resizeMethod": "lanczos3",
                "cropAnchor": "middle-center",
            }
        ],
        "dspBlocks": [
            {
                "id": DSP_ID,
                "type": "image",
                "name": "Image",
                "title": "Image (grey values)",
                "axes": ["image"],
                "valuesPerAxis": cells.SIDE**2,
                "input": INPUT_ID,
                "implementationVersion": 1,
            }
        ],
        "learnBlocks": [block.about for block in blocks.values()],
        "postProcessingBlocks": [],
    }
