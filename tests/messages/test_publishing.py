"""Going out: who is told, in what language, when, and exactly once."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import DBAPIError

from app.core import jobs
from app.core.clock import travel, utc_now
from app.core.db import db, transaction
from app.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from app.core.i18n import force_locale
from app.core.mail import Mail
from app.core.settings import current_settings
from app.identity.actor import Actor
from app.messages.models import Announcement, Kind, Revision, State, Wording
from app.messages.queries import find_article, list_news, unread_count
from app.messages.services import drafts, publishing, reading, telling
from app.messages.services.drafts import Words
from app.notices.models import Notice
from app.notices.queries import list_notices
from app.partners.audience import Audience
from app.partners.models import OrganisationManager
from tests.cast import Cast
from tests.messages.support import WORDS, draft, in_country, live, must
from tests.races import race


def titles(actor: Actor) -> list[str]:
    return [line.title for line in list_news(actor).lines]


def told(app: Flask) -> tuple[int, int]:
    """How many notices and mails there are."""
    return (
        db.session.scalar(select(func.count()).select_from(Notice)) or 0,
        db.session.scalar(select(func.count()).select_from(Mail)) or 0,
    )


def test_each_reader_gets_their_language_else_english_else_what_there_is(app: Flask, cast: Cast) -> None:
    with app.app_context():
        live(cast.marketer, with_mail=True)
        live(cast.marketer, words={"ms": Words("Hanya Melayu", "", "Teks.", "")})
        live(cast.marketer, words={"en": WORDS["en"], "id": Words("Tanpa isi", "", "", "")})
        assert titles(cast.budi) == ["Partner Day", "Hanya Melayu", "Hari Mitra"]
        assert [line.locale for line in list_news(cast.budi).lines] == ["en", "ms", "id"]
        assert titles(cast.aisyah) == ["Partner Day", "Hanya Melayu", "Partner Day"]
        subjects = {row.recipient: row.subject for row in db.session.scalars(select(Mail))}
        assert subjects[cast.budi.email] == "Hari Mitra" and subjects[cast.aisyah.email] == "Partner Day"
        assert all(row.sent_at for row in db.session.scalars(select(Mail)))
        with force_locale("id"):
            lines = list_notices(cast.budi).lines
        told = [(line.title, line.title_in, line.body_in) for line in lines]
        assert told == [("Partner Day", "en", "en"), ("Hanya Melayu", "ms", "ms"), ("Hari Mitra", "", "")]
        told = [(line.title, line.title_in) for line in list_notices(cast.aisyah).lines]
        assert told == [("Partner Day", ""), ("Hanya Melayu", "ms"), ("Partner Day", "")]


def test_only_the_audience_reads_it_and_others_find_nothing(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = live(cast.marketer, audience=in_country("MY"))
        assert titles(cast.budi) == [] and titles(cast.aisyah) == ["Partner Day"]
        assert told(app)[0] == 2
        with pytest.raises(NotFound):
            find_article(row.public_id, cast.budi)
        with pytest.raises(NotFound):
            reading.read(row.public_id, actor=cast.budi)
        assert db.session.scalar(unread_count(cast.budi)) == 0
        assert db.session.scalar(unread_count(cast.aisyah)) == 1


def test_the_scope_in_sql_is_the_audience_record(app: Flask, cast: Cast) -> None:
    choices = [
        Audience(countries=("MY", "SG")),
        Audience(kinds=("reseller",)),
        Audience(kinds=("distributor",)),
        Audience(tiers=("gold",)),
        Audience(organisation_ids=(cast.merapi.id,)),
        Audience(("ID",), ("reseller",), (cast.merapi.id, cast.kinabalu.id)),
    ]
    with app.app_context():
        for audience in choices:
            row = live(cast.marketer, audience=audience)
            for actor in (cast.aisyah, cast.budi):
                assert actor.organisation_id is not None and actor.organisation_country is not None
                expected = audience.matches(
                    actor.organisation_id, actor.organisation_country, "reseller", None
                )
                seen = row.public_id in {line.public_id for line in list_news(actor).lines}
                assert seen is expected, (audience, actor.email)


def test_a_scheduled_one_goes_out_by_the_job_once_its_time_has_come(app: Flask, cast: Cast) -> None:
    with app.app_context():
        start = utc_now() + timedelta(days=2)
        row = drafts.create(draft(starts_at=start, ends_at=start + timedelta(days=3)), actor=cast.marketer)
        assert publishing.publish(row.public_id, actor=cast.marketer).state is State.SCHEDULED
        assert publishing.publish_due() == 0 and titles(cast.aisyah) == []
        with travel(start + timedelta(minutes=1)):
            assert publishing.publish_due() == 1 and publishing.publish_due() == 0
            jobs.run_due()
            jobs.run_due()
            assert titles(cast.aisyah) == ["Partner Day"] and told(app) == (4, 0)
        with travel(start + timedelta(days=3, minutes=1)):
            assert publishing.end_due() == 1 and publishing.end_due() == 0
            assert titles(cast.aisyah) == []
            assert find_article(row.public_id, cast.aisyah).has_ended


def test_what_nobody_let_out_before_its_end_becomes_a_draft_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        start = utc_now() + timedelta(hours=1)
        row = drafts.create(draft(starts_at=start, ends_at=start + timedelta(hours=1)), actor=cast.marketer)
        publishing.publish(row.public_id, actor=cast.marketer)
        with travel(start + timedelta(hours=2)):
            assert publishing.publish_due() == 0
        assert drafts.find_announcement(row.public_id, cast.owner).state is State.DRAFT
        assert told(app) == (0, 0)


def test_two_workers_let_it_out_and_tell_each_person_once(
    app: Flask, cast: Cast, rounds: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "BATCH", 3)
    everybody = sorted(
        one.person_id or 0 for one in (cast.aisyah, cast.kinabalu_admin, cast.budi, cast.merapi_admin)
    )
    for _round in range(rounds["race"]):
        with app.app_context():
            row = drafts.create(draft(starts_at=utc_now(), with_mail=True), actor=cast.marketer)
            with transaction():
                db.session.execute(
                    update(Announcement).where(Announcement.id == row.id).values(state=State.SCHEDULED)
                )
        outcomes = race(app, [publishing.publish_due] * 2)
        assert sorted(outcome.value for outcome in outcomes) == [0, 1], [one.error for one in outcomes]
        with app.app_context():
            revision_id = (
                db.session.scalar(select(Revision.id).where(Revision.announcement_id == row.id)) or 0
            )
        for after in (0, everybody[2]):
            told_now = race(app, [partial(telling.tell, revision_id, after)] * 3)
            assert sum(one.value for one in told_now) == (3 if after == 0 else 1), [
                one.error for one in told_now
            ]
    with app.app_context():
        assert told(app) == (4 * rounds["race"], 4 * rounds["race"])


def test_thousands_are_told_in_batches_with_few_statements(app: Flask, cast: Cast) -> None:
    from tests.support.statements import count_statements

    with app.app_context():
        row = drafts.create(draft(with_mail=True), actor=cast.marketer)
        publishing.publish(row.public_id, actor=cast.marketer)
        revision_id = db.session.scalar(select(Revision.id))
        assert revision_id is not None
        with count_statements(app) as seen:
            assert telling.tell(revision_id) == 4
        assert len(seen) <= 20
        assert telling.tell(revision_id) == 0


def test_copies_go_to_those_who_want_them_but_what_must_be_confirmed_goes_to_all(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        reading.want_mail(False, actor=cast.aisyah)
        reading.want_mail(False, actor=cast.aisyah)
        live(cast.marketer, with_mail=True, audience=in_country("MY"))
        assert [row.recipient for row in db.session.scalars(select(Mail))] == [cast.kinabalu_admin.email]
        must(cast.marketer, with_mail=True, audience=in_country("MY"))
        found = list(db.session.scalars(select(Mail).where(Mail.recipient == cast.aisyah.email)))
        assert len(found) == 1 and found[0].subject.startswith("Needs you to confirm")
        reading.want_mail(True, actor=cast.aisyah)
        live(cast.marketer, with_mail=True, audience=in_country("MY"))
        assert told(app)[1] == 5


def test_a_copy_as_plain_text_says_where_its_links_lead(app: Flask, cast: Cast) -> None:
    body = "See [the *map*](https://x.example/?a=1&b=2), [deals](/deals/new)\n\n- <https://y.example>\n- [no](//evil.example)"
    with app.app_context():
        live(cast.marketer, with_mail=True, words={"en": Words("Partner Day", "", body, "")})
        mail = db.session.scalars(select(Mail)).first()
        assert mail is not None and mail.html is not None
        base = current_settings().external_url
        assert f"See the map (https://x.example/?a=1&b=2), deals ({base}/deals/new)" in mail.text
        assert "• https://y.example\n" in mail.text and "evil" not in mail.text
        assert ">deals</a>" in mail.html and "(https://" not in mail.html


def test_what_is_published_can_no_longer_change(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = live(cast.marketer)
        with pytest.raises(drafts.NotEditable):
            drafts.save(row.public_id, draft(), actor=cast.marketer)
        with pytest.raises(Conflict):
            publishing.publish(row.public_id, actor=cast.marketer)
        for statement in (
            "UPDATE announcement_texts SET title = 'x'",
            "DELETE FROM announcement_texts",
            "UPDATE announcement_revisions SET note = 'x'",
        ):
            with pytest.raises(DBAPIError), transaction():
                db.session.execute(text(statement))


def test_a_confirmation_counts_though_the_clock_that_noted_the_reading_was_ahead(
    app: Flask, cast: Cast
) -> None:
    with app.app_context():
        row = must(cast.marketer)
        with travel(utc_now() + timedelta(seconds=2)):
            reading.read(row.public_id, actor=cast.aisyah)
        reading.confirm(row.public_id, 1, actor=cast.aisyah)
        line = find_article(row.public_id, cast.aisyah).line
        assert line.confirmed_at is not None and not line.is_to_confirm


def test_a_correction_is_a_new_revision_and_asks_for_confirmation_again(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = must(cast.marketer)
        reading.confirm(row.public_id, 1, actor=cast.aisyah)
        drafts.start_correction(row.public_id, actor=cast.marketer)
        drafts.start_correction(row.public_id, actor=cast.marketer)
        words = {**WORDS, "en": Words("Partner Day, corrected", "", "On the 19th.", "")}
        drafts.save_correction(row.public_id, words, "", "", False, actor=cast.marketer)
        with pytest.raises(InvalidInput):
            publishing.publish_correction(row.public_id, actor=cast.marketer)
        drafts.save_correction(row.public_id, words, "", "The day is the 19th.", False, actor=cast.marketer)
        assert find_article(row.public_id, cast.aisyah).line.title == "Partner Day"
        publishing.publish_correction(row.public_id, actor=cast.marketer)
        jobs.run_due()
        article = find_article(row.public_id, cast.aisyah)
        assert (article.number, article.line.title) == (2, "Partner Day, corrected")
        assert article.line.is_to_confirm and article.corrections[0].note == "The day is the 19th."
        assert told(app)[0] == 4, "a quiet correction rings no bell"
        with pytest.raises(reading.CorrectedMeanwhile):
            reading.confirm(row.public_id, 1, actor=cast.budi)
        reading.confirm(row.public_id, 2, actor=cast.budi)
        drafts.start_correction(row.public_id, actor=cast.marketer)
        drafts.save_correction(row.public_id, words, "", "Again.", True, actor=cast.marketer)
        publishing.publish_correction(row.public_id, actor=cast.marketer)
        jobs.run_due()
        assert told(app)[0] == 8
        assert drafts.start_correction(row.public_id, actor=cast.marketer).number == 4
        assert drafts.discard(row.public_id, actor=cast.marketer) is False


def test_taken_down_is_gone_for_readers_and_tells_nobody_more(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = drafts.create(draft(), actor=cast.marketer)
        publishing.publish(row.public_id, actor=cast.marketer)
        publishing.take_down(row.public_id, actor=cast.marketer)
        jobs.run_due()
        assert told(app) == (0, 0) and titles(cast.aisyah) == []
        other = live(cast.marketer)
        assert told(app)[0] == 4
        publishing.take_down(other.public_id, actor=cast.marketer)
        assert told(app)[0] == 0
        with pytest.raises(NotFound):
            find_article(other.public_id, cast.aisyah)


def test_a_manager_reaches_only_partners_in_their_care(app: Flask, cast: Cast) -> None:
    with app.app_context():
        with transaction():
            db.session.add(
                OrganisationManager(organisation_id=cast.merapi.id, person_id=cast.owner.person_id)
            )
        live(cast.manager)
        assert titles(cast.aisyah) == ["Partner Day"] and titles(cast.budi) == []
        assert told(app)[0] == 2
        with pytest.raises(InvalidInput) as wrong:
            drafts.create(draft(audience=Audience(organisation_ids=(cast.merapi.id,))), actor=cast.manager)
        assert "audience_companies" in wrong.value.fields
        secret = drafts.create(draft(), actor=cast.marketer)
        with pytest.raises(NotFound):
            drafts.save(secret.public_id, draft(), actor=cast.manager)
        out = live(cast.marketer)
        with pytest.raises(Forbidden):
            publishing.take_down(out.public_id, actor=cast.manager)
        for actor in (cast.finance, cast.auditor, cast.aisyah):
            with pytest.raises(Forbidden):
                drafts.create(draft(), actor=actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"words": {"en": Words("x" * 5000, "", "b", "")}}, "title_en"),
        ({"words": {"id": Words("t", "", "x" * 30_000, "")}}, "body_id"),
        ({"href": "javascript:alert(1)"}, "href"),
        ({"href": "//evil.example"}, "href"),
        ({"href": "http://plain.example"}, "href"),
        ({"href": "/\\evil.example"}, "href"),
    ],
)
def test_bad_input_is_refused_at_its_field(app: Flask, cast: Cast, changes: dict, field: str) -> None:
    with app.app_context(), pytest.raises(InvalidInput) as wrong:
        drafts.create(draft(**changes), actor=cast.marketer)
    assert set(wrong.value.fields) == {field}


def test_an_end_before_the_start_or_in_the_past_is_refused(app: Flask, cast: Cast) -> None:
    now = utc_now()
    with app.app_context():
        with pytest.raises(InvalidInput):
            drafts.create(draft(starts_at=now, ends_at=now - timedelta(1)), actor=cast.marketer)
        row = drafts.create(draft(ends_at=now - timedelta(1)), actor=cast.marketer)
        with pytest.raises(InvalidInput):
            publishing.publish(row.public_id, actor=cast.marketer)


@pytest.mark.parametrize("words", [{}, {"en": Words("Only a title")}, {"ms": Words("", "", "Only text")}])
def test_nothing_goes_out_without_one_whole_language(app: Flask, cast: Cast, words: dict) -> None:
    with app.app_context():
        row = drafts.create(draft(words=words), actor=cast.marketer)
        with pytest.raises(InvalidInput):
            publishing.publish(row.public_id, actor=cast.marketer)
        assert told(app) == (0, 0)


def test_a_button_needs_words_and_a_place(app: Flask, cast: Cast) -> None:
    with app.app_context():
        row = drafts.create(draft(href="/deals/new"), actor=cast.marketer)
        with pytest.raises(InvalidInput) as wrong:
            publishing.publish(row.public_id, actor=cast.marketer)
        assert set(wrong.value.fields) == {"button_en", "button_id"}
        words = {**WORDS, "en": Words("Partner Day", "", "Seats are open.", "Reserve a seat")}
        row = drafts.create(draft(words=words), actor=cast.marketer)
        with pytest.raises(InvalidInput) as wrong:
            publishing.publish(row.public_id, actor=cast.marketer)
        assert wrong.value.fields == {"href": "Say where the button leads."}


def test_every_revision_has_a_row_a_language(app: Flask, cast: Cast) -> None:
    with app.app_context():
        drafts.create(draft(kind=Kind.CAMPAIGN), actor=cast.marketer)
        assert {row.locale for row in db.session.scalars(select(Wording))} == {"en", "ms", "id"}


@pytest.mark.parametrize("tells_again", [False, True])
def test_a_correction_while_readers_are_being_told_leaves_out_nobody(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch, tells_again: bool
) -> None:
    """Who was not told yet hears of the corrected wording; who was hears again only if that is wished."""
    monkeypatch.setattr(telling, "BATCH", 3)
    with app.app_context():
        row = drafts.create(draft(), actor=cast.marketer)
        publishing.publish(row.public_id, actor=cast.marketer)
        jobs.run_one()
        for number in (2, 3):
            drafts.start_correction(row.public_id, actor=cast.marketer)
            drafts.save_correction(row.public_id, WORDS, "", "Later", tells_again, actor=cast.marketer)
            publishing.publish_correction(row.public_id, actor=cast.marketer)
            assert told(app)[0] == 3, number
        jobs.run_due()
        assert told(app)[0] == (7 if tells_again else 4)
        drafts.start_correction(row.public_id, actor=cast.marketer)
        drafts.save_correction(row.public_id, WORDS, "", "Once more", False, actor=cast.marketer)
        publishing.publish_correction(row.public_id, actor=cast.marketer)
        assert jobs.run_due() == 0  # all were told before
