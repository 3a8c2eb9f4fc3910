"""Lines to type, in the words of the shell that is in use."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from functools import cache

# How a variable is set and taken away: of shells that know neither `export` nor `unset`.
_SET: dict[str, Callable[[str, str], str]] = {
    "cmd": lambda name, value: f'set "{name}={value}"' if shlex.quote(value) != value else f"set {name}={value}",
    "powershell": lambda name, value: f"$env:{name} = {_single(value)}",
    "fish": lambda name, value: f"set -x {name} {shlex.quote(value)}",
    "csh": lambda name, value: f"setenv {name} {shlex.quote(value)}",
}
_UNSET = {"cmd": "set {}=", "powershell": "Remove-Item Env:{}", "fish": "set -e {}", "csh": "unsetenv {}"}


def update() -> str:
    """Return the sentence that ends the error of a file that a newer edgekit made."""
    return "Update edgekit: pip install --upgrade edgekit"


def setting(**variables: str) -> str:
    """Return the line that sets these environment variables."""
    known = _SET.get(current())
    if known is None:
        return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
    if current() == "cmd" and len(variables) > 1:  # without quotes, the space before & would be part of the value
        return " & ".join(f'set "{name}={value}"' for name, value in variables.items())
    return "; ".join(known(name, value) for name, value in variables.items())


def unsetting(name: str) -> str:
    """Return the line that takes an environment variable away."""
    return _UNSET.get(current(), "unset {}").format(name)


def pip_install(requirement: str, *, again: bool = False) -> str:
    """Return the line that installs a package; `again` puts its files back where it is installed already."""
    quoted = f'"{requirement}"' if current() == "cmd" else _single(requirement)
    return f"pip install {'--force-reinstall --no-deps ' if again else ''}{quoted}"


def quoted(text: str) -> str:
    """Return a text as one word of a line to type."""
    if current() == "cmd":
        return f'"{text}"' if shlex.quote(text) != text else text
    return _single(text) if current() == "powershell" and shlex.quote(text) != text else shlex.quote(text)


@cache
def current() -> str:
    """Return which shell this process was started from: "cmd", "powershell", "fish", "csh", or "sh" for all others."""
    try:
        import shellingham

        name = shellingham.detect_shell()[0].lower()
    except Exception:  # started from none, or a system that does not say; in cmd, what is for PowerShell is an error,
        name = "powershell" if os.name == "nt" else "sh"  # while PowerShell would take `set` and do nothing
    return {"pwsh": "powershell", "tcsh": "csh"}.get(name, name if name in _SET else "sh")


def _single(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
