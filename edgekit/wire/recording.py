"""A session that keeps every answer in a folder, and one that answers out of such a folder without a network.

Both stand in the place of `Transport`. An answer is kept under its call: method, path, parameters and body. No header
gets here, so no key can; what a server repeats of it is masked, and the value of ``signatureKey``, which may be a
secret, is blanked. The last answer to a call counts: a job that was waited for replays as finished, and the call that
had started it replays as the result.

The folder holds a gzip file a call (its first line is the call as JSON, the rest the answer) and `ABOUT`, which says of
which project it is. Nothing in it depends on the machine, the server's address or edgekit's version.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zlib
from pathlib import Path
from typing import Any, NamedTuple

from edgekit import display, saving, shell
from edgekit.errors import NotFoundError, ResponseError, UsageError
from edgekit.wire.session import Session, written

ABOUT = "recording.json"
FORMAT = 1
# In JSON; and in JSON that is a text within JSON, where each quotation mark has a backslash before it.
_SIGNATURE_KEYS = [
    re.compile(rb'("signatureKey"\s*:\s*)"(?:[^"\\]|\\.)*"', re.DOTALL),
    re.compile(rb'(\\"signatureKey\\"\s*:\s*)\\"(?:[^"\\]|\\[^"])*\\"', re.DOTALL),
]


class About(NamedTuple):
    """Of which project a recording is."""

    project_id: int
    name: str | None


class Recorder:
    """A session whose answers are kept in a folder on their way.

    Parameters
    ----------
    transport : Session
        The session to the server.
    folder : Path
        Made if it is not there. An answer that it holds already is replaced.
    about : About
        The project. A folder with answers of another one is refused.

    Raises
    ------
    UsageError
        The folder cannot be written, or holds a recording of another project, or other files.
    """

    def __init__(self, transport: Session, folder: Path, about: About) -> None:
        self._transport = transport
        self._folder = folder
        self.url = transport.url
        _begin(folder, about)

    def __repr__(self) -> str:
        return f"<Recorder of {self._transport!r}>"

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def masked(self, content: bytes) -> bytes:
        """Return JSON without the key."""
        return self._transport.masked(content)

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Send a GET, and keep the answer."""
        return self._kept(_call("GET", path, params, None), self._transport.get(*path, **params))

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Send a POST, and keep the answer."""
        answer = self._transport.post(*path, body=body, idempotent=idempotent, **params)
        return self._kept(_call("POST", path, params, body), answer)

    def _kept(self, call: str, answer: bytes) -> bytes:
        kept = without_signature_keys(self._transport.masked(answer))
        content = gzip.compress(call.encode() + b"\n" + kept, mtime=0)
        saving.save(self._folder / _file_name(call), content)
        return answer


class Replay:
    """A session that answers out of a folder that a `Recorder` has filled.

    Parameters
    ----------
    folder : Path
        The recording.

    Raises
    ------
    UsageError
        There is no recording in the folder, or it is damaged or of a newer edgekit.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        about = _about(folder)
        if about is None:
            raise UsageError(
                f"There is no recording in {display.quoted(str(folder))} (it has no {ABOUT}). "
                "ek.connect(record=FOLDER) makes one."
            )
        self.about = about
        self.url = "a recording"

    def __repr__(self) -> str:
        return f"<Replay of project {self.about.project_id}>"

    def close(self) -> None:
        """Do nothing: there is no connection."""

    def masked(self, content: bytes) -> bytes:
        """Return what was recorded: it was masked then."""
        return content

    def get(self, *path: str | int, **params: Any) -> bytes:
        """Return what the server once answered to this GET."""
        return self._answer(_call("GET", path, params, None))

    def post(
        self, *path: str | int, body: dict[str, Any] | None = None, idempotent: bool = False, **params: Any
    ) -> bytes:
        """Return what the server once answered to this POST."""
        return self._answer(_call("POST", path, params, body))

    def _answer(self, call: str) -> bytes:
        file = self._folder / _file_name(call)
        try:
            packed = file.read_bytes()
        except FileNotFoundError:
            raise NotFoundError(
                f"{_in_words(call)}: this call is not in the recording. To record it, connect with "
                f"ek.connect(record=FOLDER), the project's API key and the same folder, and do the same once."
            ) from None
        except OSError as problem:
            raise _damaged(file, call, problem.strerror or "it cannot be read") from None
        try:
            first, end, answer = gzip.decompress(packed).partition(b"\n")
        except (OSError, EOFError, zlib.error):
            end = b""
        if not end:
            raise _damaged(file, call, "it is cut off or was changed")
        if first != call.encode():
            raise _damaged(file, call, "it holds the answer to another call")
        return answer


def without_signature_keys(answer: bytes) -> bytes:
    """Blank the value of ``signatureKey``, which may be a secret, wherever it stands in JSON."""
    for secret in _SIGNATURE_KEYS if b"signatureKey" in answer else ():
        answer = secret.sub(rb"\1null", answer)
    return answer


def _begin(folder: Path, about: About) -> None:
    """Make the folder, or make sure that it holds a recording of this project."""
    before = _about(folder)
    if before is not None and before.project_id != about.project_id:
        raise UsageError(
            f"{display.quoted(str(folder))} holds a recording of project {before.project_id}, and this is project "
            f"{about.project_id}. Record each project into a folder of its own."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        others = before is None and any(folder.iterdir())
    except OSError as problem:
        raise UsageError(
            f"{display.quoted(str(folder))} cannot be recorded into ({problem.strerror}). Choose another folder."
        ) from None
    if others:
        raise UsageError(
            f"{display.quoted(str(folder))} holds other files and no recording. Choose a new or an empty folder."
        )
    saving.save(folder / ABOUT, json.dumps({"format": FORMAT, **about._asdict()}, indent=2) + "\n")


def _about(folder: Path) -> About | None:
    """Read which project a recording is of; None where there is none."""
    try:
        found = json.loads((folder / ABOUT).read_bytes())
        if found["format"] > FORMAT:
            raise UsageError(
                f"The recording in {display.quoted(str(folder))} was made by a newer edgekit. {shell.update()}"
            )
        name = found.get("name")
        return About(int(found["project_id"]), name if isinstance(name, str) else None)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except UsageError:
        raise
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        raise ResponseError(
            f"The file {ABOUT} of the recording in {display.quoted(str(folder))} is damaged: it does not say which "
            "project it is of. Copy the folder again, or record into a new one."
        ) from None


def _call(method: str, path: tuple[str | int, ...], params: dict[str, Any], body: Any) -> str:
    """Write a call down, the same in every process and on every machine."""
    asked = {"method": method, "path": [str(part) for part in path], "params": written(params), "body": body or None}
    return json.dumps(asked, sort_keys=True, default=_plain)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _file_name(call: str) -> str:
    return hashlib.sha256(call.encode()).hexdigest()[:32] + ".gz"


def _in_words(call: str) -> str:
    asked = json.loads(call)
    params = "&".join(f"{name}={display.short(value)}" for name, value in asked["params"].items())
    return f"{asked['method']} /{'/'.join(asked['path'])}{'?' if params else ''}{params}"


def _damaged(file: Path, call: str, reason: str) -> ResponseError:
    return ResponseError(
        f"The file {file.name} of the recording, the answer to {_in_words(call)}, is damaged: {reason}. Copy the "
        "folder again, or delete the file and record the call once more."
    )
