"""What edgekit takes out of a notebook before nbconvert makes a page of it; the pages themselves: `tests/browser`."""

from __future__ import annotations

import json
import zipfile
from importlib import import_module

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

from edgekit.nbconvert import PictureOfExplorer

from .. import wheel

STATE, VIEW = (f"application/vnd.jupyter.widget-{part}+json" for part in ("state", "view"))
OURS = {"state": {"_anywidget_id": "edgekit.explorers.signal.SignalExplorer"}}
PANEL = {"state": {"_dom_classes": ["edgekit-panel"]}}
OTHER = {"state": {"value": 3}}


def left(*widgets: tuple[dict, bool]) -> dict | None:
    """Return what is left of the stored state of widgets, each with or without a picture beside it."""
    outputs = [
        new_output("display_data", {VIEW: {"model_id": str(i)}} | ({"image/png": "iVBO"} if has_picture else {}))
        for i, (_, has_picture) in enumerate(widgets)
    ]
    notebook = new_notebook(cells=[new_code_cell(outputs=outputs)])
    notebook.metadata.widgets = {STATE: {"state": {str(i): state for i, (state, _) in enumerate(widgets)}}}
    page, _ = PictureOfExplorer().preprocess(notebook, {})
    return page.metadata.get("widgets", {}).get(STATE, {}).get("state")


def test_what_has_a_picture_of_its_own_needs_no_state():
    assert left((OURS, True), (PANEL, True)) is None


@pytest.mark.parametrize("kept", [(OTHER, True), (OTHER, False), (OURS, False)])
def test_other_widgets_and_those_without_a_picture_keep_theirs(kept):
    assert left((OURS, True), kept) == {"1": kept[0]}


def test_a_notebook_without_stored_state_or_outputs_stays_as_it_is():
    for cells in ([], [new_code_cell("1")]):
        notebook = new_notebook(cells=cells)
        assert PictureOfExplorer().preprocess(notebook, {})[0] == notebook


def test_the_wheel_puts_the_configuration_where_jupyter_looks(tmp_path):
    with zipfile.ZipFile(wheel.build(tmp_path)) as archive:
        (name,) = [n for n in archive.namelist() if n.endswith(".data/data/etc/jupyter/jupyter_nbconvert_config.json")]
        (named,) = json.loads(archive.read(name))["HTMLExporter"]["preprocessors"]
    module, _, preprocessor = named.rpartition(".")
    assert getattr(import_module(module), preprocessor) is PictureOfExplorer
