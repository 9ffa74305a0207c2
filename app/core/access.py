"""How a view says that it is for everybody. What a view for signed-in people needs is said by `identity.guard.needs`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])
NEEDS = "__needs__"
PUBLIC: tuple[str, ...] = ()


def public(view: View) -> View:
    """The view is for everybody, signed in or not."""
    setattr(view, NEEDS, PUBLIC)
    return view
