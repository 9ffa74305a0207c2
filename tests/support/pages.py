"""What tests read out of a page."""

import re


def seen_on(html: str) -> str:
    """The stamp of what a form shows, as its hidden field sends it back."""
    found = re.search(r'name="seen" value="([0-9a-f]{20})"', html)
    assert found
    return found[1]
