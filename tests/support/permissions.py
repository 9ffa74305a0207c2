"""Mechanics of the permission table: every route, every role, own and foreign objects.

An area with addresses like `/deals/<public_id>` writes `tests/<area>/samples.py` with one function:

    def samples(cast: Cast) -> dict[str, Sample]

It is called inside an app context, writes objects through the area's services, and returns by endpoint (or by
`blueprint.*` for all of a blueprint) which address is one's own and which is somebody else's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from app.identity.guard import needed_by
from app.identity.permissions import answer_for
from app.partners.models import PARTNER_ROLES, Role
from tests.cast import Cast

TESTS = Path(__file__).resolve().parent.parent
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")
# What a request may end in once the table lets it through: done, refused by form or rule, never an inner error.
LET_THROUGH = frozenset({200, 204, 303, 409, 413, 422, 429})


@dataclass(frozen=True, slots=True)
class Sample:
    """Addresses of a route: `own` belongs to Kinabalu (Aisyah), `foreign` to Merapi (Budi), outside the scope of
    the cast's channel manager. Without `foreign` everybody with the permission shares the object. `also` are further
    statuses that a rule of the area may answer to a role: {"channel_manager": {403}}, or {"*": {404}}.
    """

    own: Mapping[str, Any]
    foreign: Mapping[str, Any] | None = None
    form: Mapping[str, Any] = field(default_factory=dict)
    also: Mapping[str, frozenset[int] | set[int]] = field(default_factory=dict)

    def extra(self, role: Role) -> frozenset[int]:
        return frozenset(self.also.get(role.value, ())) | frozenset(self.also.get("*", ()))


def collect_samples(cast: Cast) -> dict[str, Sample]:
    """The samples of all areas. Call it inside an app context."""
    found: dict[str, Sample] = {}
    for path in sorted(TESTS.glob("*/samples.py")):
        found.update(import_module(f"tests.{path.parent.name}.samples").samples(cast))
    return found


def sample_for(rule: Rule, samples: Mapping[str, Sample]) -> Sample | None:
    """The sample of a route; one without arguments needs none."""
    if rule.endpoint in samples:
        return samples[rule.endpoint]
    if not rule.arguments:
        return Sample(own={})
    found = samples.get(rule.endpoint.partition(".")[0] + ".*")
    return found if found is not None and set(found.own) == rule.arguments else None


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every (rule, method) but HEAD and OPTIONS."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield rule, method


def missing_samples(app: Flask, samples: Mapping[str, Sample]) -> list[str]:
    """Guarded endpoints with arguments that no area gave a sample for."""
    return sorted(
        {
            rule.endpoint
            for rule, _method in routes(app)
            if rule.arguments and needed_by(app, rule.endpoint) and sample_for(rule, samples) is None
        }
    )


def expected(app: Flask, rule: Rule, role: Role, sample: Sample, *, foreign: bool) -> frozenset[int]:
    """The statuses that the table allows for a role on a route."""
    needed = needed_by(app, rule.endpoint) or ()
    verdict = answer_for(role, needed)
    if verdict != 200:
        return frozenset({verdict})
    hidden = role in PARTNER_ROLES or role is Role.CHANNEL_MANAGER
    if foreign and hidden:
        return frozenset({404})
    return LET_THROUGH | sample.extra(role)
