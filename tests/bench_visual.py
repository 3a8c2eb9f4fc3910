"""Visual anomaly: from the bytes of answers to one table of cells, against json.loads and NumPy.

Each answer has one picture of 20 by 20 cells, with scores of 17 digits, as a server sends them. In one answer with all
the pictures (a video's) the cells and the table are what counts. In answers as short as these "≥ 4" is missed: the peer
takes 155 microseconds an answer, so 38 would be left. msgspec takes 11 of them to walk over an answer without decoding
it, 34 for the 400 numbers, and pandas 10 for the rows of the table; the rest is the care that the peer does not take
(every field checked, how deep it lies, legible texts). Other readers of the 400 numbers, all exact: orjson 34, SciPy's
mmread 31, pyarrow's CSV reader 19 on two processors, pysimdjson 16 (no wheel for Python 3.14), NumPy's fromstring 105.
So no reader of numbers meets it as long as each answer is checked whole, and msgspec is needed anyway.
"""

import copy
import json
from functools import partial

import numpy as np
import pandas as pd

import edgekit as ek
from tests.bench_table import Row, ratio
from tests.visual.surfaces import CASE

PICTURES, SIDE = 10_000, 20


def answers() -> tuple[list[bytes], bytes]:
    """Return an answer for each picture, and one for all of them."""
    grids = np.abs(np.random.default_rng(0).normal(size=(PICTURES, SIDE, SIDE)))
    document = copy.deepcopy(CASE)
    block, info = document["classifications"][0], document["sample"]["sample"]
    every = [
        {"boxes": [], "scores": grid.tolist(), "meanScore": float(grid.mean()), "maxScore": float(grid.max())}
        for grid in grids
    ]
    single = []
    for i, one in enumerate(every):
        info["id"], block["anomalyResult"], block["result"] = i, [one], [{"anomaly": one["maxScore"]}]
        single.append(json.dumps(document, separators=(",", ":")).encode())
    block["anomalyResult"], block["result"] = every, [{"anomaly": one["maxScore"]} for one in every]
    return single, json.dumps(document, separators=(",", ":")).encode()


def with_edgekit(documents: list[bytes]) -> pd.DataFrame:
    return ek.visual.cells_of(map(ek.parse, documents))


def with_json(documents: list[bytes]) -> pd.DataFrame:
    samples, windows, grids = [], [], []
    for data in documents:
        answer = json.loads(data)
        found = answer["classifications"][0]["anomalyResult"]
        samples += [answer["sample"]["sample"]["id"]] * len(found)
        windows += range(len(found))
        grids += [np.array(one["scores"], float) for one in found]
    cells = np.stack(grids)
    count, rows, columns = cells.shape
    row, column = (np.tile(part.ravel(), count) for part in np.indices((rows, columns)))
    return pd.DataFrame(
        {
            "sample": np.repeat(samples, rows * columns),
            "window": np.repeat(windows, rows * columns),
            "row": row,
            "column": column,
            "score": cells.ravel(),
            "x": column / columns,
            "y": row / rows,
            "width": 1 / columns,
            "height": 1 / rows,
        }
    )


def rows() -> list[Row]:
    single, together = answers()
    found = []
    for name, documents in (
        (f"{PICTURES:,} answers of {SIDE} x {SIDE} cells", single),
        (f"one answer with {PICTURES:,} grids of {SIDE} x {SIDE} cells", [together]),
    ):
        pd.testing.assert_frame_equal(with_edgekit(documents), with_json(documents))
        ours, peer = partial(with_edgekit, documents), partial(with_json, documents)
        found.append(ratio(f"{name} to one table: json.loads + NumPy", ours, peer, "≥ 4"))
    return found
