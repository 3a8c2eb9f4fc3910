"""The state of an explorer: traits that refuse what cannot be, and that hold still while one thread reads them.

Messages from the browser come on any thread the kernel chooses, and a program may move a slider from a thread of
its own. A thread that sets a trait waits while any other thread sets one, in any explorer: so two linked explorers
cannot wait for each other.
A reader does not wait: the values are copied in one step, so that an export is never held up by a slider.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from functools import wraps
from typing import Any, TypeVar, cast

import traitlets

from edgekit.errors import UsageError

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

_setting = threading.RLock()


class RefusedValue(UsageError, traitlets.TraitError):
    """A trait was set to what it cannot be; it keeps the value it had."""


class _Moment(threading.local):
    values: dict[str, Any] | None = None
    kept: dict[str, Any]


class Stateful(traitlets.HasTraits):
    """What has traits of the kinds below; subclasses check values in `_checked`."""

    _moment: _Moment

    def __new__(cls, *args: Any, **kwargs: Any) -> Stateful:
        """Make the place for what each thread reads before the first trait is looked at."""
        self = super().__new__(cls, *args, **kwargs)
        self._moment = _Moment()
        return self

    def _checked(self, name: str, value: Any) -> Any:
        """Return the value that the trait `name` takes on; UsageError where it cannot."""
        return value

    @contextmanager
    def hold_trait_notifications(self) -> Any:
        """Put off notifications, as traitlets does; it knows no threads: others that set something wait."""
        with _setting, super().hold_trait_notifications():
            yield

    @contextmanager
    def _at_one_moment(self) -> Iterator[None]:
        """Let this thread see the traits as they are now, while others go on setting them."""
        if self._moment.values is not None:  # a reading within a reading
            yield
            return
        self._moment.values, self._moment.kept = self._trait_values.copy(), {}
        try:
            yield
        finally:
            self._moment.values, self._moment.kept = None, {}

    def _kept(self, name: str, find: Callable[[], T]) -> T:
        """Return what `find` finds; within a reading it is asked once."""
        if self._moment.values is None:
            return find()
        if name not in self._moment.kept:
            self._moment.kept[name] = find()
        return cast(T, self._moment.kept[name])


def reading(method: F) -> F:
    """Make a method that looks at more than one trait, or twice at one, see all of them as they are when it begins."""

    @wraps(method)
    def at_one_moment(self: Stateful, *args: Any, **kwargs: Any) -> Any:
        with self._at_one_moment():
            return method(self, *args, **kwargs)

    return cast(F, at_one_moment)


class State(traitlets.TraitType[Any, Any]):
    """A trait that a person moves; None is allowed where it begins with None.

    Parameters
    ----------
    begin
        Its value at the beginning.
    kind : callable
        One of `edgekit.arguments`: makes of a value what is kept, or raises UsageError.

    Notes
    -----
    Every value is checked before it is kept. `traitlets.validate` would put that off while notifications are held, as
    they are for each message from the browser, and leave what it then refuses where it is.
    """

    def __init__(self, begin: Any, kind: Callable[[str, Any], Any]) -> None:
        super().__init__(begin, allow_none=begin is None)
        self._kind = kind
        # Without an echo: it would come after the next key, and put back in the browser what that key had changed.
        self.tag(sync=True, echo_update=False)

    def default(self, obj: Any = None) -> Any:
        """Return the value at the beginning: a list of its own for each explorer."""
        return copy(self.default_value)

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value as it is kept."""
        try:
            return obj._checked(self.name, self._kind(str(self.name), value))
        except UsageError as problem:
            said = str(problem)
        raise RefusedValue(said)

    def set(self, obj: Any, value: Any) -> None:
        """Set the value and tell its observers."""
        with _setting:
            super().set(obj, value)

    def get(self, obj: Any, cls: type[Any] | None = None) -> Any:
        """Return the value: within a `reading`, the one at its beginning."""
        values = obj._moment.values
        return values[self.name] if values is not None and self.name in values else super().get(obj, cls)
