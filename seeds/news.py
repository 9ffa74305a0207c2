"""The demo's announcements: what waits for a confirmation, what is pinned, what is over, what is still being written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from app.core.clock import today, utc_now, zone
from app.core.settings import current_settings
from app.messages.admin_queries import live_revision
from app.messages.models import Announcement, Kind
from app.messages.services import drafts, publishing, reading, telling
from app.messages.services.drafts import Draft, Words
from app.notices import services as notices
from app.partners.audience import Audience
from seeds.people import Demo

TERMS = {
    "en": Words(
        "Updated deal protection terms, 1 January", "",
        "From **1 January** a protected deal stays yours for 90 days, as today. Two things change:\n\n"
        "- An extension needs one line on what has moved since the approval.\n"
        "- If we decide late, the days we took are added to your protection by themselves.\n\n"
        "Deals that are protected before 1 January keep their present terms until they end. "
        "Confirm that you have read this, so that we can apply the new terms to your next deal.",
    ),
    "ms": Words(
        "Terma perlindungan peluang jualan dikemas kini, 1 Januari", "",
        "Mulai **1 Januari**, peluang jualan yang dilindungi kekal milik anda selama 90 hari, seperti sekarang. "
        "Dua perkara berubah:\n\n"
        "- Lanjutan memerlukan satu baris tentang kemajuan sejak kelulusan.\n"
        "- Jika kami lewat membuat keputusan, hari yang kami ambil ditambah pada perlindungan anda dengan sendirinya.\n\n"
        "Peluang jualan yang dilindungi sebelum 1 Januari mengekalkan terma sekarang hingga tamat. "
        "Sahkan bahawa anda sudah membacanya supaya terma baharu boleh dipakai pada peluang jualan anda yang berikutnya.",
    ),
    "id": Words(
        "Ketentuan proteksi deal diperbarui, 1 Januari", "",
        "Mulai **1 Januari**, deal yang diproteksi tetap milik Anda selama 90 hari, seperti sekarang. "
        "Dua hal berubah:\n\n"
        "- Perpanjangan memerlukan satu baris tentang perkembangan sejak persetujuan.\n"
        "- Jika kami terlambat memutuskan, hari yang terpakai otomatis ditambahkan ke proteksi Anda.\n\n"
        "Deal yang diproteksi sebelum 1 Januari memakai ketentuan sekarang sampai selesai. "
        "Konfirmasi bahwa Anda sudah membacanya supaya ketentuan baru berlaku pada deal Anda berikutnya.",
    ),
}  # fmt: skip
PARTNER_DAY = {
    "en": Words(
        "Partner Day KL: seats open for Silver and up", "18 January, Kuala Lumpur",
        "One day with the people who build and support what you sell.\n\n"
        "## The day\n\n- 09:00 What comes next year\n- 11:00 Clinics: security, backup, network\n"
        "- 15:00 Awards\n\nEach company has **two seats** until 31 December. Write to your channel manager to take them.",
    ),
    "ms": Words(
        "Hari Rakan Niaga KL: tempat dibuka untuk Silver ke atas", "18 Januari, Kuala Lumpur",
        "Sehari bersama mereka yang membina dan menyokong apa yang anda jual.\n\n"
        "## Hari itu\n\n- 09:00 Apa yang datang tahun depan\n- 11:00 Klinik: keselamatan, sandaran, rangkaian\n"
        "- 15:00 Anugerah\n\nSetiap syarikat mendapat **dua tempat** hingga 31 Disember. "
        "Tulis kepada pengurus saluran anda untuk menempahnya.",
    ),
    "id": Words(
        "Hari Mitra KL: kursi dibuka untuk Silver ke atas", "18 Januari, Kuala Lumpur",
        "Sehari bersama mereka yang membangun dan mendukung apa yang Anda jual.\n\n"
        "## Acaranya\n\n- 09.00 Yang datang tahun depan\n- 11.00 Klinik: keamanan, backup, jaringan\n"
        "- 15.00 Penghargaan\n\nSetiap perusahaan mendapat **dua kursi** sampai 31 Desember. "
        "Tulis ke channel manager Anda untuk mengambilnya.",
    ),
}  # fmt: skip
ENDPOINT = {
    "en": Words(
        "500 points for each Endpoint Security deal", "",
        "Close a deal of at least RM 10,000 and 500 points come on top of the usual ones. Nothing to claim.\n\n"
        "They clear after 14 days, up to 5,000 points a person.",
        "Register a deal",
    ),
    "ms": Words(
        "500 mata bagi setiap peluang jualan Endpoint Security", "",
        "Tutup peluang jualan sekurang-kurangnya RM 10,000 dan 500 mata ditambah kepada mata biasa. "
        "Tiada apa yang perlu dituntut.\n\nMata itu boleh ditebus selepas 14 hari, hingga 5,000 mata seorang.",
        "Daftar peluang jualan",
    ),
    "id": Words(
        "500 poin untuk setiap deal Endpoint Security", "",
        "Menangkan deal minimal RM 10.000 dan 500 poin ditambahkan di atas poin biasa. Tidak perlu klaim.\n\n"
        "Poin bisa dipakai setelah 14 hari, paling banyak 5.000 poin per orang.",
        "Daftarkan deal",
    ),
}  # fmt: skip
HOLIDAY = {
    "en": Words(
        "Deals are answered until 19:00 this week", "",
        "Because of the public holiday our channel team answers until **19:00** from Monday to Thursday.",
    ),
    "ms": Words(
        "Peluang jualan dijawab hingga 19:00 minggu ini", "",
        "Disebabkan cuti umum, pasukan saluran kami menjawab hingga **19:00** dari Isnin hingga Khamis.",
    ),
}  # fmt: skip
DOUBLE = {
    "en": Words(
        "Double points on Endpoint Security until 15 December", "",
        "Close any Endpoint Security deal between now and 15 December and your points are doubled automatically. "
        "Nothing to claim.\n\nNew this time: renewals count too, if the customer adds 20 seats or more.",
        "Register a deal",
    ),
    "ms": Words(
        "Mata berganda untuk Endpoint Security hingga 15 Disember", "",
        "Tutup mana-mana peluang jualan Endpoint Security antara sekarang dan 15 Disember dan mata anda digandakan "
        "secara automatik. Tiada apa yang perlu dituntut.\n\n"
        "Baharu kali ini: pembaharuan juga dikira, jika pelanggan menambah 20 tempat duduk atau lebih.",
        "Daftar peluang jualan",
    ),
    "id": Words("Poin ganda untuk Endpoint Security sampai 15 Desember", "", "", ""),
}  # fmt: skip
YEAR_END = {
    "en": Words(
        "Between the years we answer by the next morning", "24 to 31 December",
        "From **24 to 31 December** our channel team works with fewer people.\n\n"
        "- Deals that arrive before 16:00 are answered by 10:00 on the next working day.\n"
        "- Gift codes and rewards go out as on every other day.\n\n"
        "We wish you quiet days.",
    ),
    "ms": Words(
        "Menjelang tahun baharu kami menjawab pada pagi berikutnya", "24 hingga 31 Disember",
        "Dari **24 hingga 31 Disember** pasukan saluran kami bekerja dengan lebih sedikit orang.\n\n"
        "- Peluang jualan yang tiba sebelum 16:00 dijawab selewat-lewatnya 10:00 pada hari bekerja berikutnya.\n"
        "- Kod hadiah dan ganjaran dihantar seperti hari lain.\n\n"
        "Semoga hari anda tenang.",
    ),
    "id": Words(
        "Menjelang tahun baru kami menjawab keesokan paginya", "24 sampai 31 Desember",
        "Dari **24 sampai 31 Desember** tim channel kami bekerja dengan lebih sedikit orang.\n\n"
        "- Deal yang masuk sebelum pukul 16.00 dijawab paling lambat pukul 10.00 pada hari kerja berikutnya.\n"
        "- Kode hadiah dan hadiah dikirim seperti hari lain.\n\n"
        "Selamat menikmati hari yang tenang.",
    ),
}  # fmt: skip
ABOVE_MEMBER = ("silver", "gold", "platinum")


def news_events(demo: Demo) -> list[tuple[float, Callable[[], object]]]:
    """What is announced in the last weeks, and who reads it."""
    marketer, manager = demo.actors["marketer"], demo.actors["manager"]
    made: dict[str, Announcement] = {}

    def announce(key: str, maker: Any, draft: Draft) -> None:
        row = publishing.publish(drafts.create(draft, actor=maker).public_id, actor=maker)
        made[key] = row
        revision = live_revision(row.id)
        if revision is not None:
            telling.tell(revision.id)

    def read(key: str, *people: str) -> None:
        for person in people:
            reading.read(made[key].public_id, actor=demo.actors[person])

    def confirm(*people: str) -> None:
        for person in people:
            reading.read(made["terms"].public_id, actor=demo.actors[person])
            reading.confirm(made["terms"].public_id, 1, actor=demo.actors[person])

    def holiday() -> None:
        ends = utc_now() + timedelta(days=6)
        announce("holiday", manager, Draft(words=HOLIDAY, audience=Audience(countries=("MY",)), ends_at=ends))

    def campaign() -> None:
        draft = Draft(Kind.CAMPAIGN, ENDPOINT, "/deals/new", with_mail=True, ends_at=_evening(52))
        announce("endpoint", marketer, draft)

    def partner_day() -> None:
        draft = Draft(words=PARTNER_DAY, audience=Audience(tiers=ABOVE_MEMBER), pinned_until=_evening(45))
        announce("day", marketer, draft)

    def write_ahead() -> None:
        audience = Audience(countries=("ID", "MY"), tiers=("silver", "gold"))
        end = _evening(0).replace(month=12, day=15)
        if end < utc_now() + timedelta(days=8):
            end = end.replace(year=end.year + 1)
        draft = Draft(Kind.CAMPAIGN, DOUBLE, "/deals/new", audience, True, starts_at=_monday(), ends_at=end)
        drafts.create(draft, actor=marketer)

    def schedule() -> None:
        draft = Draft(words=YEAR_END, with_mail=True, starts_at=_monday() + timedelta(days=7))
        publishing.publish(drafts.create(draft, actor=marketer).public_id, actor=marketer)

    def correct() -> None:
        drafts.start_correction(made["terms"].public_id, actor=marketer)

    return [
        (48, holiday),
        (47, lambda: read("holiday", "kinabalu.aisyah", "jaya.jason", "rimba.faiz")),
        (41, publishing.end_due),
        (30, campaign),
        (
            29,
            lambda: read(
                "endpoint", "kinabalu.aisyah", "kinabalu.admin", "merapi.budi", "nusa.andi", "jaya.jason"
            ),
        ),
        (3, partner_day),
        (3.5, lambda: notices.read_all(actor=demo.actors["kinabalu.aisyah"])),
        (2.4, lambda: read("day", "kinabalu.admin", "merapi.admin", "jaya.jason", "borneo.bagus")),
        (1.1, lambda: announce("terms", marketer, Draft(Kind.MUST_CONFIRM, TERMS, with_mail=True))),
        (0.9, lambda: confirm("kinabalu.admin", "jaya.jason", "merapi.admin", "sumber.dewi", "nusa.andi")),
        (0.8, lambda: read("terms", "rimba.faiz", "selat.kavitha")),
        (0.6, schedule),
        (0.5, correct),
        (0.4, write_ahead),
    ]


def _evening(days: int) -> datetime:
    """One minute to midnight, so many days from today, in the vendor's zone."""
    day = today() + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 23, 59, tzinfo=zone(current_settings().time_zone))


def _monday() -> datetime:
    """Half past eight on the next Monday, in the vendor's zone."""
    day = today() + timedelta(days=7 - today().weekday())
    return datetime(day.year, day.month, day.day, 8, 30, tzinfo=zone(current_settings().time_zone))
