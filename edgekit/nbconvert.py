"""Explorers in a page that `jupyter nbconvert` writes: their picture; the widget would need a network, or be blank.

nbconvert prefers a widget whose state is stored in the notebook (as ``--execute`` does) to the picture beside it, and
takes the scripts that show it from the internet. Jupyter finds `PictureOfExplorer` through the configuration that is
installed with edgekit, `jupyter_nbconvert_config.json`: nothing has to be typed. Who sets `HTMLExporter.preprocessors`
in a configuration of their own names "edgekit.nbconvert.PictureOfExplorer" there as well.
"""

from __future__ import annotations

from typing import Any

from nbconvert.preprocessors import Preprocessor

_VIEW = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"


class PictureOfExplorer(Preprocessor):
    """Take the stored state of edgekit's widgets out of the page where they have a picture; others keep theirs."""

    enabled = True

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Return the notebook as the page shows it; nbconvert hands over a copy."""
        state = nb.metadata.get("widgets", {}).get(_STATE, {}).get("state", {})
        outputs = [output.get("data", {}) for cell in nb.cells for output in cell.get("outputs", [])]
        views = {data[_VIEW].get("model_id"): data for data in outputs if _VIEW in data}
        for model, data in views.items():
            if "image/png" in data and _is_ours(state.get(model, {}).get("state", {})):
                del state[model]
        for model in [model for model in state if model not in views and _is_ours(state[model]["state"])]:
            if not any(f"IPY_MODEL_{model}" in str(other) for name, other in state.items() if name != model):
                del state[model]  # it was a tab of one of them
        if not views.keys() & state.keys():
            nb.metadata.pop("widgets", None)  # nothing shows it, and the page would load scripts for it
        return nb, resources


def _is_ours(state: Any) -> bool:
    return str(state.get("_anywidget_id")).startswith("edgekit.") or "edgekit-panel" in state.get("_dom_classes", [])
