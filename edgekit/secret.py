"""A value that is held but never shown."""

from __future__ import annotations

from edgekit.errors import UsageError


class Secret:
    """Hold a key so that it cannot slip into a repr, a log, a pickle or a traceback; `reveal()` is the only way out."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    @classmethod
    def of(cls, value: str | Secret) -> Secret:
        """Wrap a text; rebind the caller's variable to it at once, or tracebacks that show variables show the key."""
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise UsageError(f"A key is a text, got {type(value).__name__}. The dashboard shows it under Keys.")
        return cls(value)

    def reveal(self) -> str:
        """Return the value itself: for the one place that needs it."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> tuple[type[Secret], tuple[str]]:
        return Secret, ("",)  # a pickle travels: what is unpickled has to be given its key again
