"""Errors that know their HTTP status once. The message is a sentence that a partner may read."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _l


class AppError(Exception):
    """Base of all refusals. `code` is stable for machines, `message` is for people."""

    status = 500
    code = "error"
    default = _l("Something went wrong on our side. Nothing was changed.")

    def __init__(self, message: object | None = None, *, fields: Mapping[str, object] | None = None) -> None:
        super().__init__(str(message) if message is not None else self.code)
        self.message: object = message if message is not None else self.default
        self.fields: dict[str, object] = dict(fields or {})


class NotFound(AppError):
    """There is no such thing, or it is not for this person to know of."""

    status, code = 404, "not_found"
    default = _l("We could not find that.")


class Forbidden(AppError):
    """The person may see it but not do this."""

    status, code = 403, "forbidden"
    default = _l("Your role does not allow this.")


class Conflict(AppError):
    """A rule or somebody's earlier act stands against it; nothing was changed."""

    status, code = 409, "conflict"
    default = _l("This was changed in the meantime. Nothing was lost.")


class InvalidInput(AppError):
    """What was typed cannot be taken; `fields` maps field name to a sentence."""

    status, code = 422, "invalid_input"
    default = _l("Some answers need another look.")


class TooLarge(AppError):
    """An upload over the limit."""

    status, code = 413, "too_large"
    default = _l("This file is too large.")


class RateLimited(AppError):
    """Too many tries. `retry_after` is in seconds."""

    status, code = 429, "rate_limited"
    default = _l("Too many tries. Wait a little, then try again.")

    def __init__(self, message: object | None = None, *, retry_after: int = 60) -> None:
        super().__init__(message)
        self.retry_after = retry_after
