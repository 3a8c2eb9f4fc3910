"""What one learn block says of a sample: from what the API sent to tidy tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from edgekit import anomaly, display
from edgekit.errors import AmbiguousLabelsWarning, UsageError, warn
from edgekit.regression.predictions import as_numbers
from edgekit.results import anomaly as scored_anomaly
from edgekit.results import by_kind, decision, label_lists, labelled
from edgekit.results import classification as labelled_windows
from edgekit.results import detection as detected
from edgekit.results import visual as seen
from edgekit.results.drawing import Drawing
from edgekit.results.kinds import kind_of_block
from edgekit.results.sample import Sample, Source
from edgekit.results.whole import Whole
from edgekit.results.windows import Cut, scores_of, windows_table
from edgekit.table_words import SCORE
from edgekit.threshold_rules import no_threshold
from edgekit.visual import VisualAnomaly
from edgekit.wire.schema import Classification, LearnBlock
from edgekit.wire.schema.base import decoded

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike, NDArray
    from PIL.Image import Image

    from edgekit import detection


class BlockResult:
    """What one learn block says of a sample, window by window.

    Attributes
    ----------
    result : ClassifyResult
        The result this block is part of.
    """

    def __init__(self, result: Whole, answer: Classification, index: int) -> None:
        self.result = result
        self._answer = answer
        self._index = index

    @property
    def raw(self) -> Classification:
        """Everything the API sent of this block, as decoded."""
        decoded(self._answer.lazy_parts())
        return self._answer

    @property
    def learn_block(self) -> LearnBlock:
        """The learn block: id, type, name, dsp, title, …"""
        return self._answer.learn_block

    @property
    def id(self) -> int:
        """Identifier of the learn block in its project."""
        return self.learn_block.id

    @property
    def type(self) -> str:
        """Type of the learn block: keras, anomaly, anomaly-gmm, keras-object-detection, …"""
        return self.learn_block.type

    @property
    def kind(self) -> str | None:
        """What the block says: "anomaly", "detection", "visual", "regression" or "classification".

        The type decides; of a type that edgekit does not know, what the answer holds. None where it holds nothing.
        """
        return kind_of_block(self._answer)

    @property
    def shown_kind(self) -> str:
        """The kind whose words, picture and explorer show this block; see `edgekit.results.by_kind.shown_kind`."""
        return by_kind.shown_kind(self._answer)

    @property
    def shown_kinds(self) -> list[str]:
        """All kinds that this block is shown as; see `edgekit.results.by_kind.shown_kinds`."""
        return by_kind.shown_kinds(self._answer)

    @property
    def title(self) -> str:
        """The learn block's title in the Studio."""
        return self.learn_block.title

    @property
    def last_layer(self) -> str | None:
        """What an object-detection block ends in: fomo, yolox, … (``objectDetectionLastLayer``); of any other, None."""
        return self._answer.object_detection_last_layer if self.kind == "detection" else None

    @property
    def sample(self) -> Sample:
        """The sample that was classified."""
        return self.result.sample

    def windows(self, key: str | None = None) -> pd.DataFrame:
        """Return one row per window.

        Parameters
        ----------
        key : str, optional
            Of structured labels (label maps), which have a label for each of several keys: those of this one. Without
            it the columns of all keys, called "key: label", and `expected` as "key: label, key: label".

        Returns
        -------
        DataFrame, index `window` from 0: `start_ms`, `end_ms` (from the sample's start), `expected` (the label the
        window should have, missing where the response gives none), then one float column per key of ``result``
        in order of first appearance, ``anomaly`` last. A key missing in a window is NaN. A label that is called
        as a column of such tables is (start_ms, end_ms, expected, sample, window, category, key, anomaly, anomalous
        or signed_score) gets ``_score`` appended. Of object detection `expected` is the list of the objects' labels,
        of a regression a number: NaN where the label is none (`edgekit.regression.predictions`).

        ``anomaly`` is the anomaly score. The API has the same name for the probability of a label called "anomaly":
        of a classifier it is a label where the probabilities of a window sum to 1 with it and not without
        (`edgekit.classification.probabilities.anomaly_is_a_label`), and its column is ``anomaly_score``.

        ``.attrs["labeling_method"]`` says by which method windows of several labels were labelled, where there are any.

        Notes
        -----
        Window i covers [i · increase, i · increase + size), by the response's own ``windowSizeMs`` and
        ``windowIncreaseMs``. Whether a last part shorter than a window makes one is not published: there are as many
        windows as ``result`` has items, and readings after the last window are in no window.

        `expected` comes from ``expectedLabels``, without them from the sample's ``structuredLabels``, else it is the
        sample's label. What their indices count, and which label a window of several has: see
        `edgekit.results.expected.joined` and `edgekit.results.expected.Method`. The method is that of the impulse; a
        result from a file came without it: then it is the label at the window's end, and the log says so, once.

        Warns
        -----
        AmbiguousLabelsWarning
            Nothing tells what the ranges count, and the labels depend on it; the text says why.

        Examples
        --------
        >>> import edgekit as ek
        >>> block = ek.connect(sandbox="motion").classify(31).block("anomaly-gmm")
        >>> block.windows().head(3).round(2)
                start_ms  end_ms   expected  anomaly
        window
        0              0    2000  badminton     7.28
        1            500    2500  badminton     9.73
        2           1000    3000  badminton    34.66
        """
        cut, keys = self._cut, self._keys(key)
        expected = labelled.labels(self._answer, self.sample, cut, key)
        self._warn("expectedLabels", expected.doubt)
        is_number = self.kind == "regression"
        labels = np.append(as_numbers(expected.names), np.nan)[expected.codes] if is_number else expected.column()
        table = windows_table(scores_of(self._answer, key).columns, cut, labels)
        if keys and key is None:
            table.attrs["keys"] = keys
        labelled.say_if_unsent(self._answer, self.sample)
        if self.kind == "detection":
            lists = [label_lists.listed(text, self.sample.info) for text in expected.texts]
            table["expected"] = pd.Series(lists, table.index, object)
        if expected.method:
            table.attrs["labeling_method"] = expected.method
        return table

    def predictions(self, threshold: float | None = None) -> pd.DataFrame:
        """Return what the block predicts for each window, and whether it is right.

        Parameters
        ----------
        threshold : float, optional
            A window whose highest probability is below it is "uncertain"; from 0 to 1. Of a regression the largest
            absolute error that is allowed, which can exceed 1. Without it the block's own.

        Returns
        -------
        DataFrame, index `window`: `start_ms`, `end_ms`, `expected`, `predicted`, `probability`, `correct`; see
        `edgekit.classification.predictions`. Of structured labels (label maps) one row a window and key, `key` first.
        Of a regression numbers, with `error` and `within` in place of the last two; see
        `edgekit.regression.predictions`.

        Raises
        ------
        UsageError
            The block says nothing of labels or numbers, or the threshold is not from 0 to 1, of a regression negative.

        Examples
        --------
        >>> import edgekit as ek
        >>> block = ek.connect(sandbox="motion").classify(1).block("keras")
        >>> block.predictions().head(2).round(2)
                start_ms  end_ms  expected predicted  probability  correct
        window
        0              0    2000  standing  standing         0.82     True
        1            500    2500  standing  standing         0.97     True
        """
        return by_kind.predictions(self.shown_kind, self._answer, self.windows, threshold)

    def scores(self) -> pd.DataFrame:
        """Return the scores alone, as in `windows`: one row a window, one float column a key of ``result``."""
        windows, columns = scores_of(self._answer)
        return pd.DataFrame(columns, index=pd.RangeIndex(windows, name="window"))

    def anomalous(self) -> pd.Series:
        """Say for each window whether it should be an anomaly.

        Returns
        -------
        Series of nullable boolean, index `window`, name "anomalous": <NA> where nothing says so. Source:
        ``expectedAnomalyOutcome`` (newer servers), joined to windows as `windows` joins the expected labels. Of an
        anomaly or visual-anomaly block that came without it, the window's label decides: by the project's
        ``anomalyLabelsConfig`` where the result came from a Studio that has one (`Studio.anomaly_labels`), else where
        the label is "anomaly" or "no anomaly".

        Warns
        -----
        AmbiguousLabelsWarning
            As in `windows`.
        """
        outcomes = labelled.outcomes(self._answer, self.sample, self._cut)
        self._warn("expectedAnomalyOutcome", outcomes.doubt)
        return labelled.anomalous(outcomes)

    def doubts(self) -> list[str]:
        """Return why labels may be joined to the wrong windows: what `windows` and `anomalous` warn of, as values."""
        found = (read(self._answer, self.sample, self._cut) for read in (labelled.labels, labelled.outcomes))
        return [expected.doubt for expected in found if expected.doubt]

    def features(self) -> pd.DataFrame:
        """Fetch what this block looked at: the features of its DSP blocks, one row a window; see `Studio.features`.

        Of several DSP blocks the tables stand side by side in the block's order, their ids before the names.

        Raises
        ------
        UsageError
            The result came from a file: there is no Studio to ask.
        """
        source = self._studio()
        tables = {dsp: source.features(self.sample.id, dsp) for dsp in self.learn_block.dsp}
        if len(tables) > 1:  # blocks of one kind name their features alike
            tables = {dsp: table.add_prefix(f"{dsp}: ") for dsp, table in tables.items()}
        return pd.concat(list(tables.values()), axis=1) if tables else pd.DataFrame()

    def _studio(self) -> Source:
        if self.result.source is None:
            raise UsageError(
                f"This result came from a file, without the features and the parameters of block {self.id}. Ask the "
                f"Studio it came from: ek.connect().classify({self.sample.id}).block({self.id})."
            )
        return self.result.source

    def explain(self, window: int = 0) -> pd.DataFrame:
        """Ask the Studio for the block's parameters and the sample's features, and say why each window scored so.

        Of a visual-anomaly block it is the cells of one picture, `window`; that takes a server that publishes its
        mixture and the features of the cells.

        Returns
        -------
        DataFrame, index `window`: `score` (the server's), `recomputed`, then for a GMM block `signed_score`,
        `component`, `distance` and each feature's share of it (`edgekit.Gmm.explain`), for a K-means block `cluster`,
        `distance` and each feature's share of its square (`edgekit.anomaly.KMeans.explain`). Of a visual-anomaly block
        one row a cell: `row`, `column`, then as for a GMM block.

        Raises
        ------
        UsageError
            It is no anomaly block, or the result came from a file, so that there is no Studio to ask; or the server
            publishes no mixture of a visual-anomaly block.
        ResponseError
            The Studio gives features of another number of windows or cells than it scored.

        Examples
        --------
        >>> import edgekit as ek
        >>> block = ek.connect(sandbox="motion").classify(31).block("anomaly-gmm")
        >>> block.explain().iloc[:3, :5].round(2)
                score  recomputed  signed_score  component  distance
        window
        0        7.28        7.28          7.28          2     71.00
        1        9.73        9.73          9.73          2     97.96
        2       34.66       34.66         34.66          2    372.78
        """
        if self.kind == "visual":
            cells = self.visual_anomaly(window).scores
            return seen.explain(self._answer, window, cells, self.features(), self._studio())
        score = self.scores().get(SCORE)
        if self.kind != "anomaly" or score is None:
            raise UsageError(
                f"Block {self.id} ({self.type}) has no anomaly score that edgekit can explain: that takes a block of "
                f"type anomaly-gmm or anomaly (K-means). This result has: {self.result.listing()}."
            )
        return scored_anomaly.explain(self._answer, score, self.features(), self._studio())

    @property
    def thresholds(self) -> pd.DataFrame:
        """Table of the thresholds, one row each.

        Columns key, value (a number, or the text of an option), description, help_text, suggested_value,
        suggested_value_text, and dropdown_options: the values it offers with their descriptions as one text
        ("max: Highest cell; mean: Mean of all cells"), missing where any number will do.
        """
        return decision.table(self._answer.thresholds)

    @property
    def threshold(self) -> float | None:
        """The score that decides: by key, else the only number, else minimumConfidenceRating; None without any.

        Of a regression it is the error allowed; a negative one is none, and ignored.
        """
        return decision.threshold(self._answer)

    def uncertain_below(self) -> float | None:
        """Return the probability below which the block calls a window "uncertain"; None where it has no such threshold.

        It is the `threshold` of a classifier; of an anomaly block that has probabilities as well, its ``min_score``.
        """
        return labelled_windows.uncertain_below(self._answer)

    def segments(self, threshold: float | None = None) -> pd.DataFrame:
        """Merge windows above the threshold into time ranges; see `edgekit.anomaly.segments`.

        Examples
        --------
        >>> import edgekit as ek
        >>> block = ek.connect(sandbox="motion").classify(31).block("anomaly-gmm")
        >>> block.segments(threshold=30).round(1)
           start_ms  end_ms  peak  windows
        0      1000    4500  50.8        4
        1      6000    9500  50.4        4
        """
        limit = self.threshold if threshold is None else threshold
        if limit is None:
            raise no_threshold(f"Block {self.id}", "segments")
        return anomaly.segments(self.windows(), limit)

    def plot(
        self,
        ax: Axes | None = None,
        *,
        threshold: float | None = None,
        window: int = 0,
        image: Image | None = None,
        names: detection.Names | None = None,
    ) -> Axes:
        """Draw scores and label probabilities over the sample's time, or the objects or cells of one `window`.

        See `edgekit.plots.windows`, `edgekit.plots.detections` and `edgekit.plots.cells`. Below objects and cells lies
        the picture as it went into the model: `image`, else fetched where the sample came from a Studio. `names` are
        those of `debug_info`.
        """
        title = f"{self.title} · {self.sample.filename}"
        return by_kind.plot(self.shown_kind, self, Drawing(title, ax, threshold, window, image, names))

    def in_words(self) -> str:
        """Say in a few words what this block found; for many results see `edgekit.anomaly.summary` and the like."""
        return by_kind.in_words(self._answer, self.scores(), self.threshold, self._labels)

    def __repr__(self) -> str:
        found = display.shown(self.in_words(), 1000)
        return display.fit(f"<BlockResult {self.id} {display.shown(self.type)} · {found}>")

    def _repr_html_(self) -> str:
        facts = {
            "type": self.type,
            "sample": f"{self.sample.id} · {display.shown(self.sample.filename)}",
            "result": self.in_words(),
        }
        if self.threshold is not None:
            facts["threshold"] = f"{self.threshold:g}"
        facts["score of a picture"] = decision.aggregation(self._answer.thresholds)
        note = " ".join(t.help_text for t in self._answer.thresholds)
        return display.card(f"{display.shown(self.title)} (block {self.id})", facts, note=note)

    @property
    def _cut(self) -> Cut:
        return labelled.cut(self._answer, self.sample, self.result.window_size_ms, self.result.window_increase_ms)

    def _labels(self) -> NDArray[Any]:
        return labelled.labels(self._answer, self.sample, self._cut).texts

    def _keys(self, key: str | None) -> list[str]:
        """Return the keys of structured labels, of which `key` is one where it is given."""
        keys = self._answer.keys()
        if key is None or key in keys:
            return keys
        known = f"it has {display.listing(map(display.quoted, keys))}" if keys else "its windows have one label each"
        raise UsageError(f"Block {self.id} has no labels of a key {display.quoted(key)}: {known}.")

    def _warn(self, field: str, doubt: str) -> None:
        """Tell the caller what had to be guessed."""
        if doubt:
            warn(labelled.ambiguous(field, self.sample.id, self.id, doubt), AmbiguousLabelsWarning)

    def visual_anomaly(self, window: int = 0, *, input_size: tuple[float, float] | None = None) -> VisualAnomaly:
        """Return what a visual-anomaly block says of a picture: the scores of its cells, its boxes, its verdict.

        Parameters
        ----------
        window : int
            Which picture (a video has several).
        input_size : (width, height), optional
            Of the model's input, for cells that came in its pixels and without their grid (the Linux runner's).

        Returns
        -------
        VisualAnomaly
            `score` is ``result.anomaly``, `scores`, `boxes`, `mean`, `max` are those of ``anomalyResult``, `threshold`
            is the block's. A cell that came as null is NaN.

        Raises
        ------
        UsageError
            The block sent no anomalyResult, or none of that window.
        ResponseError
            The rows of the grid are not of one length.

        Examples
        --------
        >>> import edgekit as ek
        >>> found = ek.connect(sandbox="surface").classify(102).block(4).visual_anomaly()
        >>> found.flagged(), round(found.score, 2), found.scores.shape
        (True, 292.63, (9, 9))
        >>> found.cells(threshold=100)[["row", "column", "score"]].round(1)
           row  column  score
        0    0       2  122.3
        1    1       2  292.6
        2    5       2  194.0
        """
        others = [block for block in self.result.blocks if block.has_cells]
        named = display.listing(f"block {block.id} ({block.title})" for block in others)
        return seen.visual_anomaly(
            self._answer, window, self.threshold, input_size=input_size, path=self._path, others=named
        )

    def grids(self) -> list[NDArray[np.float64]]:
        """Return the scores of the cells alone, an array (rows, columns) for each window; none without anomalyResult.

        What `visual_anomaly` has as `scores`, but not where cells came without their grid.
        """
        return seen.grids(self._answer, self._path)

    def mask_to_input(self, mask: ArrayLike) -> NDArray[np.bool_]:
        """Turn a mask of this sample's picture into one of the model's input.

        Parameters
        ----------
        mask : array (height, width)
            Not 0 where the picture is anomalous: in the size of the stored picture, or of the model's input.

        Returns
        -------
        array (height, width) of bool
            In the frame in which cells and boxes lie. What the input block makes of the picture is asked of the Studio
            once; where it is not known, the input is taken for the whole picture.

        Raises
        ------
        UsageError
            The mask has another size than both; the text says which they are.
        """
        return seen.mask_to_input(self.sample, mask, *detected.input_frame(self.sample))

    @property
    def has_cells(self) -> bool:
        """Whether this block sent the scores of a picture's cells; see `visual_anomaly`."""
        return bool(self._answer.anomaly_result)

    @property
    def detects(self) -> bool:
        """Whether this block is about objects in a picture."""
        return detected.detects(self._answer)

    def detections(self, *, input_size: tuple[float, float] | None = None) -> pd.DataFrame:
        """Return the boxes that an object-detection block found.

        Parameters
        ----------
        input_size : (width, height), optional
            Of the model's input, for boxes that came in its pixels and that nothing in the response turns into ratios.

        Returns
        -------
        DataFrame, one row a box: `window`, `label`, `score`, `x`, `y` (top left), `width`, `height`, ratios 0..1 of the
        model's input, x to the right. From ``structuredResult.boxes``, checked against ``details.boxes``: a
        UserWarning tells where they differ. Without names in the response the label is "class i", i the index in
        ``details.labels`` (from 0), and missing without that.

        Notes
        -----
        The unit of ``structuredResult.boxes`` is not published. edgekit assumes ratios of the model's input where no
        number of a window's boxes is above 1, else pixels of the model's input. ``edgekit doctor --report`` counts
        which it is in your project.
        """
        return detected.detections(self._answer, input_size, self._path)

    def debug_info(self, window: int = 0, *, names: detection.Names | None = None) -> detection.DebugInfo:
        """Return the centres that FOMO saw, the truths, and which belong together, in image coordinates.

        Parameters
        ----------
        window : int
            Counted from 0; a picture has one.
        names : mapping from label to name, optional
            Labels are numbers from 1. Without it, names are known of the classes that this response has boxes of;
            `edgekit.detection.summary` of many has more of them in `.names`.

        Raises
        ------
        UsageError
            No debug info came with this result; the text says how to ask for it.
        ResponseError
            The ``debugInfoJson`` is not what the Studio writes.
        """
        return detected.debug_info(self._answer, window, names)

    def truth_boxes(
        self, *, input_size: tuple[float, float] | None = None, resize_mode: str | None = None
    ) -> pd.DataFrame:
        """Return the sample's true boxes: `label`, `x`, `y` (top left), `width`, `height`, ratios 0..1.

        Source: the sample's ``boundingBoxes`` (pixels of the stored image) and ``imageDimensions``. What the input
        block makes of the picture is asked of the Studio once, or given by `input_size` and `resize_mode` (see
        `edgekit.detection.to_input`). Where neither is known, for a result from a file, they are ratios of the stored
        image: the same only where the input block squashes, or where both have the same shape.
        ``.attrs["frame"]`` says which it is, "model input" or "stored image".
        """
        return detected.truth_boxes(self.sample, input_size, resize_mode)

    def matched(self, window: int = 0, **options: Unpack[detected.MatchOptions]) -> detection.Matched:
        """Return detections and truths of one window, matched: a `DebugInfo` for FOMO, a `BoxMatch` for boxes.

        For FOMO `names` may be given as for `debug_info`; without debug info `edgekit.detection.match_centres_of` takes
        its place. For boxes `min_iou` (0.5). For both, where boxes are matched: `input_size` with `resize_mode` as for
        `truth_boxes`; `classes`, the labels in training, which a response does not tell: other truths get label -1.
        """
        return detected.matched(self.sample, self._answer, window, path=self._path, **options)

    def compare_metrics(self, window: int = 0, **options: Unpack[detected.MatchOptions]) -> pd.DataFrame:
        """Compare the server's own figures with those recomputed from its points or boxes; options as for `matched`.

        Returns
        -------
        DataFrame, index `metric` (f1, precision, recall, mAP): `server`, `recomputed` (by the published rule; of a FOMO
        model the mAP is the f1 again, of boxes there is only the mAP), `difference` (recomputed - server), `one_to_one`
        (by one-to-one counting; of boxes at `min_iou`). `DebugInfo.metrics` has the counts behind them.
        """
        return detected.compare_metrics(self.sample, self._answer, window, path=self._path, **options)

    def pictures(self, **options: Unpack[detected.MatchOptions]) -> list[detection.Picture]:
        """Return every window as a picture for `edgekit.detection.summary`; options as for `matched`."""
        return detected.pictures(self.sample, self._answer, path=self._path, **options)

    @property
    def _path(self) -> str:
        return f"$.classifications[{self._index}]"
