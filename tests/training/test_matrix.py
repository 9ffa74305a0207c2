"""Who has passed what: the vendor sees those they look after, an admin sees their own company, nobody else sees any."""

from datetime import timedelta

import pytest

from app.core.clock import today, travel, utc_now
from app.core.db import db, transaction
from app.partners.audience import Audience
from app.partners.models import OrganisationManager, Role
from app.training.queries import matrix
from app.training.queries.matrix import Filters
from app.training.services import assigning, learning
from tests.cast import Cast, add_person, sign_in
from tests.support.statements import count_statements
from tests.training.authoring import published
from tests.training.test_assigning import passed


@pytest.fixture
def story(app, cast: Cast) -> Cast:
    """Aisyah passed the first course; Budi must take it and has begun; the admins did nothing."""
    with app.test_request_context():
        first, _second = published(cast, "first"), published(cast, "second")
        passed(cast.aisyah, first)
        assigning.assign(
            "first",
            audience=Audience(countries=("ID",)),
            due_on=today() + timedelta(days=3),
            actor=cast.marketer,
        )
        learning.enrol("first", actor=cast.budi)
        with transaction():
            db.session.add(
                OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.owner.person_id)
            )
    return cast


def people(app, actor, **filters) -> dict[str, list[str]]:
    with app.test_request_context():
        _every, columns = matrix.list_columns(filters.get("course", ""))
        rows, _after = matrix.list_people(actor, Filters(**filters), columns)
        return {row.name: [cell.state for cell in row.cells] for row in rows}


def test_cells_say_how_far_each_person_is(app, story: Cast) -> None:
    assert people(app, story.owner) == {
        "Aisyah Rahman": ["passed", ""],
        "Farid Hamzah": ["", ""],
        "Budi Santoso": ["started", ""],
        "Dewi Lestari": ["assigned", ""],
    }


def test_filters_narrow_by_name_country_course_and_state(app, story: Cast) -> None:
    assert set(people(app, story.owner, text="aisy")) == {"Aisyah Rahman"}
    assert set(people(app, story.owner, text="MERAPI")) == {"Budi Santoso", "Dewi Lestari"}
    assert set(people(app, story.owner, country="MY")) == {"Aisyah Rahman", "Farid Hamzah"}
    assert set(people(app, story.owner, course="first", state="passed")) == {"Aisyah Rahman"}
    assert len(people(app, story.owner, course="first", state="missing")) == 3
    assert set(people(app, story.owner, state="missing")) == {"Budi Santoso", "Dewi Lestari"}
    assert people(app, story.owner, state="overdue") == {}
    with travel(utc_now() + timedelta(days=5)):
        assert set(people(app, story.owner, state="overdue")) == {"Budi Santoso", "Dewi Lestari"}
    assert people(app, story.owner, text="%") == {}


def test_a_manager_sees_those_they_look_after_and_an_admin_their_own(app, client, story: Cast) -> None:
    assert set(people(app, story.manager)) == {"Aisyah Rahman", "Farid Hamzah"}
    assert set(people(app, story.merapi_admin)) == {"Budi Santoso", "Dewi Lestari"}
    sign_in(client, story.kinabalu_admin)
    page = client.get("/team/training").text
    assert "Aisyah Rahman" in page and "Budi" not in page
    text = client.get("/team/training/matrix.csv").text
    assert "Kinabalu Networks,Aisyah Rahman," in text and "Budi" not in text
    for actor, path, status in (
        (story.aisyah, "/team/training", 403),
        (story.aisyah, "/team/training/matrix.csv", 403),
        (story.kinabalu_admin, "/admin/training/matrix", 404),
        (story.kinabalu_admin, "/admin/training/matrix.csv", 404),
        (story.manager, "/admin/training/matrix.csv", 200),
    ):
        sign_in(client, actor)
        assert client.get(path).status_code == status, (actor.name, path)
    assert "Budi" not in client.get("/admin/training/matrix.csv").text


def test_companies_are_counted(app, client, story: Cast) -> None:
    with app.test_request_context():
        _every, columns = matrix.list_columns("")
        rows, _after = matrix.list_companies(story.owner, Filters("companies"), columns)
        assert {row.name: (row.people, row.passed) for row in rows} == {
            "Kinabalu Networks": (2, [1, 0]),
            "Merapi Solusi": (2, [0, 0]),
        }
    sign_in(client, story.owner)
    assert "1 of 2" in client.get("/admin/training/matrix?view=companies").text
    assert "Kinabalu Networks,MY,2,1,0" in client.get("/admin/training/matrix.csv?view=companies").text


def test_pages_go_on_by_keyset_and_the_csv_holds_everybody(app, client, story: Cast) -> None:
    with app.app_context():
        for number in range(60):
            add_person(
                f"p{number:02}@kinabalu.example.com", f"Person {number:02}", Role.MEMBER, story.kinabalu
            )
    seen: list[str] = []
    with app.test_request_context():
        _every, columns = matrix.list_columns("")
        after: str | None = ""
        while after is not None:
            rows, after = matrix.list_people(story.owner, Filters(), columns, after)
            seen += [row.name for row in rows]
    assert len(seen) == len(set(seen)) == 64
    sign_in(client, story.owner)
    assert len(client.get("/admin/training/matrix.csv").text.strip().splitlines()) == 65
    for path in ("/admin/training/matrix", "/admin/training/matrix?view=companies", "/admin/training"):
        client.get(path)
        with count_statements(app) as made:
            assert client.get(path).status_code == 200
        assert len(made) <= 8, (path, made)


def test_strange_filters_find_nothing_or_everything_but_never_fail(app, client, story: Cast) -> None:
    sign_in(client, story.owner)
    for query in (
        "q=%F0%9F%8E%93",
        "course=' OR 1",
        "country=%00",
        "state=x",
        "view=x",
        "after=zzz",
        "q=" + "x" * 5000,
    ):
        assert client.get(f"/admin/training/matrix?{query}").status_code in (200, 404), query
        assert client.get(f"/admin/training/matrix.csv?{query}").status_code in (200, 404), query


def test_a_formula_in_a_name_is_neutral_in_the_csv(app, client, story: Cast) -> None:
    with app.app_context():
        add_person("x@kinabalu.example.com", "=HYPERLINK(1)", Role.MEMBER, story.kinabalu)
    sign_in(client, story.owner)
    assert "'=HYPERLINK(1)" in client.get("/admin/training/matrix.csv").text


def test_every_training_page_asks_at_most_eight_times(app, client, story: Cast) -> None:
    sign_in(client, story.marketer)
    base = "/admin/training/first"
    for path in (
        base, f"{base}/parts/p1", f"{base}/questions", f"{base}/questions/q0", f"{base}/settings", f"{base}/assignments",
        f"{base}/publication", "/admin/training/assignments", "/admin/training/certificates",
        "/admin/training/certifications",
        "/admin/training/certifications/new", "/admin/training/new", "/admin/training",
    ):  # fmt: skip
        client.get(path)
        with count_statements(app) as made:
            assert client.get(path).status_code == 200
        assert len(made) <= 8, (path, len(made), [str(one)[:150] for one in made])
