"""How far predictions are off, over many windows, and how certain the figures are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from edgekit import arguments, display
from edgekit.errors import UsageError
from edgekit.regression.predictions import as_numbers, is_within, tolerance
from edgekit.resampling import LEVEL, RESAMPLES, Figure, checked_draws, checked_level, figure
from edgekit.summaries import figures_table

Floats = NDArray[np.float64]
_NEEDED = ("expected", "predicted")


def errors(
    predictions: pd.DataFrame,
    *,
    threshold: float | None = None,
    samples: ArrayLike | None = None,
    level: float = LEVEL,
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure how far predictions are off, with intervals over samples.

    Parameters
    ----------
    predictions : DataFrame
        ``BlockResult.predictions()`` of a regression block, or many of them put together by ``pd.concat``: `expected`
        and `predicted`. Windows without one of the two (NaN, or a label that is no number) are left out.
    threshold : float, optional
        The largest absolute error that is allowed. Without it the table's own column `within` counts, if it has one.
    samples : array (windows,), optional
        Which sample each window belongs to. Without it the table's column `sample`, or the index level `sample` that
        ``pd.concat({sample_id: block.predictions()}, names=["sample", "window"])`` makes; without either, no intervals.
    level, resamples, seed
        Of the intervals: which share of the draws they hold, how often samples are drawn, and the seed of the draws.

    Returns
    -------
    DataFrame, index `figure`; `value`, and the interval from `low` to `high` (`edgekit.resampling`), NaN with fewer
    than two samples:

    mae
        Mean absolute error.
    rmse
        Root of the mean squared error.
    bias
        Mean error: above 0 where the model says too much.
    largest
        Largest absolute error. Without an interval: samples drawn anew never hold a larger one than these do.
    r2
        Share of the variance of the expected numbers that is explained; below 0 it is worse than always saying their
        mean. NaN where all expected numbers are the same.
    within
        Share of the windows whose absolute error is at most the threshold; NaN without a threshold.

    Raises
    ------
    UsageError
        No window has both an expected and a predicted number: labels may be missing, or texts that are no numbers.

    Notes
    -----
    Over all windows, whatever sample they belong to, as scikit-learn's functions of the same names.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> table = pd.DataFrame({"expected": [17.0] * 4, "predicted": [17.3, 16.8, 18.1, 21.0]})
    >>> ek.regression.errors(table, threshold=1.5)["value"].round(3).to_dict()
    {'mae': 1.4, 'rmse': 2.082, 'bias': 1.3, 'largest': 4.0, 'r2': nan, 'within': 0.75}
    """
    name = "predictions (block.predictions() of a regression block; of results, ek.regression.summary(results).figures)"
    arguments.table(name, predictions, _NEEDED)
    expected = as_numbers(predictions["expected"])
    predicted = _numbers(predictions["predicted"])
    known = np.isfinite(expected) & np.isfinite(predicted)
    if not known.any():
        raise nothing_known(display.counted(len(predictions), "window"))
    error = (predicted - expected)[known]
    within = _within(predictions, predicted - expected, threshold)[known]
    code = np.unique(_samples(predictions, samples)[known], return_inverse=True)[1]
    share, (times, start) = checked_level(level), checked_draws(resamples, seed)
    own = expected[known] - expected[known].mean()  # from about their middle, where no digits are lost
    judged = ~np.isnan(within)
    largest = np.zeros(code.max() + 1)
    np.maximum.at(largest, code, np.abs(error))

    def over(part: Any) -> Floats:
        return np.bincount(code, part).astype(float)

    sums = Sums(
        windows=over(None),
        absolute=over(np.abs(error)),
        squared=over(error**2),
        error=over(error),
        own=over(own),
        own_squared=over(own**2),
        judged=over(judged),
        within=over(np.where(judged, within, 0)),
        largest=largest,
    )
    return figures_table(sums.figures(share, times, start))


def _numbers(predicted: pd.Series[Any]) -> Floats:
    if isinstance(predicted.dtype, pd.StringDtype) and predicted.notna().any():
        raise UsageError(
            "predicted has texts, not numbers: this is a classification. ek.classification.report(predictions) and "
            "ek.classification.summary(results) measure it. (Texts that are numbers: pd.to_numeric(column).)"
        )
    return arguments.array("The column predicted", predicted)


def nothing_known(windows: str) -> UsageError:
    """Say that none of these windows can be judged."""
    return UsageError(
        f"None of {windows} has both an expected and a predicted number. A regression is judged by labels that are "
        "numbers, such as '17.5'; a text, or no label, is NaN in `expected`."
    )


class Sums(NamedTuple):
    """Sums over the windows of each sample that have both numbers; arrays (samples,).

    `windows` is how many, `absolute`, `squared` and `error` are of their errors; `own` and `own_squared` of the
    expected numbers, counted from about their middle; `judged` is of how many it is known whether the error is allowed,
    `within` of how many it is. `largest` is no sum but the largest absolute error.
    """

    windows: Floats
    absolute: Floats
    squared: Floats
    error: Floats
    own: Floats
    own_squared: Floats
    judged: Floats
    within: Floats
    largest: Floats

    def figures(self, level: float = LEVEL, resamples: int = RESAMPLES, seed: int = 0) -> dict[str, Figure]:
        """Return each figure of `errors` with its interval."""

        def over(statistic: Callable[[Floats], Floats], *parts: Floats) -> Figure:
            sums = np.column_stack([self.windows, *parts])
            return figure(sums, statistic, level=level, resamples=resamples, seed=seed)

        return {
            "mae": over(lambda sums: sums[..., 1] / sums[..., 0], self.absolute),
            "rmse": over(lambda sums: np.sqrt(sums[..., 1] / sums[..., 0]), self.squared),
            "bias": over(lambda sums: sums[..., 1] / sums[..., 0], self.error),
            "largest": Figure(float(self.largest.max()), np.nan, np.nan),
            "r2": over(_r2, self.squared, self.own, self.own_squared),
            "within": over(lambda sums: sums[..., 2] / sums[..., 1], self.judged, self.within),
        }


def _r2(sums: Floats) -> Floats:
    windows, squared, own, own_squared = np.moveaxis(sums, -1, 0)
    spread = own_squared - own**2 / windows
    explained: Floats = 1 - squared / np.where(spread > 1e-12 * own_squared, spread, np.nan)
    return explained


def _within(predictions: pd.DataFrame, error: Floats, threshold: float | None) -> Floats:
    """Return 1 where the error is allowed, 0 where not, NaN where that is not known."""
    if threshold is not None:
        flags: Any = pd.Series(is_within(error, tolerance(threshold)))
    elif "within" in predictions:
        flags = arguments.booleans(predictions["within"])
    else:
        return np.full(len(error), np.nan)
    return np.asarray(flags.astype("Float64").to_numpy(float, na_value=np.nan))


def _samples(predictions: pd.DataFrame, samples: ArrayLike | None) -> NDArray[np.intp]:
    if samples is None and "sample" in predictions:
        samples = predictions["sample"]
    if samples is None and "sample" in predictions.index.names:
        samples = predictions.index.get_level_values("sample")
    if samples is None:
        return np.zeros(len(predictions), np.intp)
    found = arguments.codes("samples", samples)
    if len(found) != len(predictions):
        raise UsageError(f"There must be one sample for each of {len(predictions)} windows, got {len(found)}.")
    return found
