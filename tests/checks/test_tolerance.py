"""Which printed texts count as the same: noise in floats and the blanks that follow from it, and nothing else."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from edgekit.checks.tolerance import TolerantText, floats

finite = st.floats(min_value=-1e300, max_value=1e300)
sizeable = st.floats(min_value=2e-15, max_value=1e300)  # what is smaller is zero
forms = st.sampled_from(["{!r}", "{:.6e}", "{:.10g}", "-{:.7g}"])
words = st.text(st.characters(exclude_categories=["N", "Cs"], exclude_characters="."))


def same(left: str, right: str) -> bool:
    one_way, other_way = TolerantText(left) == right, left == TolerantText(right)
    assert one_way == other_way
    assert (TolerantText(left) != right) is not one_way
    return one_way


@given(st.text())
def test_a_text_equals_itself(text):
    assert same(text, text)


@given(finite, words, words)
def test_noise_in_the_last_digits_of_a_float_passes(number, before, after):
    noisy = number * (1 + 1e-9)
    assert same(f"{before} {number!r} {after}", f"{before} {noisy!r} {after}")


@given(sizeable, forms)
def test_a_change_of_a_thousandth_fails_and_noise_passes_whatever_the_size(number, form):
    one, noisy, other = (form.format(number * factor) for factor in (1, 1 + 1e-9, 1.001))
    assume(all(floats(text) for text in (one, noisy, other)))  # a float of no decimals is printed as an integer
    assert same(one, noisy)
    assert not same(one, other)


@given(st.integers(), st.integers())
def test_integers_are_exact(left, right):
    assert same(f"n = {left}", f"n = {right}") == (left == right)


@given(words, words)
def test_text_is_exact(left, right):
    assert same(f"{left} 1.5", f"{right} 1.5") == (left == right)


@given(st.text(), st.text())
def test_any_two_texts_can_be_compared(left, right):
    assert same(left, right) or left != right


@given(finite, finite)
def test_tolerance_is_that_of_the_numbers(left, right):
    noise = max(abs(left), abs(right)) < 1e-15
    assert same(repr(left), repr(right)) == (noise or math.isclose(left, right, rel_tol=1e-6))


def test_an_absolute_tolerance_is_for_all_floats_however_short():
    class Loose(TolerantText):
        atol = 0.01

    assert Loose("0.123") == "0.125"
    assert Loose("0.1230000") != "0.1330001"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("0.30000000000000004", "0.3"),
        ("[0.1, 1.2345678901]", "[0.1, 1.2345678902]"),
        ("<td>12.345678</td>", "<td>12.345679</td>"),
        ("took -1.5000000001s.", "took -1.5s."),
        ("5.551115123125783e-17", "0.0"),
        ("-0.000", "0.000"),
        ("array([1., 2.])", "array([1., 2.])"),
        ("nan inf", "nan inf"),
        ("[[0.1234567], [0.11111111]]", "[[0.12345671], [0.11111111]]"),
        ("[9.9999994 1.]", "[10.0000001  1.       ]"),
        ("1e-17", "-1e-17"),
        ("(1.0000000001+2.5j)", "(1+2.5j)"),
        ("[1.+2.5j 3.+0.j]", "[1.0000000001+2.5j 3.          +0.j ]"),
        ("[ 0.  1.]", "[-0.  1.]"),
        ("share 0 %", "share -0 %"),
        ("       a\n0  0.123", "              a\n0  0.1230000001"),
        ("array([1. , 2.5,\n       3. ])", "array([1.        , 2.50000001,\n       3.        ])"),
        ("[1.5\n 2.5 3.5]", "[1.5000001 2.5\n 3.5]"),
    ],
)
def test_it_is_noise(left, right):
    assert same(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("3.142", "3.143"),
        ("99.9 %", "99.8 %"),
        ("1.2e-10", "3.4e-10"),
        ("1.234567e-07", "1.235802e-07"),
        ("0.0000001234567", "0.0000001235802"),
        ("1.5e+10", "1.5e+11"),
        ("1", "1.0"),
        ("1000000001", "1000000002"),
        ("1.0", "nan"),
        ("inf", "-inf"),
        ("0.5 s", "0.5 ms"),
        ("[1.5, 2.5]", "[1.5]"),
        ("version 1.2.3000001", "version 1.2.3000002"),
        ("version 1.2000001.3", "version 1.2000002.3"),
        ("127.0.0.1", "127.0.0.2"),
        ("3.14", "3.14 "),
        ("2026-11-26 12:30:45.123456", "2026-11-26 12:30:45.123457"),
        ("0 days 00:00:01.500000", "0 days 00:00:01.500001"),
        ("(1+2j)", "(1+3j)"),
        ("0 windows", "1 windows"),
        ("window 0", "window 0.1"),
        ("127.0.0.1", "127.-0.0.1"),
        ("1-0.5", "1+0.5"),
        ("0.5 s", "0.5000001 ms"),
        ("scores 0.5 0.5", "scores0.5000001 0.5"),
        ("a\n0.5", "a 0.5000001"),
        ("[1 2.5]", "[2 2.5000001]"),
    ],
)
def test_it_is_a_change(left, right):
    assert not same(left, right)


def test_it_is_a_string_in_everything_else():
    text = TolerantText("1.5\n2.5")
    assert (text != 1, hash(text), repr(text), text.splitlines()) == (
        True,
        hash("1.5\n2.5"),
        r"'1.5\n2.5'",
        ["1.5", "2.5"],
    )


# What pandas and NumPy print ------------------------------------------------------------------------------------------
# Multiples of a thousandth: noise of 1e-9 makes numbers wider, and never lies at the edge of a rounding.
thousandths = st.integers(-(10**6), 10**6).map(lambda whole: whole / 1000)
tables = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=thousandths)


def with_noise(numbers: np.ndarray, size: float, seed: int) -> np.ndarray:
    """Change every number by that share of it, up or down; what is zero becomes noise of its own."""
    up = np.random.default_rng(seed).choice([-1, 1], numbers.shape)
    return np.where(numbers == 0, up * 1e-17 * (size < 1e-6), numbers * (1 + up * size))


def printed(numbers: np.ndarray, seed: int) -> list[str]:
    frame = pd.DataFrame(numbers, columns=[f"axis {number}" for number in range(numbers.shape[1])])
    frame.insert(0, "label", ["idle", "walk", "jump"][seed % 3])
    complexes = numbers + 1j * numbers[::-1]
    shown = [frame, frame.set_index("label"), frame["axis 0"], numbers, complexes]
    with pd.option_context(
        "display.max_columns", 20
    ):  # as in a notebook: a wide table breaks, and no column is left out
        return [*map(repr, shown), *map(str, shown), frame._repr_html_(), str(numbers.tolist())]


@settings(max_examples=30, deadline=None)
@given(tables, st.integers(0, 99))
def test_tables_and_arrays_with_noise_in_them_are_the_same(numbers, seed):
    noisy = with_noise(numbers, 1e-9, seed)
    for left, right in zip(printed(numbers, seed), printed(noisy, seed), strict=True):
        assert same(left, right), f"{left}\n{right}"


@settings(max_examples=30, deadline=None)
@given(tables, st.data())
def test_one_number_that_changed_by_a_thousandth_is_seen(numbers, data):
    place = tuple(data.draw(st.integers(0, side - 1)) for side in numbers.shape)
    assume(abs(numbers[place]) >= 0.1)
    other = numbers.copy()
    other[place] *= 1.001
    for left, right in zip(printed(numbers, 0), printed(other, 0), strict=True):
        if not left.startswith("0 ") or place[1] == 0:  # a Series is the first column alone
            assert not same(left, right), f"{left}\n{right}"


@settings(max_examples=40)
@given(st.integers(0, 2**32), st.sampled_from([None, ["a", "bb", "row 3"], [0.5, 0.25, 10.0]]))
def test_a_table_that_breaks_at_another_column_is_the_same_and_a_change_in_it_is_seen(seed, index):
    random = np.random.default_rng(seed)
    numbers = random.integers(1, 9999, size=(3, 12)) / 4
    numbers[:, ::3] = 0
    noisy = numbers + np.where(numbers == 0, 1e-17, 0)  # 0.0 becomes 1.000000e-17
    changed = noisy.copy()
    changed[random.integers(3), 1 + 3 * random.integers(4)] *= 1.01

    def printed(numbers: np.ndarray) -> str:
        columns = [f"{'x' * (seed % 7)}{number}" for number in range(12)]
        return f"before\n{pd.DataFrame(numbers, index, columns).to_string(line_width=80)}\n\nafter"

    old, new = printed(numbers), printed(noisy)
    assume(old.index("\\\n") != new.index("\\\n"))
    assert TolerantText(old) == new
    assert TolerantText(old) != printed(changed)


def test_floats_are_found_and_words_are_not():
    text = "v1.5 at 127.0.0.1, 3 windows of 0.5 s, (1+2.5j), 2026-11-26 12:30:01.5, -1e-3"
    assert floats(text) == ["0.5", "1", "+2.5", "-1e-3"]
