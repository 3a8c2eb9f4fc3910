"""Pictures of a classification: which label is taken for which, and how sure the model is, rightly or not."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from edgekit import arguments, axis_names, display
from edgekit.colours import ANSWERS, COLOURS
from edgekit.errors import UsageError
from edgekit.plots.dark import ink_on
from edgekit.plots.style import finish, new_axes, plain
from edgekit.table_words import UNCERTAIN

_WRITTEN = 20  # labels; of more the counts no longer fit into their cells
_BINS = 20


def confusion(matrix: pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw a confusion matrix: each cell as dark as its share of its row, with its count.

    Parameters
    ----------
    matrix : DataFrame
        Rows what should have been, columns what was predicted (`edgekit.classification.confusion`).
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        With more than 20 labels the counts are left out.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> predictions = pd.DataFrame({"expected": ["idle", "wave"], "predicted": ["idle", "idle"]})
    >>> ek.plots.confusion(ek.classification.confusion(predictions)).get_ylabel()
    'expected'
    """
    table = arguments.table("matrix (ek.classification.confusion(predictions))", matrix)
    if {"expected", "predicted"} <= set(table.columns) and not pd.api.types.is_numeric_dtype(table["predicted"]):
        raise UsageError(
            "This is a table of predictions. Give the confusion matrix: ek.classification.confusion(predictions)."
        )
    counts = arguments.array("The counts", table)
    rows, columns = matrix.shape
    side = min(1.6 + 0.42 * max(rows, columns, 3), 11)
    ax = ax if ax is not None else new_axes((side + 0.8, side))
    total = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, total, out=np.zeros_like(counts), where=total > 0)
    if counts.size:
        cells = ax.imshow(np.ma.masked_equal(shares, 0), cmap="Blues", vmin=0, vmax=1.15, aspect="auto")
        if max(rows, columns) <= _WRITTEN:
            grounds = np.asarray(cells.cmap(cells.norm(shares)))
            for row, column in np.argwhere(counts):
                written = f"{counts[row, column]:g}"
                ink = ink_on(grounds[row, column])
                ax.text(column, row, written, ha="center", va="center", color=ink, fontsize="small")
    ax.set_xticks(range(columns), [plain(display.short(name)) for name in matrix.columns], rotation=45, ha="right")
    ax.set_yticks(range(rows), [plain(display.short(name)) for name in matrix.index])
    ax.tick_params(length=0, labelsize="small")
    ax.set(xlabel=axis_names.PREDICTED, ylabel=axis_names.EXPECTED)
    finish(ax, title)
    return ax


def reliability(curve: pd.DataFrame, *, ax: Axes | None = None, title: str = "") -> Axes:
    """Draw how often windows are right against how sure the model was of them.

    Parameters
    ----------
    curve : DataFrame
        `low`, `high`, `probability`, `right`, `windows` (`edgekit.classification.calibration`).
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        On the diagonal the probabilities can be believed; below it the model is too sure of itself. The bars are the
        share of the windows in each bin, the points as large as that share.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["a", "a", "b"], "a": [0.9, 0.7, 0.8], "b": [0.1, 0.3, 0.2]})
    >>> ek.plots.reliability(ek.classification.calibration(windows)).get_ylabel()
    'share that is right'
    """
    wanted = ["low", "high", "probability", "right", "windows"]
    given = arguments.table("curve (ek.classification.calibration())", curve, wanted)
    low, high, probability, right, windows = arguments.array("The curve", given[wanted]).T
    ax = ax if ax is not None else new_axes((4.6, 4.2))
    share = windows / max(windows.sum(), 1)
    ax.bar(low, share, high - low, align="edge", color=ANSWERS["uncertain"].light, alpha=0.25, label="share of windows")
    ax.plot([0, 1], [0, 1], color="0.35", linewidth=1, linestyle="--", label="calibrated")
    ax.plot(probability, right, color=COLOURS[0], linewidth=1.4, label="the model")
    ax.scatter(probability, right, 15 + 200 * share, color=COLOURS[0], zorder=3)
    ax.set(xlim=(0, 1), ylim=(0, 1.02), xlabel=axis_names.PROBABILITY, ylabel=axis_names.RIGHT)
    finish(ax, title)
    return ax


def probabilities(
    predictions: pd.DataFrame, threshold: float | None = None, *, ax: Axes | None = None, title: str = ""
) -> Axes:
    """Draw how sure the model was, right and wrong windows apart.

    Parameters
    ----------
    predictions : DataFrame
        `expected`, `predicted` and `probability` (``BlockResult.predictions()``, or many of them put together),
        best made with threshold 0: a window that is "uncertain" counts as neither right nor wrong.
    threshold : float, optional
        Drawn as a line: windows left of it would be uncertain.
    ax : Axes, optional
        Where to draw; a new figure without it.
    title : str
        Above the picture.

    Returns
    -------
    Axes
        Windows without an expected label or a probability are left out.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> windows = pd.DataFrame({"expected": ["a", "b"], "a": [0.9, 0.7], "b": [0.1, 0.3]})
    >>> ek.plots.probabilities(ek.classification.predictions(windows)).get_xlabel()
    'highest probability'
    """
    limit = None if threshold is None else arguments.number("threshold", threshold, 0, 1)
    wanted = ["expected", "predicted", "probability"]
    given = arguments.table("predictions (such as block.predictions())", predictions, wanted)
    given = given[given[wanted].notna().all(axis=1)]
    same = given["expected"].eq(given["predicted"]).to_numpy(bool)
    unsure = given["predicted"].eq(UNCERTAIN).to_numpy(bool)
    sure = arguments.array("The probabilities", given["probability"])
    ax = ax if ax is not None else new_axes((8, 2.8))
    edges = np.linspace(0, 1, _BINS + 1)
    groups = {"right": (same, "-"), "wrong": (~same & ~unsure, "--"), "uncertain": (~same & unsure, ":")}
    for name, (group, style) in groups.items():
        if group.any():
            counts, colour = np.histogram(sure[group].clip(0, 1), edges)[0], ANSWERS[name].light
            ax.stairs(counts, edges, fill=True, color=colour, alpha=0.25)
            label = f"{name} ({display.counted(group.sum(), 'window')})"
            ax.stairs(counts, edges, color=colour, linestyle=style, linewidth=1.4, label=label)
    if limit is not None:
        ax.axvline(limit, color="black", linewidth=1, label=f"threshold {limit:g}")
    ax.set(xlim=(0, 1), xlabel=axis_names.PROBABILITY, ylabel="windows")
    finish(ax, title)
    return ax
