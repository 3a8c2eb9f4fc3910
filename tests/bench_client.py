"""From bytes to a table of windows: edgekit next to the official client, `edgeimpulse_api`.

The official client's calls read as from_json does, which validates nothing; there the margin is thin at 100 Hz.
"""

import json
from functools import partial

import pandas as pd
from edgeimpulse_api.models import ClassifySampleResponse as Response

from tests.bench_parse import Peers, Scores, parsing, recordings, timed
from tests.bench_table import Row


def with_client(data: bytes, scores: Scores, *, validate: bool) -> pd.DataFrame:
    answer = Response.parse_obj(json.loads(data)) if validate else Response.from_json(data)
    return timed(scores(answer.classifications[0].result), answer.window_size_ms, answer.window_increase_ms)


CLIENT: Peers = [
    ("client's from_json + json_normalize", partial(with_client, scores=pd.json_normalize, validate=False), "≥ 6"),
    ("client's parse_obj + json_normalize", partial(with_client, scores=pd.json_normalize, validate=True), "≥ 6"),
    ("client's from_json + DataFrame", partial(with_client, scores=pd.DataFrame, validate=False), ""),
]


def rows() -> list[Row]:
    return [row for recording, data in recordings().items() for row in parsing(recording, data, CLIENT)]
