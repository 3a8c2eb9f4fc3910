"""Real data out of other packages' wheels: read where they are installed, checked against what was trained on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from edgekit import shell
from edgekit.errors import SandboxError


@dataclass(frozen=True)
class Source:
    """A file of an installed package: `package` as pip names it, `path` below the folder of its `module`."""

    package: str
    module: str
    path: str

    def __str__(self) -> str:
        return f"{self.module}/{self.path}"

    def read(self) -> bytes:
        """Return the file's bytes; SandboxError where the package or the file is missing."""
        spec = find_spec(self.module)  # only its folder is needed: importing sktime takes seconds
        if spec is None or not spec.submodule_search_locations:
            raise SandboxError(
                f"Some of the sandbox's data come with the package {self.package}, which is not installed here. "
                f"Type: {shell.pip_install('edgekit[sandbox]')}"
            )
        file = Path(spec.submodule_search_locations[0], self.path)
        try:
            return file.read_bytes()
        except OSError as problem:
            reason = problem.strerror or type(problem).__name__
        raise SandboxError(
            f"{file}, which the sandbox reads its data from, cannot be read ({reason}). "
            f"Type: {shell.pip_install(self.package, again=True)}"
        )

    def sha256(self) -> str:
        """Return the file's SHA-256 as hexadecimal digits."""
        return hashlib.sha256(self.read()).hexdigest()


def described(sources: Iterable[Source]) -> list[dict[str, str]]:
    """Return of each file its package, the package's installed version and the file's SHA-256."""
    return [
        {"file": str(source), "sha256": source.sha256(), "package": source.package, "version": _version(source.package)}
        for source in sources
    ]


def check(sources: Iterable[Source], recorded: list[dict[str, str]]) -> None:
    """Raise SandboxError where a file is not the one that was recorded."""
    known = {entry["file"]: entry for entry in recorded}
    for source in sources:
        entry = known[str(source)]
        if source.sha256() != entry["sha256"]:
            line = shell.pip_install(f"{source.package}=={entry['version']}", again=True)
            raise SandboxError(
                f"{source} of {source.package} {_version(source.package)} is not the file that the sandbox's models "
                f"were trained on; with it their figures would be others. "
                f"Type: {line}"
            )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "(of unknown version)"
