"""Mail: a row and a job in the business transaction; the job sends by SMTP, or leaves the mail in the outbox.

Once a mail server has taken a mail, its text is blanked here: it may hold a code or a link that signs somebody in.
"""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, Text, delete, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from app.core import bulk, jobs
from app.core.clock import utc_now
from app.core.db import Model, db, end_read, in_transaction, transaction
from app.core.settings import Settings, current_settings
from app.core.types import PK, BigInt, UTCDateTime, new_public_ids, public_id_column

TIMEOUT_SECONDS = 20
KEPT_DAYS = 30


class Mail(Model):
    """One mail to one receiver. Not sent before `due_at`; `sent_at` says that it left, or stays in the outbox."""

    __tablename__ = "mails"

    id: Mapped[PK]
    public_id: Mapped[str] = public_id_column()
    job_id: Mapped[int | None] = mapped_column(BigInt)
    person_id: Mapped[int | None] = mapped_column(BigInt, ForeignKey("people.id"))
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime, default=utc_now, index=True)
    due_at: Mapped[datetime] = mapped_column(UTCDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def send(
    to: str,
    subject: str,
    text: str,
    html: str | None = None,
    *,
    dedupe: str | None = None,
    delay_seconds: int = 0,
    person_id: int | None = None,
) -> int | None:
    """Promise a mail inside the present transaction. Returns its id, or None if `dedupe` was promised before."""
    if not in_transaction():
        raise RuntimeError("mail.send() outside transaction()")
    mail = Mail(
        recipient=to,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        person_id=person_id,
        due_at=utc_now() + timedelta(seconds=delay_seconds),
    )
    db.session.add(mail)
    db.session.flush()
    job_id = jobs.enqueue("mail.send", {"mail_id": mail.id}, dedupe=dedupe, delay_seconds=delay_seconds)
    if job_id is None:
        db.session.delete(mail)
        db.session.flush()
        return None
    mail.job_id = job_id
    return mail.id


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail of many: to whom, and what."""

    person_id: int | None
    to: str
    subject: str
    text: str
    html: str | None = None


def send_many(letters: Sequence[Letter]) -> None:
    """Promise many mails inside the present transaction, in three statements whatever their number.

    There is no `dedupe`: the caller's own mark, moved in the same transaction, says that they are promised.
    """
    if not in_transaction():
        raise RuntimeError("mail.send_many() outside transaction()")
    now, count = utc_now(), len(letters)
    ids = bulk.reserve_ids("mails", count)
    job_ids = jobs.enqueue_many("mail.send", [{"mail_id": mail_id} for mail_id in ids])
    bulk.insert_rows(
        "mails",
        (
            "id",
            "public_id",
            "job_id",
            "person_id",
            "recipient",
            "subject",
            "text",
            "html",
            "created_at",
            "due_at",
        ),
        [
            (
                mail_id,
                public_id,
                job_id,
                letter.person_id,
                letter.to,
                " ".join(letter.subject.split()),
                letter.text,
                letter.html,
                now,
                now,
            )
            for mail_id, public_id, job_id, letter in zip(
                ids, new_public_ids(count), job_ids, letters, strict=True
            )
        ],
    )


def take_back(mail_id: int) -> None:
    """Remove a promise made in this same transaction, as if it had never been made."""
    db.session.flush()
    job_id = db.session.scalar(select(Mail.job_id).where(Mail.id == mail_id))
    db.session.execute(delete(Mail).where(Mail.id == mail_id))
    db.session.execute(delete(jobs.Job).where(jobs.Job.id == job_id))


def compose(
    paragraphs: Sequence[object], *, action: tuple[object, str] | None = None, code: str | None = None
) -> tuple[str, str]:
    """Text and HTML of a mail: paragraphs, then a code to type or a link to follow.

    The paragraphs are in the receiver's language already: call it inside `force_locale`.
    """
    context = {
        "paragraphs": [str(paragraph) for paragraph in paragraphs],
        "action": (str(action[0]), action[1]) if action else None,
        "code": code,
        "brand_name": current_settings().brand_name,
    }
    environment = current_app.jinja_env
    text = environment.get_template("mail/message.txt").render(context)
    html = environment.get_template("mail/message.html").render(context)
    return re.sub(r"\n{3,}", "\n\n", text).strip() + "\n", html


def list_outbox(limit: int = 50) -> list[Mail]:
    """Mails that are due, newest first; promises taken back are left out."""
    query = (
        select(Mail)
        .outerjoin(jobs.Job, jobs.Job.id == Mail.job_id)
        .where(Mail.due_at <= utc_now(), or_(jobs.Job.id.is_(None), jobs.Job.state != "cancelled"))
        .order_by(Mail.id.desc())
        .limit(limit)
    )
    return list(db.session.scalars(query))


@jobs.handler("mail.send", max_attempts=6, lease=90, pause=20)
def deliver(payload: dict[str, Any]) -> None:
    """Send one mail that was not sent yet. Without SMTP_HOST it stays readable in the outbox."""
    mail = db.session.get(Mail, int(payload["mail_id"]), populate_existing=True)
    if mail is None or mail.sent_at is not None:
        return
    settings = current_settings()
    message = as_message(mail, settings)
    end_read()  # no snapshot is held while the network is slow
    if settings.smtp_host:
        send_by_smtp(message, settings)
    with transaction():
        mail.sent_at = utc_now()
        if settings.smtp_host:
            mail.text, mail.html = "", None
        db.session.add(mail)


def as_message(mail: Mail, settings: Settings) -> EmailMessage:
    """The mail as SMTP carries it. Its Message-ID is stable, so that a second sending is seen as the same mail."""
    message = EmailMessage()
    message["From"] = settings.mail_from
    message["To"] = mail.recipient
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(mail.created_at)
    domain = parseaddr(settings.mail_from)[1].rpartition("@")[2] or "localhost"
    message["Message-ID"] = f"<{mail.public_id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    return message


def send_by_smtp(message: EmailMessage, settings: Settings) -> None:
    """Hand one message to the mail server of the settings. Raises OSError or smtplib.SMTPException."""
    mode = settings.smtp_tls.lower()
    where = (settings.smtp_host, settings.smtp_port)
    if mode == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            *where, timeout=TIMEOUT_SECONDS, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(*where, timeout=TIMEOUT_SECONDS)
    with server:
        if mode == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.smtp_user:
            server.login(settings.smtp_user, settings.smtp_password)
        server.send_message(message)


@jobs.periodic("mail.purge", every_minutes=60)
def purge() -> None:
    """Drop mails after a month."""
    with transaction():
        db.session.execute(delete(Mail).where(Mail.created_at < utc_now() - timedelta(days=KEPT_DAYS)))
