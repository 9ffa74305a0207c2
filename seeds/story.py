"""What happened in the demo's last year: deals from registration to win, purchases, redemptions.

Each entry says how many days ago it was; the demo sets the clock back and calls the real services in order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select

from app.core.clock import today
from app.core.db import db, end_read, transaction
from app.deals.content import DealFields, Line
from app.deals.services import closing, deciding, registering, talking
from app.identity.services.invitations import invite
from app.identity.sessions import end_session, start_session
from app.partners.models import Role
from app.products.models import Product
from app.rewards.services.redemptions import redeem
from app.sales.facts import SaleFact
from app.sales.services import record_sale
from seeds.people import Demo
from seeds.rewards import denomination_of

Event = tuple[float, Callable[[], object]]


@dataclass(frozen=True)
class DealStory:
    """One deal: who, for whom, what, how much (whole currency units), when, and what followed (days ago)."""

    who: str
    customer: str
    family: str
    value: int
    sent: float | None
    approved: float | None = None
    won: float | None = None
    lost: float | None = None
    asked: tuple[float, str] | None = None
    answered: tuple[float, str] | None = None
    said: tuple[float, str, str] | None = None
    declined: tuple[float, str, str] | None = None
    close_in: int = 30
    domain: str = ""
    registration: str = ""
    notes: str = ""


ENDPOINT, BACKUP, NETWORK, POS = "endpoint-security", "backup-365", "network-core", "point-of-sale"
A, B = "kinabalu.aisyah", "merapi.budi"

DEALS = (
    # Kinabalu Networks: a year of wins, then what is open now
    DealStory(A, "Tanjung Maritime", NETWORK, 61_250, 368, 367, won=340, domain="tanjungmaritime.example"),
    DealStory(A, "Pelabuhan Timur", NETWORK, 158_750, 190, 189, won=150, domain="pelabuhantimur.example"),
    DealStory(A, "Bina Warisan", NETWORK, 71_250, 125, 124, won=90),
    DealStory(A, "Hotel Cendana", ENDPOINT, 17_280, 80, 79, lost=41, close_in=35),
    DealStory(A, "Selat Shipping", ENDPOINT, 52_000, 40, 39, won=3, close_in=36),
    DealStory(A, "Rimba Medical Centre", BACKUP, 38_400, 86, 84.2, close_in=95, domain="rimbamedical.example"),
    DealStory(A, "Mutiara Logistics", ENDPOINT, 48_000, 31, 30, close_in=31, registration="201501012345"),
    DealStory(
        A, "Kota Digital Council", NETWORK, 164_000, 23.2, 21.2, close_in=60, domain="kotadigital.example",
        asked=(22.4, "Could you add the tender number? We need it for the public register."),
        answered=(22.1, "It is KDC/2026/118, in the letter that I attached to the offer."),
        said=(20, "manager", "Good news on the tender. Mark it as won when the invoice is out."),
        registration="KDC-118",
    ),
    DealStory(A, "Pelangi Schools Trust", BACKUP, 76_800, 50, 49, close_in=75),
    DealStory(A, "Pulau Fresh Foods", ENDPOINT, 15_360, 0.4, close_in=21, registration="201801022334"),
    DealStory(A, "Klinik Damai", BACKUP, 9_600, 0.15, close_in=28),
    DealStory(
        A, "Gemilang Steel", NETWORK, 44_000, 2.1, close_in=40,
        asked=(1.2, "Is this a new site or the extension that we quoted in August?"),
    ),
    DealStory(A, "Teratai Foods", BACKUP, 19_200, None, close_in=45),
    DealStory("kinabalu.daniel", "Seri Wangsa Hotels", POS, 20_000, 75, 74, won=45),
    DealStory("kinabalu.nurul", "Taman Ilmu College", BACKUP, 10_400, 70, 69, won=33),
    DealStory("kinabalu.nurul", "Kedai Buku Maju", BACKUP, 1_600, 12, 11.5, won=1),
    DealStory("kinabalu.nurul", "Sabah Tea Estates", NETWORK, 31_000, 12, 11, close_in=50),
    # Merapi Solusi
    DealStory(B, "PT Batik Laweyan", POS, 186_000_000, 365, 364, won=338),
    DealStory(B, "CV Sinar Gudeg", POS, 240_000_000, 120, 119, won=88),
    DealStory(B, "PT Kereta Wisata", ENDPOINT, 415_000_000, 44, 43, won=6, close_in=38),
    DealStory(B, "RS Harapan Bunda", BACKUP, 96_000_000, 85, 83.6, close_in=92, domain="rsharapanbunda.example"),
    DealStory(B, "Universitas Merbabu", NETWORK, 1_250_000_000, 18, 17, close_in=70),
    DealStory(B, "PT Kopi Menoreh", POS, 58_000_000, 0.3, close_in=25),
    # the rest of the channel: what waits in the queue, oldest first
    DealStory("jaya.jason", "Klinik Harapan Group", BACKUP, 72_000, 0.9, close_in=30, registration="201101009876"),
    DealStory(
        "sumber.dewi", "Bumi Raya Retail Jaya, PT", POS, 205_000_000, 47, 46, close_in=90,
        notes="Kasir untuk empat toko.",
    ),
    DealStory(
        "nusa.putri", "PT Bumi Raya Retail", POS, 412_000_000, 0.75, close_in=45, registration="01.234.567.8",
        notes="Mereka ingin mulai sebelum libur akhir tahun. Sudah demo di dua toko.",
    ),
    DealStory("rimba.faiz", "Sekolah Tun Aman", BACKUP, 28_900, 0.3, close_in=60),
    DealStory("borneo.bagus", "Teluk Port Services", NETWORK, 310_000, 0.2, close_in=80, domain="telukport.example"),
    DealStory("selat.kavitha", "Hotel Sri Melati", ENDPOINT, 69_000_000, 0.12, close_in=20),
    DealStory("nusa.putri", "PT Cahaya Farma", ENDPOINT, 96_000_000, 0.05, close_in=40),
    DealStory("borneo.bagus", "Rumah Sakit Kasih", ENDPOINT, 88_000, 160, 159, won=110),
    DealStory("jaya.jason", "Johor Cold Chain", NETWORK, 134_000, 75, 74, won=20, close_in=60),
    DealStory(
        "rimba.faiz", "Penang Heritage Tours", POS, 18_200, 40,
        declined=(39, "too_early", "Come back when there is a budget."),
    ),
    DealStory("mutiara.siti", "Shah Alam Prints", BACKUP, 14_800, 100, 99, won=58),
    # what the boards of this quarter show
    DealStory("borneo.bagus", "Sarawak River Lodges", NETWORK, 96_000, 45, 44, won=16),
    DealStory("rimba.faiz", "Penang Spice Traders", ENDPOINT, 68_000, 38, 37, won=11),
    DealStory("mutiara.siti", "Klang Cold Store", BACKUP, 74_000, 30, 29, won=0.08),
    # the distributors in Singapore
    DealStory("marina.weijie", "Jurong Cold Logistics", NETWORK, 9_000, 43, 42.5, won=30),
    DealStory("marina.weijie", "Bedok Family Clinics", BACKUP, 7_500, 36, 35, won=21),
    DealStory("marina.weijie", "Tampines Learning Hub", POS, 8_200, 28, 27, won=9),
    DealStory("kranji.zul", "Woodlands Print House", BACKUP, 9_800, 42, 41.5, won=33),
)  # fmt: skip

# company, product, days ago, units, whole USD
PURCHASES = (
    ("kinabalu", "EPS-100", 330, 4, 9_600),
    ("kinabalu", "NC-48", 210, 12, 31_400),
    ("kinabalu", "BKP-100", 120, 6, 14_850),
    ("kinabalu", "NC-EDGE", 64, 3, 22_350),
    ("kinabalu", "EPS-25", 25, 10, 12_480),
    ("kinabalu", "POS-1", 9, 5, 8_995),
    ("merapi", "POS-1", 300, 20, 35_980),
    ("merapi", "EPS-100", 45, 6, 14_400),
    ("merapi", "NC-48", 12, 4, 10_440),
    ("borneo", "EPS-100", 80, 20, 48_000),
    ("borneo", "NC-EDGE", 15, 9, 67_050),
    ("jaya", "NC-48", 33, 30, 78_300),
    ("rimba", "BKP-25", 21, 18, 11_340),
    ("selat", "EPS-25", 18, 60, 74_880),
    ("nusa", "POS-1", 28, 14, 25_186),
    ("sumber", "NC-48", 50, 8, 20_880),
    ("mutiara", "BKP-100", 61, 3, 7_425),
    ("marina", "NC-48", 40, 36, 93_960),
    ("marina", "EPS-100", 26, 17, 40_800),
    ("kranji", "POS-1", 39, 28, 50_372),
)
# what came back: the purchase by its place above, days ago, units, whole USD
CREDITS = ((19, 12, 20, 35_980),)


# days ago, who, reward, face value in minor units, how many
REDEMPTIONS = (
    (8, A, "nasi-co-dinner", 8_000, 1),
    (20, "kinabalu.daniel", "kopi-tiga-team", 4_000, 1),
    (30, B, "dompetku-top-up", 15_000_000, 1),
    (18, "jaya.jason", "petrogo-fuel-30", 3_000, 5),
    (11, "jaya.jason", "petrogo-fuel-30", 3_000, 3),
    (16, "borneo.bagus", "petrogo-fuel-30", 3_000, 4),
    (6, "borneo.bagus", "pasar-mega", 5_000, 1),
    (13, "mutiara.siti", "kopi-tiga-card", 2_000, 1),
    (25, "kinabalu.nurul", "kopi-tiga-card", 2_000, 1),
)

# days ago, who
VISITS = (
    (24, "kinabalu.daniel"),
    (2, "kinabalu.nurul"),
    (1, "kinabalu.admin"),
    (0.1, "kinabalu.aisyah"),
    (0.9, "jaya.jason"),
    (0.05, "nusa.putri"),
    (3, "nusa.andi"),
    (0.2, "borneo.bagus"),
    (0.3, "rimba.faiz"),
    (30, "selat.kavitha"),
    (3.1, "sumber.dewi"),
    (5, "mutiara.siti"),
    (0.3, "merapi.budi"),
    (9, "merapi.admin"),
    (1.7, "marina.weijie"),
    (4, "kranji.zul"),
    (1.2, "finance"),
    (0.6, "marketer"),
    (40, "auditor"),
)


def deal_events(demo: Demo) -> Iterator[Event]:
    """Every step of every deal, with its age in days."""
    for number, story in enumerate(DEALS):
        yield from _one_deal(demo, story, number)


def _one_deal(demo: Demo, story: DealStory, number: int) -> Iterator[Event]:
    actor, manager = demo.actors[story.who], demo.actors["manager"]
    made: dict[str, str] = {}

    def fields() -> DealFields:
        return DealFields(
            customer_name=story.customer,
            customer_country=actor.organisation_country,
            customer_domain=story.domain,
            customer_registration_no=story.registration,
            contact_name="Purchasing" if actor.organisation_country == "MY" else "Bagian pembelian",
            currency=actor.organisation_currency or "MYR",
            lines=[Line(demo.families[story.family], story.value * 100)],
            expected_close_on=today(actor.zone) + timedelta(days=story.close_in),
            notes=story.notes,
        )

    def draft() -> None:
        made["id"] = registering.save_draft(fields(), actor=actor).public_id

    def send() -> None:
        made["id"] = registering.submit(fields(), actor=actor).public_id

    def win() -> None:
        day = today(actor.zone)
        closing.win(
            made["id"],
            invoice_no=f"INV-{day:%y%m}-{100 + number}",
            invoice_minor=story.value * 100,
            won_on=day,
            actor=actor,
        )

    yield (0.01, draft) if story.sent is None else (story.sent, send)
    if story.asked:
        age, text = story.asked
        yield age, lambda: deciding.ask(made["id"], text, actor=manager)
    if story.answered:
        age_2, text_2 = story.answered
        yield age_2, lambda: talking.answer(made["id"], text_2, actor=actor)
    if story.approved:
        yield story.approved, lambda: deciding.approve(made["id"], actor=manager)
    if story.said:
        age_3, who, text_3 = story.said
        yield age_3, lambda: talking.comment(made["id"], text_3, actor=demo.actors[who])
    if story.declined:
        age_4, reason, text_4 = story.declined
        yield age_4, lambda: deciding.reject(made["id"], reason, text_4, actor=manager)
    if story.won:
        yield story.won, win
    if story.lost:
        yield story.lost, lambda: closing.lose(made["id"], "other_product", actor=actor)


def purchase_events(demo: Demo) -> Iterator[Event]:
    """What partners bought, and what of it they gave back; the organisation earns."""
    families = _families_of_products(demo)

    def document(number: int, company: str, sku: str, units: int, dollars: int, **more: Any) -> None:
        named: dict[str, Any] = {"document": f"SO-{70110 + number}"} | more
        record_sale(
            SaleFact(
                source="demo",
                line="1",
                sold_on=today(),
                organisation_id=demo.companies[company].id,
                product_id=demo.products[sku],
                family_id=families[sku],
                quantity=units,
                amount_minor=dollars * 100,
                currency="USD",
                **named,
            ),
            actor=demo.actors["finance"],
        )

    for number, (company, sku, age, units, dollars) in enumerate(PURCHASES):
        yield age, partial(document, number, company, sku, units, dollars)
    for number, age, units, dollars in CREDITS:
        company, sku, *_bought = PURCHASES[number]
        note = partial(
            document, number, company, sku, -units, -dollars, document=f"CN-{70110 + number}",
            credits=(f"SO-{70110 + number}", "1"),
        )  # fmt: skip
        yield age, note


def _families_of_products(demo: Demo) -> dict[str, int]:
    found = {row.sku: row.family_id for row in db.session.scalars(select(Product))}
    end_read()
    return found


def redemption_events(demo: Demo) -> Iterator[Event]:
    """What people took."""
    for number, (age, who, slug, face, count) in enumerate(REDEMPTIONS):

        def take(
            who: str = who, slug: str = slug, face: int = face, count: int = count, number: int = number
        ) -> None:
            key = f"demo-redemption-{number}"
            redeem(slug, denomination_of(slug, face), count, key, demo.actors[who])

        yield age, take


def visit_events(demo: Demo) -> Iterator[Event]:
    """Who signed in when, and one invitation that is still open."""
    for age, who in VISITS:

        def visit(who: str = who) -> None:
            actor = demo.actors[who]
            with transaction():
                token = start_session(actor.person_id or 0, actor.role, user_agent="", address="")
            end_session(token)

        yield age, visit
    admin = demo.actors["kinabalu.admin"]
    yield 2, lambda: invite("haziq@kinabalu.example.com", Role.MEMBER, admin.organisation_id, actor=admin)
