"""debugInfoJson as tables: the centres that FOMO found, the truths, and which belong together."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from msgspec import UNSET

from edgekit import arguments, display
from edgekit.arguments import flag
from edgekit.detection import debug_info_json as wire
from edgekit.detection import matching
from edgekit.detection.matched import Matched, Names
from edgekit.detection.matching import FAR_TIMES, MIN_DISTANCE, Metrics, checked_distance
from edgekit.detection.scene import BOX, NOT_IN_TRAINING, Objects, Pairs, Scene, labels
from edgekit.detection.sweep import sweep

# What a part is called in the document and here.
_PARTS = {
    "y_trues": "truths", "y_preds": "predictions", "assignments": "assignments",
    "normalised_min_distance": "min_distance", "all_pairwise_distances": "pairwise",
    "unassigned_y_true_idxs": "unassigned_truths", "unassigned_y_pred_idxs": "unassigned_predictions",
}  # fmt: skip
_MATCHED_BY_EDGEKIT = "the centres of the boxes, matched by edgekit as the Studio does"


def match(
    truths: pd.DataFrame,
    predictions: pd.DataFrame,
    min_distance: float = MIN_DISTANCE,
    one_to_one: bool = False,
    *,
    names: Names | None = None,
) -> DebugInfo:
    """Match the predictions of one picture with its truths.

    Parameters
    ----------
    truths, predictions : DataFrame
        Columns `x`, `y` (centres in image coordinates: x to the right, y down; ratios 0..1 of the picture) and `label`.
    min_distance : float
        A prediction and a truth of the same label at most this far apart (Euclidean, inclusive) may belong together.
    one_to_one : bool
        False is the Studio's counting: each prediction takes its nearest truth, several may take the same one. True is
        one-to-one counting: as many pairs as possible, then the least total distance.
    names : mapping, optional
        Names of the classes by label.

    Returns
    -------
    DebugInfo

    Examples
    --------
    Two predictions lie on the first truth, none on the second.

    >>> import edgekit as ek
    >>> import pandas as pd
    >>> truths = pd.DataFrame({"x": [0.2, 0.7], "y": [0.3, 0.6], "label": [1, 1]})
    >>> predictions = pd.DataFrame({"x": [0.25, 0.22], "y": [0.3, 0.3], "label": [1, 1]})
    >>> ek.detection.match(truths, predictions).metrics()
    Metrics(tp=2, fp=0, fn=1, precision=1.000, recall=0.667, f1=0.800)
    >>> ek.detection.match(truths, predictions, one_to_one=True).metrics()
    Metrics(tp=1, fp=1, fn=1, precision=0.500, recall=0.500, f1=0.500)
    """
    limit = checked_distance(min_distance)
    scene = Scene(Objects.from_table(truths, "truths"), Objects.from_table(predictions, "predictions"))
    document = wire.Document(y_trues=_points(scene.truths), y_preds=_points(scene.predictions))
    document.normalised_min_distance = limit
    one_to_one = flag("one_to_one", one_to_one)
    _complete(document, scene, one_to_one=one_to_one)
    return DebugInfo(document, names=names, one_to_one=one_to_one)


def match_centres_of(truths: pd.DataFrame, predictions: pd.DataFrame, *, names: Names | None = None) -> DebugInfo:
    """Match the centres of boxes: what takes the place of the Studio's debug info where none came.

    Parameters
    ----------
    truths, predictions : DataFrame
        Columns `label`, `x`, `y` (top left), `width`, `height`, as of `BlockResult.truth_boxes` and
        `BlockResult.detections`. Truths without any width or height are left out, as the Studio does.
    names : mapping, optional
        Names of the classes by label. A label that is one of these names becomes its number, so that pictures with and
        without debug info can be summed up together.

    Returns
    -------
    DebugInfo
        `.without_debug_info` is true, and its reprs say so. The Studio's distance is taken; `rematch` changes it.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> box = pd.DataFrame({"label": ["nut"], "x": [0.2], "y": [0.2], "width": [0.1], "height": [0.1]})
    >>> ek.detection.match_centres_of(box, box.assign(x=0.25))
    <DebugInfo of 1 truth, 1 prediction · 1 assigned within 0.2, without debug info>
    """
    numbers = {name: label for label, name in (names or {}).items()}

    def centres(name: str, table: pd.DataFrame) -> pd.DataFrame:
        arguments.table(name, table, [*BOX, "label"])
        x, y = table["x"] + table["width"] / 2, table["y"] + table["height"] / 2
        return pd.DataFrame({"x": x, "y": y, "label": [numbers.get(label, label) for label in table["label"]]})

    places = centres("truths", truths)[(truths["width"] > 0) & (truths["height"] > 0)]
    found = match(places, centres("predictions", predictions), names=names)
    found.derived = tuple(_PARTS.values())
    return found


def without_debug_info(count: int, pictures: int) -> str:
    """Say how many of some pictures came without debug info, and what stands in its place."""
    return f"{count} of {display.counted(pictures, 'picture')} came without debug info: {_MATCHED_BY_EDGEKIT}"


class DebugInfo(Matched):
    """The truths and predictions of one picture of a FOMO model, and which belong together.

    All places are **image coordinates**: x to the right, y down, ratios 0..1 of the picture as it went into the model.
    On the wire x is the row and y the column; `from_json` and `to_json` swap them. Labels are numbers as on the wire:
    from 1, in the order of the training classes; a truth with label -1 belongs to a class that is not in training. Make
    one with `BlockResult.debug_info`, `match` or `from_json`.

    Attributes
    ----------
    derived : tuple of str
        The parts that were not in the document and were worked out by the published rule.
    one_to_one : bool
        Whether the assignments pair one prediction with one truth (`match`); what the Studio sends does not.

    Examples
    --------
    >>> import edgekit as ek
    >>> studio = ek.connect(sandbox="objects")
    >>> result = studio.classify(studio.samples("testing").index[0])
    >>> info = result.block("fomo").debug_info()
    >>> info
    <DebugInfo of 2 truths, 2 predictions · 2 assigned within 0.2>
    >>> list(info.assignments)
    ['prediction', 'truth', 'label', 'distance']
    >>> ek.detection.DebugInfo.from_json(info.to_json()).metrics() == info.metrics()
    True
    """

    def __init__(
        self,
        document: wire.Document,
        *,
        names: Names | None = None,
        derived: tuple[str, ...] = (),
        one_to_one: bool = False,
        whole: bool = False,
    ) -> None:
        super().__init__(names)
        self._document, self._whole = document, whole
        self.derived = derived
        self.one_to_one = one_to_one

    @classmethod
    def from_json(cls, text: str | bytes, *, names: Names | None = None) -> DebugInfo:
        """Read a debugInfoJson.

        Parameters
        ----------
        text : str or bytes
            The document, or the document in quotes as it stands in a response.
        names : mapping, optional
            Names of the classes by label ({1: "bolt", 2: "nut"}); the document holds none.

        Raises
        ------
        ResponseError
            Broken, of a wrong type, pointing at what is not there, or without the points that it points at; the text
            and `.place` name the place, in the wire's own names (``$.y_preds[2].x``).

        Notes
        -----
        Assignments, unassigned and pairwise distances that are missing are derived from truths and predictions, a
        missing distance is the Studio's 0.2: `.derived` names them. Of an empty picture the Studio writes three fields
        only; there the distance alone counts as derived. Fields that edgekit does not know are read over.
        """
        document = wire.decode(text)
        whole = document.normalised_min_distance is not UNSET
        derived = _fill(document)
        return cls(document, names=names, derived=derived, whole=whole)

    def to_json(self) -> str:
        """Write the document as the Studio does: x the row, y the column.

        An empty picture stands in three fields, unless it was read with more of them (its distance would be lost).
        """
        return wire.encode(self._document, whole=self._whole)

    @property
    def without_debug_info(self) -> bool:
        """Whether nothing of it came from the Studio: edgekit matched the centres of the boxes."""
        return {"truths", "predictions", "assignments"} <= set(self.derived)

    @property
    def min_distance(self) -> float:
        """Up to which distance a prediction and a truth may belong together (``normalised_min_distance``)."""
        return self._document.normalised_min_distance  # type: ignore[return-value]

    @property
    def limit(self) -> float:
        """The same as `min_distance`."""
        return self.min_distance

    @property
    def far(self) -> float:
        """Twice `min_distance`."""
        return FAR_TIMES * self.min_distance

    @cached_property
    def scene(self) -> Scene:
        """Truths and predictions as arrays."""
        return Scene(_objects(self._document.y_trues), _objects(self._document.y_preds))

    @property
    def truths(self) -> pd.DataFrame:
        """Table `x`, `y`, `label` of the truths (``y_trues``)."""
        return _table(self.scene.truths)

    @property
    def predictions(self) -> pd.DataFrame:
        """Table `x`, `y`, `label` of the predictions (``y_preds``)."""
        return _table(self.scene.predictions)

    @property
    def assignments(self) -> pd.DataFrame:
        """Table `prediction`, `truth` (rows of those tables), `label`, `distance`, as the document has it."""
        rows: Any = self._document.assignments
        return pd.DataFrame(
            {
                "prediction": np.array([row.yp for row in rows], int),
                "truth": np.array([row.yt for row in rows], int),
                "label": labels([row.label for row in rows], "assignments"),
                "distance": np.array([row.distance for row in rows], float),
            }
        )

    @property
    def pairwise(self) -> pd.DataFrame:
        """Table `prediction`, `truth`, `distance` of every pair of one label, near or far."""
        rows: Any = self._document.all_pairwise_distances
        table = pd.DataFrame(rows, columns=["prediction", "truth", "distance"])
        return table.astype({"prediction": int, "truth": int, "distance": float})

    @property
    def unassigned_truths(self) -> list[int]:
        """Truths that no prediction took; with those of label -1, which the figures leave out."""
        return list(self._document.unassigned_y_true_idxs)  # type: ignore[arg-type]

    @property
    def unassigned_predictions(self) -> list[int]:
        """Predictions that took no truth."""
        return list(self._document.unassigned_y_pred_idxs)  # type: ignore[arg-type]

    def metrics(self, one_to_one: bool = False) -> Metrics:
        """Count hits and misses.

        Parameters
        ----------
        one_to_one : bool
            False is the Studio's counting: the assignments as they stand, so that every prediction near a truth is a
            true positive, duplicates too. (Of what ``match(…, one_to_one=True)`` assigned they are pairs already.)
            True is one-to-one counting: never more true positives, so never a higher precision. The recall can be
            higher, where the Studio lets two predictions take one truth and misses the other one beside it.

        Returns
        -------
        Metrics
            Truths with label -1 are left out.
        """
        if one_to_one and not self.one_to_one:
            return self.recomputed_metrics(one_to_one=True)
        document: Any = self._document
        missed = sum(document.y_trues[row].label != NOT_IN_TRAINING for row in document.unassigned_y_true_idxs)
        return Metrics.of(len(document.assignments), len(document.unassigned_y_pred_idxs), missed)

    def rematch(self, min_distance: float) -> DebugInfo:
        """Match the same points anew with another distance, in the same way of counting."""
        old = self._document
        document = wire.Document(y_trues=old.y_trues, y_preds=old.y_preds)
        document.normalised_min_distance = checked_distance(min_distance)
        _complete(document, self.scene, one_to_one=self.one_to_one)
        derived = tuple(part for part in self.derived if part != "min_distance") if self.without_debug_info else ()
        return DebugInfo(document, names=self.names, derived=derived, one_to_one=self.one_to_one)

    def check(self) -> pd.DataFrame:
        """Compare what the document says with what the rule makes of its points.

        Returns
        -------
        DataFrame, one row per part: `part`, `sent` and `recomputed` (how many), `differ` (how many are in one of them
        only; of the pairwise distances, how many are more than 0.002 apart: the documented example is rounded).
        """
        again = self.rematch(self.min_distance)
        rows = [
            _compared("assignments", self._pairs("assignments"), again._pairs("assignments")),
            _compared("unassigned_truths", set(self.unassigned_truths), set(again.unassigned_truths)),
            _compared("unassigned_predictions", set(self.unassigned_predictions), set(again.unassigned_predictions)),
            _compared("pairwise", self._pairs("pairwise"), again._pairs("pairwise")),
        ]
        distances: pd.DataFrame = self.pairwise.merge(again.pairwise, on=["prediction", "truth"])
        rows[-1]["differ"] += int(((distances["distance_x"] - distances["distance_y"]).abs() > 0.002).sum())
        return pd.DataFrame(rows)

    def sweep_distance(self, distances: list[float] | None = None, *, draws: int = 20, seed: int = 0) -> pd.DataFrame:
        """Return the figures over matching distances, with chance beside them; see `edgekit.detection.sweep`."""
        return sweep(self.scene, distances, draws=draws, seed=seed)

    def _pairs(self, part: str) -> set[tuple[int, int]]:
        table: pd.DataFrame = getattr(self, part)
        return set(zip(table["prediction"].tolist(), table["truth"].tolist(), strict=True))

    def __repr__(self) -> str:
        document: Any = self._document
        return display.fit(
            f"<DebugInfo of {display.counted(len(document.y_trues), 'truth')}, "
            f"{display.counted(len(document.y_preds), 'prediction')} · "
            f"{len(document.assignments)} assigned within {self.min_distance:g}"
            f"{', without debug info' if self.without_debug_info else ''}>"
        )

    def _repr_html_(self) -> str:
        countings = {name: way for name, way in matching.COUNTINGS.items() if way or not self.one_to_one}
        facts = {"min_distance": f"{self.min_distance:g}"} | self._facts(countings)
        note = f"Derived by the published rule: {', '.join(self.derived)}." if self.derived else ""
        if self.without_debug_info:
            note = f"It came without debug info: {_MATCHED_BY_EDGEKIT}."
        return display.card("Detections and truths", facts, note=note)


def _compared(part: str, sent: set[Any], recomputed: set[Any]) -> dict[str, Any]:
    return {"part": part, "sent": len(sent), "recomputed": len(recomputed), "differ": len(sent ^ recomputed)}


def _fill(document: wire.Document) -> tuple[str, ...]:
    """Put in what the document lacks, and return the names of what was put in."""
    absent = [name for name in _PARTS if getattr(document, name) is UNSET]
    if not absent:
        return ()
    for points, unassigned in (("y_trues", "unassigned_y_true_idxs"), ("y_preds", "unassigned_y_pred_idxs")):
        if points in absent:
            if document.assignments is UNSET or getattr(document, unassigned) is UNSET:
                raise wire.broken("this field is missing, and nothing says that there are none", f"$.{points}")
            setattr(document, points, [])  # that nothing points at any was checked
    if "normalised_min_distance" in absent:
        document.normalised_min_distance = MIN_DISTANCE
    _complete(document, Scene(_objects(document.y_trues), _objects(document.y_preds)))
    if not document.y_trues and not document.y_preds and not set(absent) & set(wire.EMPTY_FORM):
        return ("min_distance",) if "normalised_min_distance" in absent else ()
    return tuple(_PARTS[name] for name in absent)


def _complete(document: wire.Document, scene: Scene, *, one_to_one: bool = False) -> None:
    """Work out what the document lacks beside the points and the distance."""
    if document.assignments is UNSET:
        choose = matching.optimal if one_to_one else matching.nearest
        chosen: Pairs = choose(scene.same(), document.normalised_min_distance)  # type: ignore[arg-type]
        names = scene.predictions.label[chosen.prediction].tolist()
        rows = zip(chosen.prediction.tolist(), chosen.truth.tolist(), names, chosen.distance.tolist(), strict=True)
        document.assignments = [wire.Assignment(*row) for row in rows]
    if document.unassigned_y_true_idxs is UNSET:
        taken = {row.yt for row in document.assignments}
        document.unassigned_y_true_idxs = [row for row in range(len(scene.truths)) if row not in taken]
    if document.unassigned_y_pred_idxs is UNSET:
        placed = {row.yp for row in document.assignments}
        document.unassigned_y_pred_idxs = [row for row in range(len(scene.predictions)) if row not in placed]
    if document.all_pairwise_distances is UNSET:
        same = scene.same()
        document.all_pairwise_distances = list(
            zip(same.prediction.tolist(), same.truth.tolist(), same.distance.tolist(), strict=True)
        )


def _objects(points: Any) -> Objects:
    place = np.array([(point.y, point.x) for point in points], float).reshape(-1, 2)  # the wire's x is the row
    return Objects(place, labels([point.label for point in points], "points"), np.zeros(len(place), np.intp))


def _points(objects: Objects) -> list[wire.Point]:
    places = zip(objects.place.tolist(), objects.label.tolist(), strict=True)
    return [wire.Point(y, x, label) for (x, y), label in places]


def _table(objects: Objects) -> pd.DataFrame:
    return pd.DataFrame({"x": objects.place[:, 0], "y": objects.place[:, 1], "label": objects.label})
