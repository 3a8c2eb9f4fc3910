"""The project "objects": where in a picture are the handwritten 0, 3 and 7, where the coins?

Digits are painted on photographed textures; the coins are crops of one photograph. Models are trained on some digits,
one half of every texture and two rows of coins, and tested on the others; see `pictures`. A few testing pictures are
hard on purpose: faint, small or crowded digits, a class no model knows (5), and nothing at all.
"""

from __future__ import annotations

from edgekit.sandbox import shipped
from edgekit.sandbox.detections import MIN_DISTANCE
from edgekit.sandbox.images import NOTHING, BoxBlock, CentroidBlock, DetectionBlock, ObjectPhoto, PhotoProject
from edgekit.sandbox.models import Arrays, Network
from edgekit.sandbox.objects import cells, pictures
from edgekit.sandbox.objects.pictures import LABELS, Picture
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.shipped import Learned

INPUT_ID, DSP_ID, CENTROIDS_ID, BOXES_ID = 1, 2, 3, 4
THRESHOLD = 0.5
TIGHT = 0.05


def build() -> PhotoProject:
    """Read what is in the pictures and the shipped parameters, and put the project together."""
    learned = shipped.load("objects", pictures.SOURCES)
    return project(samples(pictures.pictures()), learned)


def samples(pictures: list[Picture]) -> dict[int, ObjectPhoto]:
    """Return the pictures as samples by their ids."""
    return {i: _sample(i, picture) for i, picture in enumerate(pictures, start=1)}


def project(samples: dict[int, ObjectPhoto], learned: Learned) -> PhotoProject:
    """Put the project together from its pictures and what its models learned."""
    blocks: dict[int, DetectionBlock] = {
        CENTROIDS_ID: centroid_block(learned.arrays, _centroid_help(learned.figures["centroids"])),
        BOXES_ID: box_block(learned.arrays, _box_help(learned.figures["boxes"])),
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


def _sample(number: int, picture: Picture) -> ObjectPhoto:
    return ObjectPhoto(
        id=number,
        filename=picture.scene.name,
        category=picture.scene.category,
        label=", ".join(box.label for box in picture.scene.boxes) or NOTHING,
        metadata={"source": picture.source},
        stored=picture,
        side=cells.SIDE,
    )


# --- what the API says of it -----------------------------------------------------------------------------------------


def _about(block_id: int, name: str, title: str) -> Json:
    created = {"createdBy": "createImpulse", "createdAt": DATE}
    return {"id": block_id, "type": "keras-object-detection", "name": name, "dsp": [DSP_ID], "title": title, **created}


def _threshold(help_text: str) -> Json:
    return {"key": "min_score", "description": "Score threshold", "helpText": help_text, "value": THRESHOLD}


def centroid_block(arrays: Arrays, help_text: str = "") -> CentroidBlock:
    """Return the FOMO block."""
    about = _about(CENTROIDS_ID, "Object detection (FOMO)", "Object centres (the sandbox's own small FOMO)")
    return CentroidBlock(about, _threshold(help_text), LABELS, Network.restored(arrays, "classes"))


def box_block(arrays: Arrays, help_text: str = "") -> BoxBlock:
    """Return the block that predicts boxes."""
    about = _about(BOXES_ID, "Object detection (boxes)", "Object boxes (the sandbox's own, one box a cell)")
    networks = Network.restored(arrays, "classes"), Network.restored(arrays, "edges")
    return BoxBlock(about, _threshold(help_text), LABELS, *networks)


def _centroid_help(figures: dict[str, float]) -> str:
    return (
        f"A cell whose probability exceeds this belongs to an object; touching cells of one label make one. "
        f"On {figures['pictures']} testing pictures with {figures['objects']} objects of the classes it knows, at "
        f"{THRESHOLD}: {figures['hits']} detections right (several may share an object), {figures['false']} wrong, "
        f"{figures['missed']} objects missed. F1 {figures['f1']:.2f} at the matching distance {MIN_DISTANCE} and "
        f"{figures['f1_tight']:.2f} at {TIGHT}; as many points put down at random reach "
        f"{figures['f1_random']:.2f} and {figures['f1_random_tight']:.2f}."
    )


def _box_help(figures: dict[str, float]) -> str:
    return (
        f"A box that scores below this is discarded. This is the sandbox's own model, no YOLOX: the FOMO block's "
        f"network for the classes and a second one for the edges of the object a cell lies in, then non-maximum "
        f"suppression. The API has no last layer for that; yolox, which also predicts one box a cell and needs no "
        f"anchors, is the nearest. On {figures['pictures']} testing pictures with {figures['objects']} objects of the "
        f"classes it knows, at {THRESHOLD}: {figures['boxes']} boxes, mean COCO mAP {figures['map']:.2f}."
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
