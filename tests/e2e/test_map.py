"""The map of the portal: every page can be reached by links, and answers."""

from flask import Flask

from tests.e2e.crawl import Found

# Pages that no link of the demo leads to; each with the reason.
UNLINKED = {
    "static": "files",
    "assets.theme": "linked in the head",
    "assets.manifest": "linked in the head",
    "assets.logo": "the demo has no logo file",
    "assets.service_worker": "asked for by the script",
    "core.healthz": "for machines",
    "core.readyz": "for machines",
    "imports_admin.show": "the demo has no imported file",
    "imports_admin.errors": "the demo has no imported file",
    "deals.download": "the demo has no files on deals",
    "programs_admin.edit": "the demo has no draft of a program",
    "training.file": "stands in a third part; the crawl opens two of a kind (tests/training/test_files.py)",
    "training.passed": "a course without a quiz leads there by its last part",
    "oidc.start": "there with a company's provider only",
    "oidc.callback": "there with a company's provider only",
}


def test_no_page_of_the_portal_fails(demo: Flask, found: Found) -> None:
    assert [page for page in found.pages if page.status >= 500] == []


def test_no_link_leads_to_what_its_reader_may_not_open(demo: Flask, found: Found) -> None:
    wrong = [page for page in found.pages if page.status in (403, 404, 405) and page.path != "/no-such-page"]
    assert not wrong, "\n".join(f"{page.role} {page.path}: {page.status}" for page in wrong)


def test_every_page_can_be_reached_by_links(demo: Flask, found: Found) -> None:
    pages = {rule.endpoint for rule in demo.url_map.iter_rules() if rule.methods and "GET" in rule.methods}
    unseen = sorted(pages - found.endpoints() - set(UNLINKED))
    assert not unseen, unseen
