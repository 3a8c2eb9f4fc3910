"""Sphinx's configuration of the documentation: `make docs` builds it into build/docs.

The source folder is the repository, so that README, CONTRIBUTING, CHANGELOG and the notebooks are pages as they stand.
No page loads anything from a network.
"""

from __future__ import annotations

import edgekit

project = "edgekit"
author = "the edgekit developers"
copyright = author
version = release = edgekit.__version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc"]
root_doc = "docs/index"
include_patterns = ["docs/**.md", "notebooks/*.ipynb", "README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
exclude_patterns = [".*", "build", "dist", "edgekit", "edgekit-notebooks", "node_modules", "tests"]

# Docstrings: numpydoc; `name` in single backticks is a link where there is such a name.
default_role = "py:obj"
autodoc_default_options = {"members": True, "imported-members": True, "member-order": "bysource"}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
numpydoc_show_class_members = False
python_maximum_signature_line_length = 100

# Notebooks are shown with the outputs that are committed; `make notebooks` is what runs them.
nb_execution_mode = "off"
nb_ipywidgets_js = {}  # else a script from a CDN; outputs hold pictures of the explorers
myst_heading_anchors = 3
myst_enable_extensions: list[str] = []  # no dollarmath: "$.classifications[0]" is a place in a document
suppress_warnings = ["mystnb.unknown_mime_type"]  # what only JupyterLab shows has a picture beside it

html_theme = "pydata_sphinx_theme"
html_context = {"default_mode": "auto"}
html_title = f"edgekit {release}"
html_show_sphinx = False
html_copy_source = False
html_static_path: list[str] = []
templates_path = ["templates"]
html_additional_pages = {"index": "front.html"}
