"""Tiles that lead to places: only those that this person may open and that this installation has."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from app.core.nav import exists
from app.identity.actor import Actor

# address, icon, title, tone, permission
Place = tuple[str, str, str, str, str]


def open_tiles(actor: Actor, offered: Iterable[Place]) -> list[dict[str, Any]]:
    """What `ui.menu_grid` draws, without facts and counts."""
    return [
        {"href": href, "icon": icon, "title": title, "tone": tone}
        for href, icon, title, tone, permission in offered
        if actor.can(permission) and exists(href)
    ]
