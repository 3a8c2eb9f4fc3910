"""Which laptops a pack for a USB stick may be for: their systems, and the versions of Python."""

from __future__ import annotations

from typing import NamedTuple


class System(NamedTuple):
    """A kind of laptop: what uv calls it, and the names of its wheels, as pip takes them."""

    uv: str
    wheels: tuple[str, ...]


def _linux(machine: str) -> tuple[str, ...]:
    return (*(f"manylinux_2_{minor}_{machine}" for minor in range(28, 4, -1)), f"manylinux2014_{machine}")


def _mac(machine: str, oldest: int) -> tuple[str, ...]:
    later = tuple(f"macosx_{major}_0_{machine}" for major in range(14, 10, -1))
    kinds = (machine, "universal2") if machine == "arm64" else (machine, "universal2", "intel")
    return later + tuple(f"macosx_10_{minor}_{kind}" for kind in kinds for minor in range(16, oldest, -1))


SYSTEMS = {
    "windows": System("x86_64-pc-windows-msvc", ("win_amd64",)),
    "macos-arm64": System("aarch64-apple-darwin", _mac("arm64", 15) + tuple(
        f"macosx_{major}_0_universal2" for major in range(14, 10, -1))),
    "macos-intel": System("x86_64-apple-darwin", _mac("x86_64", 8) + tuple(
        f"macosx_{major}_0_universal2" for major in range(14, 10, -1))),
    "linux": System("x86_64-unknown-linux-gnu", _linux("x86_64")),
    "linux-arm64": System("aarch64-unknown-linux-gnu", _linux("aarch64")),
}  # fmt: skip
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
# Unless others are named.
USUAL_SYSTEMS, USUAL_PYTHONS = ("windows", "macos-arm64", "linux"), ("3.12", "3.13")
