"""What mending one kind of error would gain: the figure that says where to work next."""

from __future__ import annotations

import pandas as pd

from edgekit.detection.error_kinds import BACKGROUND, DUPLICATE, FAR, HIT, MISSED, UNKNOWN, WRONG, checked
from edgekit.detection.matching import rates

MENDABLE = (DUPLICATE, WRONG, FAR, BACKGROUND, MISSED)


def gains(errors: pd.DataFrame) -> pd.DataFrame:
    """Return what F1 would be if the errors of one kind were mended, kind by kind.

    Parameters
    ----------
    errors : DataFrame
        What `errors` returned: of one picture or of many (`Summary.per_object`).

    Returns
    -------
    DataFrame, index `kind` (duplicate, wrong class, too far, background, missed): `count`, how often it occurs; `f1`,
    by one-to-one counting, once all of them are mended and nothing else is; `gain`, by how much that is more than the
    F1 there is. The gains do not add up to what is missing to 1: kinds share precision and recall.

    Notes
    -----
    Mended as in TIDE (Bolya, Foley, Hays, Hoffman 2020, "TIDE: A General Toolbox for Identifying Object Detection
    Errors"): a prediction of the wrong class or too far away becomes the hit it would have been, a duplicate and a
    prediction in the background are taken away, and so is a missed truth. TIDE reports average precision; here it is F1
    at the threshold and the matching distance in force, which centres (FOMO) have as well.

    Examples
    --------
    >>> import edgekit as ek
    >>> import pandas as pd
    >>> truths = pd.DataFrame({"x": [0.1, 0.5, 0.9], "y": [0.1, 0.5, 0.9], "label": [1, 1, 2]})
    >>> predictions = pd.DataFrame({"x": [0.1, 0.5, 0.12], "y": [0.1, 0.5, 0.1], "label": [1, 2, 1]})
    >>> ek.detection.gains(ek.detection.match(truths, predictions).errors()).round(3)
                 count     f1   gain
    kind
    duplicate        1  0.400  0.067
    wrong class      1  0.667  0.333
    too far          0  0.333  0.000
    background       0  0.333  0.000
    missed           1  0.400  0.067
    """
    checked(errors, ["object", "kind"])
    sides = {side: errors.loc[errors["object"] == side, "kind"].value_counts() for side in ("prediction", "truth")}

    def number(side: str, kind: str) -> int:
        return int(sides[side].get(kind, 0))

    tp = number("prediction", HIT)
    fp = int(sides["prediction"].sum()) - tp
    fn = int(sides["truth"].sum()) - number("truth", HIT) - number("truth", UNKNOWN)
    before = float(rates(tp, fp, fn)[2])
    rows = {}
    for kind in MENDABLE:
        found, wanted = number("prediction", kind), number("truth", kind)
        hits = 0 if kind in (DUPLICATE, MISSED) else wanted
        after = float(rates(tp + hits, fp - found, fn - wanted)[2])
        rows[kind] = (wanted if kind == MISSED else found, after, after - before)
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["count", "f1", "gain"])
    return table.rename_axis(index="kind")
