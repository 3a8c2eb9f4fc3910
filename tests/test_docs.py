"""The documentation has every notebook and every public room, and shows notebooks without running them.

`make docs` builds it and fails on any warning; it takes a quarter of a minute and is not part of the checks.
"""

from __future__ import annotations

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"


def toc(page: Path) -> set[Path]:
    """Every page that the toctrees of a page name, as paths without their ends."""
    entries = set()
    for block in re.findall(r"^```\{toctree\}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line and not line.startswith(":"):
                named = re.fullmatch(r".*<(.+)>", line)
                entries.add((page.parent / (named[1] if named else line)).resolve())
    return entries


def test_every_notebook_is_a_page():
    notebooks = {path.with_suffix("").resolve() for path in (ROOT / "notebooks").glob("*.ipynb")}
    assert notebooks
    assert toc(DOCS / "notebooks.md") == notebooks


def test_every_room_with_public_names_has_a_page_of_the_api():
    rooms = [path.parent for path in (ROOT / "edgekit").glob("*/__init__.py") if "__all__" in path.read_text("utf-8")]
    public = {f"edgekit.{room.name}" for room in rooms} - {"edgekit.wire"} | {"edgekit.errors"}
    pages = {path.resolve() for path in (DOCS / "api").glob("*.md")} - {(DOCS / "api" / "index.md").resolve()}
    shown = {re.search(r"automodule:: (\S+)", path.read_text("utf-8"))[1] for path in pages}
    assert shown == public
    assert toc(DOCS / "api" / "index.md") == {path.with_suffix("") for path in pages}


def test_the_first_page_leads_to_the_others():
    names = ["README", "CONTRIBUTING", "CHANGELOG", "docs/notebooks", "docs/workshop", "docs/api/index", "SECURITY"]
    assert toc(DOCS / "index.md") == {(ROOT / name).resolve() for name in names}


def test_no_notebook_runs_and_no_script_comes_from_elsewhere():
    config = runpy.run_path(str(DOCS / "conf.py"))
    assert config["nb_execution_mode"] == "off"
    assert config["nb_ipywidgets_js"] == {}
    assert not re.search(r"https?://", (DOCS / "conf.py").read_text("utf-8"))
