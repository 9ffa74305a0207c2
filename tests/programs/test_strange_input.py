"""Whatever is typed into the programs' forms ends in one of the answers that a form may give."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import sign_in
from tests.programs.makers import definition, live, reward
from tests.programs.test_vendor_pages import FIELDS

ALLOWED = {200, 303, 403, 404, 409, 413, 422, 429}
NAMES = sorted({
    *FIELDS, "starts_on", "ends_on", "families", "min_quantity", "kinds", "companies", "per_amount", "points_company",
    "per_amount_company", "cap_points_company", "applies_from", "action",
})  # fmt: skip
ODD = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["", " ", "0", "-1", "9" * 40, "1e9", "1,00", "٣", "２", "\x00", "2026-02-30", "0001-01-01", "NaN",
                     "<script>", "{{ 7 }}", "%(points)s", "**", "__", "deal_won", "per_money", "per_unit", "organisation"]),
    st.integers(-(10**20), 10**20).map(str),
)  # fmt: skip
MANY = settings(max_examples=200, suppress_health_check=list(HealthCheck), deadline=None)


def test_the_editor_takes_anything(app, client, cast):
    sign_in(client, cast.owner)

    @MANY
    @given(st.dictionaries(st.sampled_from(NAMES), ODD, min_size=1, max_size=3), st.uuids())
    def post(change, key):
        fields = FIELDS | {"idempotency_key": str(key)} | change
        assert client.post("/admin/programs", data=fields).status_code in ALLOWED

    post()


def test_the_preview_takes_anything(app, client, cast):
    sign_in(client, cast.owner)

    @settings(MANY, max_examples=60)
    @given(st.dictionaries(st.sampled_from(NAMES), ODD, min_size=1, max_size=3))
    def get(change):
        assert client.get("/admin/programs/preview", query_string=FIELDS | change).status_code in ALLOWED

    get()


def test_try_it_and_the_last_day_take_anything(app, client, cast):
    with app.app_context():
        live(cast)
        live(
            cast,
            definition(
                reward("per_unit", 3),
                trigger="sale",
                family_ids=tuple(cast.families.values()),
                min_quantity=2,
            ),
            name="Units",
        )
    sign_in(client, cast.aisyah)

    @MANY
    @given(
        st.sampled_from(["deal-won", "units"]),
        st.dictionaries(st.sampled_from(["amount", "quantity", "family"]), ODD),
    )
    def get(slug, query):
        assert client.get(f"/programs/{slug}", query_string=query).status_code in ALLOWED

    get()
    sign_in(client, cast.finance)

    @MANY
    @given(ODD)
    def end(text):
        assert client.post("/admin/programs/units/end", data={"ended_on": text}).status_code in ALLOWED
        assert client.post("/admin/programs/units/return", data={"note": text}).status_code in ALLOWED

    end()
    assert client.get("/programs?view=" + "x" * 500 + "&page=99999999999999999999").status_code in ALLOWED
    assert client.get("/admin/programs?page=99999999999999999999").status_code == 200
