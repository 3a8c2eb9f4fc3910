"""What is said of a cell that puts out something else than the notebook holds."""

from __future__ import annotations

import base64
import io

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from edgekit.checks import pictures
from edgekit.checks.cell_outputs import MOST, differences


def stream(text: str, name: str = "stdout") -> dict[str, object]:
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data: str) -> dict[str, object]:
    return {"output_type": "display_data", "metadata": {}, "data": {k.replace("_", "/"): v for k, v in data.items()}}


def table(frame: pd.DataFrame) -> dict[str, object]:
    return shown(text_plain=repr(frame), text_html=frame._repr_html_())


def png(pixels: np.ndarray) -> str:
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


FRAME = pd.DataFrame({"walk": [0.123456789, 0.5], "windows": [7, 8]}, index=pd.Index(["a", "b"], name="sample"))
GREY = np.full((4, 5, 3), 100)


def test_what_agrees_has_no_differences():
    noisy = FRAME.assign(walk=FRAME["walk"] * (1 + 1e-9))
    old = [stream("0.25\n"), table(FRAME), stream("e", "stderr")]
    new = [stream("e", "stderr"), stream("0.2500000001\n"), table(noisy)]  # order among streams is a matter of timing
    assert differences(old, new) == []


def test_noise_that_makes_a_wide_table_break_elsewhere_is_no_difference():
    wide = pd.DataFrame([[0.5] * 14], columns=[f"axis{i:02}" for i in range(14)], index=["walk"])
    with pd.option_context("display.max_columns", 20, "display.width", 80):
        tables = [table(wide.assign(**{"axis03": number})) for number in (9.9999994, 10.0000001, 10.1)]
    plain = [one["data"]["text/plain"].split("\n")[0] for one in tables]
    assert plain[0].split() != plain[1].split()
    assert differences(tables[:1], tables[1:2]) == []
    assert "row walk, column axis03: old 9.999999, new 10.1" in differences(tables[:1], tables[2:])[0]


def test_of_a_table_row_and_column_are_told_with_both_numbers():
    new = FRAME.assign(walk=[0.123456789, 0.501])
    assert differences([table(FRAME)], [table(new)]) == [
        "text/html, a table:\n  row b, column walk: old 0.500000, new 0.501000, difference 0.001"
    ]


def test_of_a_table_integers_headers_and_shape_are_told():
    new = pd.DataFrame({"walk": [0.123456789, 0.5, 1.0], "frames": [7, 9, 1]}, index=[*"abc"])
    new.index.name = "sample"
    (told,) = differences([table(FRAME)], [table(new)])
    assert "row b, column windows: old 8, new 9" in told
    assert "the header, column windows: old windows, new frames" in told
    assert "3 rows and 2 columns in the notebook, 3 rows and 2 columns now" not in told


def test_of_a_table_that_grew_the_shapes_are_told_first():
    (told,) = differences([table(FRAME)], [table(pd.concat([FRAME, FRAME]))])
    assert told.split("\n")[1] == "  3 rows and 2 columns in the notebook, 5 rows and 2 columns now"


def test_a_table_that_changed_everywhere_is_told_in_a_few_lines():
    frame = pd.DataFrame({"score": np.arange(50.0)})
    (told,) = differences([table(frame)], [table(frame + 0.5)])
    assert len(told.split("\n")) == MOST + 2
    assert told.endswith("… and 40 more")


def test_of_a_text_the_line_is_told_old_and_new():
    assert differences([stream("same\ngood 0.5")], [stream("same\nbad 0.5")]) == [
        "stdout, line 2:\n  old: good 0.5\n  new: bad 0.5"
    ]


def test_of_a_long_line_the_part_that_differs_is_quoted():
    old, new = f"{'x' * 900}a{'y' * 900}", f"{'x' * 900}b{'y' * 900}"
    (told,) = differences([stream(old)], [stream(new)])
    assert "xa" in told
    assert "xb" in told
    assert max(map(len, told.split("\n"))) < 200


@pytest.mark.parametrize(
    ("old", "new", "text"),
    [
        ([stream("a\nb")], [stream("a")], "stdout, line 2: missing: b"),
        ([stream("a")], [stream("a\nb")], "stdout, line 2: new: b"),
        ([], [stream("a")], "stdout: 0 outputs in the notebook, 1 now\n  new: a"),
        ([shown(text_plain="1")], [], "text/plain: 1 outputs in the notebook, 0 now\n  missing: 1"),
        ([stream("3.14")], [stream("3.14 ")], "stdout, line 1:\n  old: 3.14\n  new: 3.14 "),
    ],
)
def test_what_is_missing_or_new_is_said(old, new, text):
    assert differences(old, new) == [text]


def test_the_views_of_widgets_and_how_a_cell_ran_are_not_compared():
    view = {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "Explorer"}
    old = {"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": view}
    assert differences([old], [shown(text_plain="Explorer")]) == []


def test_pictures_are_compared_where_a_size_is_given():
    other = GREY.copy()
    other[0, 0] += 20
    old, new = [shown(image_png=png(GREY))], [shown(image_png=png(other))]
    assert differences(old, new) == []
    assert differences(old, new, image_rms=5) == []
    kept = {}
    (told,) = differences(old, new, image_rms=2, keep=lambda name, picture: kept.update({name: picture}) or "here")
    # 20 in each colour of 1 of 20 pixels
    rms = np.sqrt(20**2 / 20)
    reason = f"root mean square {rms:.3g} where 2 is allowed; 1 of 20 pixels differ"
    assert told == f"image/png: {reason}\n  the difference: here"
    assert Image.open(io.BytesIO(kept["image-png"])).size == (15, 4)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        (png(GREY[:2]), "5 by 4 pixels in the notebook, 5 by 2 now"),
        ("aaaa", "the new one is no picture that can be read"),
        ("%", "the new one is no picture that can be read"),
    ],
)
def test_pictures_of_another_size_and_what_is_none_are_told(new, reason):
    assert pictures.compare(png(GREY), new, 255) == (reason, b"")
