"""When somebody was last here, in words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from flask_babel import ngettext

from app.core.clock import local, today, utc_now
from app.core.filters import clock_time, zone_name

AWAY_DAYS = 21


def seen_words(seen_at: datetime | None) -> str:
    """*Here now*, *Today 08:12*, *Yesterday*, *3 days ago*, *Away 24 days*."""
    if seen_at is None:
        return _("Not signed in yet")
    if (utc_now() - seen_at).total_seconds() < 600:
        return _("Here now")
    days = (today(zone_name()) - local(seen_at, zone_name()).date()).days
    if days <= 0:
        return _("Today %(time)s", time=clock_time(seen_at))
    if days == 1:
        return _("Yesterday")
    if days > AWAY_DAYS:
        return ngettext("Away %(num)s day", "Away %(num)s days", days)
    return ngettext("%(num)s day ago", "%(num)s days ago", days)


def seen_short(seen_at: datetime | None) -> str:
    """*Now*, *2 h*, *3 d* for a narrow column."""
    if seen_at is None:
        return "–"
    hours = int((utc_now() - seen_at).total_seconds() // 3600)
    if hours < 1:
        return _("Now")
    if hours < 24:
        return _("%(count)s h", count=hours)
    return _("%(count)s d", count=hours // 24)


def is_away(seen_at: datetime | None) -> bool:
    """Whether nobody has seen them for three weeks."""
    return seen_at is not None and (utc_now() - seen_at).days > AWAY_DAYS
