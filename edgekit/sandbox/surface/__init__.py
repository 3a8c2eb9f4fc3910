"""The project "surface": is there something on the gravel that does not belong there, and where?

Models learn from pictures of gravel only. In testing pictures there are patches of brick and of grass, places out of
focus, scratches, several of these, or nothing; the defects are annotated as boxes. Training and testing pictures show
the two halves of one photograph. A stored picture is wider than what the models see: in two testing pictures the defect
is in the margin that the input block cuts off.
"""

from __future__ import annotations

from edgekit.sandbox import shipped
from edgekit.sandbox.models import Mixture, Patches
from edgekit.sandbox.photos import Photo
from edgekit.sandbox.project import DATE, Json
from edgekit.sandbox.shipped import Learned
from edgekit.sandbox.surface import plates
from edgekit.sandbox.surface.patch_features import NAMES, SIDE, Grid
from edgekit.sandbox.surface.plates import KINDS, SCRATCH, PlatePicture
from edgekit.sandbox.visual import ANOMALY, METHODS, NO_ANOMALY, VisualBlock, VisualProject

INPUT_ID, COARSE_ID, FINE_ID, MIXTURE_ID, PATCHES_ID = 1, 2, 3, 4, 5
GRIDS = {COARSE_ID: Grid(stride=16, across=2), FINE_ID: Grid(stride=10, across=4)}
QUANTILE = 0.9
Figures = dict[str, float]


def build() -> VisualProject:
    """Read what is in the pictures and the shipped parameters, and put the project together."""
    learned = shipped.load("surface", plates.SOURCES)
    return project(samples(plates.plates()), learned)


def samples(pictures: list[PlatePicture]) -> dict[int, Photo]:
    """Return the pictures as samples by their ids."""
    return {i: _sample(i, picture) for i, picture in enumerate(pictures, start=1)}


def project(samples: dict[int, Photo], learned: Learned) -> VisualProject:
    """Put the project together from its pictures and what its models learned."""
    blocks = {MIXTURE_ID: mixture_block(learned), PATCHES_ID: patches_block(learned)}
    return VisualProject(
        id=3,
        name="surface",
        description=(__doc__ or "").splitlines()[0],
        samples=samples,
        blocks=blocks,
        impulse=_impulse(blocks),
        grids=GRIDS,
    )


def _sample(number: int, picture: PlatePicture) -> Photo:
    return Photo(
        id=number,
        filename=picture.plate.name,
        category=picture.plate.category,
        label=ANOMALY if picture.plate.defects else NO_ANOMALY,
        metadata={"source": "gravel, brick and grass of scikit-image, parts of them"},
        stored=picture,
        side=SIDE,
    )


# --- what the API says of it -----------------------------------------------------------------------------------------


def mixture_block(learned: Learned) -> VisualBlock:
    """Return the block that scores patches by a Gaussian mixture."""
    about = _about(MIXTURE_ID, COARSE_ID, "Visual anomaly (GMM)", "Visual anomaly detection (GMM of patches)")
    scored = "by how far the log-likelihood of its patch is from usual, in standard deviations"
    return _block(about, "mixture", Mixture.restored(learned.arrays, "mixture"), learned, scored)


def patches_block(learned: Learned) -> VisualBlock:
    """Return the block that scores patches by the nearest patch of a normal picture."""
    about = _about(PATCHES_ID, FINE_ID, "Visual anomaly (patches)", "Visual anomaly detection (nearest patches)")
    model = Patches.restored(learned.arrays, "patches")
    scored = f"by how far its patch is from the nearest of {len(model.kept)} patches of normal pictures"
    return _block(about, "patches", model, learned, scored)


def _block(about: Json, name: str, model: Mixture | Patches, learned: Learned, scored: str) -> VisualBlock:
    figures, (dsp_id,) = learned.figures[name], about["dsp"]
    reach = float(learned.arrays[f"reach.{name}"])
    return VisualBlock(about, _threshold(figures, scored), _aggregation(figures), GRIDS[dsp_id], model, reach)


def _about(block_id: int, dsp_id: int, name: str, title: str) -> Json:
    created = {"createdBy": "createImpulse", "createdAt": DATE}
    return {"id": block_id, "type": "keras-visual-anomaly", "name": name, "dsp": [dsp_id], "title": title, **created}


def _threshold(figures: Figures, scored: str) -> Json:
    return {
        "key": "min_anomaly_score",
        "description": "Minimum anomaly score",
        "helpText": (
            f"A picture is an anomaly where it scores this or more, and so is a cell. A cell is scored {scored}. "
            f"{QUANTILE:.0%} of {figures['held_out']} normal training pictures stay below the suggested value, by "
            f"their highest cells, each cell scored by a model that has not seen its part of the photograph. "
            f"{_quality(figures)}"
        ),
        "value": figures["threshold"],
        "suggestedValue": figures["threshold"],
        "suggestedValueText": f"{QUANTILE:.0%} quantile of held-out normal pictures, by the highest cell",
    }


def _quality(figures: Figures) -> str:
    flagged = {kind: f"{figures[f'flagged_{kind}']} of {figures[f'pictures_{kind}']}" for kind in ("normal", *KINDS)}
    found = [f"{flagged[kind]} with {kind}" for kind in KINDS]
    cells = [f"{kind} {figures[f'cells_{kind}']:.3f}" for kind in KINDS if kind != SCRATCH]
    return (
        f"Of the testing pictures it then flags {flagged['normal']} normal ones (false alarms), {', '.join(found)}. "
        f"How well cells in a defect's box stand out from those of normal pictures (AUROC): {', '.join(cells)}. "
        f"Scratches it does not find: {figures[f'cells_{SCRATCH}']:.3f} in their boxes, "
        f"{figures[f'crossed_{SCRATCH}']:.3f} in the cells that the scratch itself runs through, where .5 is chance "
        f"(it is one pixel wide, and some stones are as bright). Nor does it find what lies in the margin "
        f"that the input block cuts off. All gravel is of one photograph: expect less of another."
    )


def _aggregation(figures: Figures) -> Json:
    return {
        "key": "anomaly_scoring_aggregation_method",
        "description": "Aggregation method",
        "helpText": (
            f"How the scores of a picture's cells become its one score. The minimum anomaly score is meant for the "
            f"highest cell; for the mean of all cells the same quantile is {figures['threshold_mean']}."
        ),
        "value": "max",
        "dropdownOptions": [{"description": said, "value": name} for name, (said, _) in METHODS.items()],
    }


def _impulse(blocks: dict[int, VisualBlock]) -> Json:
    return {
        "id": 1,
        "name": "surface",
        "type": "default",
        "inputBlocks": [
            {
                "id": INPUT_ID,
                "type": "image",
                "name": "Image data",
                "title": "Image data",
                "imageWidth": SIDE,
                "imageHeight": SIDE,
                "resizeMode": "fit-short",
                "resizeMethod": "lanczos3",
                "cropAnchor": "middle-center",
            }
        ],
        "dspBlocks": [
            {
                "id": dsp_id,
                "type": "custom",
                "name": f"Patches of {grid.field} pixels",
                "title": f"Patch features ({grid.size} by {grid.size} cells)",
                "axes": ["image"],
                "valuesPerAxis": grid.size**2 * len(NAMES),
                "input": INPUT_ID,
                "implementationVersion": 1,
            }
            for dsp_id, grid in GRIDS.items()
        ],
        "learnBlocks": [block.about for block in blocks.values()],
        "postProcessingBlocks": [],
    }
