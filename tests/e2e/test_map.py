"""The map of the portal: every page can be reached by links, and answers."""

from flask import Flask

from tests.e2e.crawl import Found

# Pages that no link of the demo leads to; each with the reason.
UNLINKED = {
    "static": "files",
    "assets.service_worker": "asked for by the script",
    "assets.manifest": "linked in the head",
    "core.healthz": "for machines",
    "core.readyz": "for machines",
}


def test_no_page_of_the_portal_fails(demo: Flask, found: Found) -> None:
    assert [page for page in found.pages if page.status >= 500] == []


def test_no_link_leads_to_what_its_reader_may_not_open(demo: Flask, found: Found) -> None:
    assert [page for page in found.pages if page.status in (403, 404, 405)] == []


def test_every_page_can_be_reached_by_links(demo: Flask, found: Found) -> None:
    pages = {rule.endpoint for rule in demo.url_map.iter_rules() if rule.methods and "GET" in rule.methods}
    assert sorted(pages - found.endpoints() - set(UNLINKED)) == []
