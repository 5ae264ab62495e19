"""A property that is worked out once for each object, whoever asks first.

`functools.cached_property` has one lock for all objects before Python 3.12: while it works for one
reader, every other reader waits, of whatever object.
"""

import threading
from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class kept_property(Generic[T]):  # noqa: N801  named as `property` is
    """`function` of an object that has a `__dict__`, kept there; safe between threads.

    Examples
    --------
    >>> class Squared:
    ...     def __init__(self, side): self.side = side
    ...     @kept_property
    ...     def area(self): print("worked out"); return self.side ** 2
    >>> square = Squared(3)
    >>> square.area, square.area
    worked out
    (9, 9)
    """

    def __init__(self, function: Callable[[Any], T]) -> None:
        self._function, self.__doc__ = function, function.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, owner: None, kind: type) -> "kept_property[T]": ...
    @overload
    def __get__(self, owner: object, kind: type) -> T: ...
    def __get__(self, owner: object | None, kind: type) -> "kept_property[T] | T":
        if owner is None:
            return self
        kept = owner.__dict__
        # Found there from then on, before this is asked: it is no data descriptor.
        with kept.setdefault(f"_lock_of_{self._name}", threading.RLock()):
            if self._name not in kept:
                kept[self._name] = self._function(owner)
            found: T = kept[self._name]
        return found
