"""The menu shows what exists and what the person may open."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from app.core.nav import PARTNER, UNDER, VENDOR, build_menu
from tests.cast import Cast, sign_in

EVERYTHING = frozenset(
    {entry[0] for entry in PARTNER}
    | {entry[0] for _title, part in VENDOR for entry in part}
    | {"/more", "/deals/new"}
)


def hrefs(items: list) -> list[str]:  # type: ignore[type-arg]
    return [item.href for item in items]


def test_what_is_not_there_is_left_out(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/"):
        menu = build_menu(cast.aisyah, "/", frozenset({"/", "/deals"}))
    assert hrefs(menu.groups[0][1]) == ["/", "/deals"] and menu.register is None and menu.person is None


def test_a_member_has_five_tabs_with_register_in_the_middle(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/"):
        menu = build_menu(cast.aisyah, "/deals/abc", EVERYTHING)
    assert hrefs(menu.tabs) == ["/", "/deals", "/rewards", "/more"] and menu.register == "/deals/new"
    assert [item.href for item in menu.tabs if item.current] == ["/deals"]


def test_pages_below_another_tab_mark_that_tab(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/"):
        for path, tab in [*UNDER.items(), ("/team", "/more"), ("/", "/"), ("/orders/x", "/rewards")]:
            menu = build_menu(cast.aisyah, path, EVERYTHING)
            assert [item.href for item in menu.tabs if item.current] == [tab], path


def test_roles_of_the_vendor_see_their_own_items(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/admin"):
        manager = [
            item.href for _t, items in build_menu(cast.manager, "/admin", EVERYTHING).groups for item in items
        ]
        marketer = [
            item.href
            for _t, items in build_menu(cast.marketer, "/admin", EVERYTHING).groups
            for item in items
        ]
    assert "/admin" in manager and "/admin/imports" not in manager
    assert "/admin" not in marketer and "/admin/rewards" in marketer


def test_the_item_of_a_deal_marks_the_queue(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/admin/deals/x"):
        menu = build_menu(cast.manager, "/admin/deals/x", EVERYTHING)
    assert [item.href for _t, items in menu.groups for item in items if item.current] == ["/admin"]


def test_on_the_phone_what_has_no_tab_of_its_own_hangs_under_more(app: Flask, cast: Cast) -> None:
    with app.test_request_context("/"):
        for path, tab in [
            ("/admin", "/admin"),
            ("/admin/deals/x", "/admin"),
            ("/admin/partners/x", "/admin/partners"),
            ("/admin/ledger", "/more"),
            ("/admin/rewards/x", "/more"),
        ]:
            menu = build_menu(cast.manager, path, EVERYTHING)
            assert [item.href for item in menu.tabs if item.current] == [tab], path


def test_the_page_carries_one_main_navigation_of_each_kind(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    sign_in(client, cast.manager)
    page = client.get("/admin").text
    assert page.count('aria-label="Main"') == 2 and page.count('aria-current="page"') == 2
