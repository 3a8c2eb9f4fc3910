"""Static pictures in a notebook follow its theme: a picture for each, of one size, and the light one is what it was."""

from __future__ import annotations

import base64
import io
import pickle

import numpy as np
import pandas as pd
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.pylabtools import select_figure_formats
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb
from PIL import Image

import edgekit as ek
from edgekit import colours
from edgekit.colours import ON_DARK
from edgekit.plots import dark
from tests.conftest import SEED


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def notebook_shell(monkeypatch):
    """IPython, with pictures below cells as matplotlib's inline backend shows them."""
    shell = InteractiveShell()
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    select_figure_formats(shell, {"png"}, bbox_inches="tight")
    return shell


def pixels_of(png):
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(png))).convert("RGBA")).astype(float)


def contrast(colour, ground):
    light, dark = sorted((luminance(colour) + 0.05, luminance(ground) + 0.05), reverse=True)
    return light / dark


def luminance(colour):
    """Return the relative luminance, as WCAG 2 defines it."""
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in to_rgb(colour)]
    return float(np.dot([0.2126, 0.7152, 0.0722], linear))


def test_a_notebook_gets_a_picture_for_each_theme_and_the_light_one_is_what_it_was(notebook_shell):
    alone = notebook_shell.display_formatter.formatters["image/png"](ek.parse(SEED).blocks[0].plot().figure)
    figure = ek.parse(SEED).blocks[0].plot().figure
    shown, _ = notebook_shell.display_formatter.format(figure)
    assert shown["text/plain"] == "<Figure size 800x280 with 2 Axes>"
    light, dark = pixels_of(shown["image/png"]), pixels_of(shown[ON_DARK])
    assert shown["image/png"] == alone
    assert light.shape == dark.shape
    assert light[0, 0].tolist() == [255] * 4
    assert dark[0, 0, 3] == 0
    opaque = dark[dark[..., 3] == 255][:, :3]
    assert (opaque == 0xE6).all(axis=1).any()
    assert not (opaque < 100).all(axis=1).any()
    assert pickle.loads(pickle.dumps(figure)).axes


def test_what_draws_no_picture_draws_none_for_dark_themes_either(notebook_shell, monkeypatch):
    figure = ek.parse(SEED).blocks[0].plot().figure
    monkeypatch.setenv(dark.WANTED, "")
    assert ON_DARK not in notebook_shell.display_formatter.format(figure)[0]
    monkeypatch.delenv(dark.WANTED)
    select_figure_formats(notebook_shell, {"svg"})
    assert ON_DARK not in notebook_shell.display_formatter.format(figure)[0]
    monkeypatch.setattr("IPython.get_ipython", lambda: None)
    assert figure._repr_mimebundle_() == {}


def test_on_either_ground_colours_are_told_from_it():
    grounds = ("#ffffff", "#111111")  # of JupyterLab's notebooks
    assert contrast("black", grounds[0]) > 7
    assert contrast(dark.INK, grounds[1]) > 7
    for look in (*colours.SERIES, *colours.WINDOWS.values(), *colours.ERRORS.values(), *colours.ANSWERS.values()):
        assert contrast(look.dark, grounds[1]) >= 4.5


@pytest.fixture
def matrix():
    names = list("abc")
    return ek.plots.confusion(pd.DataFrame([[97, 2, 1], [30, 65, 5], [48, 0, 52]], index=names, columns=names))


@pytest.mark.parametrize(("ground", "on_it"), [("#ffffff", lambda axes: axes), ("#111111", ek.plots.on_dark)])
def test_a_confusion_matrix_is_read_on_either_ground_and_larger_shares_stand_out_more(matrix, ground, on_it):
    (image,) = on_it(matrix).images
    cells = image.cmap(image.norm(image.get_array()))[..., :3]
    assert len(matrix.texts) == 8
    for text in matrix.texts:
        column, row = text.get_position()
        assert contrast(text.get_color(), cells[row, column]) > 4.5
    from_it = [contrast(cells[place], ground) for place in ((0, 2), (1, 0), (1, 1), (0, 0))]
    assert from_it == sorted(from_it)


def test_a_confusion_matrix_is_what_it_was_after_its_picture_for_dark_themes(matrix):
    def look():
        return [text.get_color() for text in matrix.texts], [image.get_cmap().name for image in matrix.images]

    before = look()
    with dark._for_a_moment_on_dark(matrix.figure):
        assert look() != before
    assert look() == before
