"""One row of the table that `make bench` prints: a ratio in one run, or seconds, with its spread and its target."""

import gc
import time
from collections.abc import Callable
from statistics import quantiles

LEAST_ROUNDS = 3
Row = tuple[str, str, str, str, str]
WIDTHS = (80, 10, 25, 9, 3)
HEAD: Row = ("edgekit to", "ratio", "rounds", "target", "met")


def ratio(name: str, ours: Callable[[], object], peer: Callable[[], object], target: str, budget_s: float = 5) -> Row:
    """Let both take turns until the budget is used up, at least `LEAST_ROUNDS` times; `target` as in "≥ 5"."""
    ours_s: list[float] = []
    peer_s: list[float] = []
    turns = [(ours, ours_s), (peer, peer_s)]
    begin = time.perf_counter()
    while len(ours_s) < LEAST_ROUNDS or time.perf_counter() - begin < budget_s:
        for call, seconds in turns:
            gc.collect()
            turn = time.perf_counter()
            call()
            seconds.append(time.perf_counter() - turn)
        turns.reverse()
    above, below = (peer_s, ours_s) if target.startswith("≥") else (ours_s, peer_s)
    return quotient(name, above, below, target)


def quotient(name: str, above: list[float], below: list[float], target: str = "") -> Row:
    """Divide round by round."""
    return row(name, "x", [a / b for a, b in zip(above, below, strict=True)], target)


def row(name: str, unit: str, rounds: list[float], target: str = "") -> Row:
    """Give the median of the rounds, their middle half, and whether the median meets the target."""
    low, value, high = quantiles(rounds, method="inclusive")
    met = ""
    if target:
        sign, limit = target.split()[:2]
        met = "yes" if (value >= float(limit) if sign == "≥" else value <= float(limit)) else "no"
    return name, f"{value:.2f} {unit}", f"{low:.2f} to {high:.2f} ({len(rounds)})", target, met


def show(rows: list[Row]) -> None:
    """Print rows of the table, as wide in every process."""
    for cells in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(cells, WIDTHS, strict=True)).rstrip(), flush=True)
