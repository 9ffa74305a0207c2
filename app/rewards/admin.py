"""The vendor's catalogue: what is offered, its values and rates, its stock."""

from __future__ import annotations

from typing import Any

from babel import Locale
from flask import Blueprint, Response, request, url_for

from app.core.errors import AppError, Conflict, InvalidInput, TooLarge
from app.core.forms import AppForm, add_errors, choices
from app.core.http import render, see_other, with_query
from app.core.i18n import _, current_locale
from app.core.settings import current_settings
from app.core.types import MAX_ID
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.rewards import services
from app.rewards.forms import PointValueForm, RewardForm, StockForm, ValueForm, as_words
from app.rewards.models import Medium, Reward, RewardKind, RewardStatus
from app.rewards.queries import vendor
from app.rewards.routes import face
from app.rewards.words import clean, words_in
from app.tiers.queries import level_names

admin_bp = Blueprint("rewards_admin", __name__, url_prefix="/admin/rewards")

COUNTRIES = frozenset(Locale("en").territories)


@admin_bp.app_template_filter("country")
def country_name(code: str) -> str:
    """Malaysia for MY, in the reader's language."""
    return str(Locale.parse(current_locale()).territories.get(code, code))


@admin_bp.get("")
@needs("reward.admin_view")
def index() -> Response:
    shelf = vendor.Shelf(
        shelf=request.args.get("shelf", "live") if request.args.get("shelf") in vendor.SHELVES else "live",
        search=clean(request.args.get("q"), 60),
        country=clean(request.args.get("country"), 2).upper(),
    )
    after = request.args.get("after", "")
    rows, following = vendor.list_catalogue(shelf, after)
    return render(
        "admin/rewards/index.html",
        "rows" if after else "results" if request.headers.get("HX-Target") == "results" else "main",
        rows=rows,
        more_url=with_query(after=following) if following else None,
        counts=vendor.count_shelves(),
        rates=vendor.list_rates(),
        shelf=shelf,
    )


@admin_bp.post("/<slug>/visibility")
@needs("reward.edit")
def set_visibility(slug: str) -> Response:
    status = RewardStatus.LIVE if request.form.get("live") else RewardStatus.HIDDEN
    services.set_status(slug, status, actor=current_actor())
    shown = status is RewardStatus.LIVE
    back = request.referrer or ""
    url = url_for("rewards_admin.index", shelf="all") if back.endswith("shelf=all") else None
    if f"/admin/rewards/{slug}" in back:
        url = url_for("rewards_admin.edit", slug=slug)
    toast = _("Partners see it now.") if shown else _("Hidden from partners.")
    return see_other(url or url_for("rewards_admin.index"), toast=toast)


@admin_bp.get("/new")
@needs("reward.edit")
def new() -> Response:
    form = RewardForm(formdata=None, data={"delivery_hours": 0, "quantity_limit": 5, "position": 1000})
    return _form_page(form, None)


@admin_bp.post("")
@needs("reward.edit")
def create() -> Response:
    form = RewardForm()
    details = _details(form)
    if details is None:
        return _form_page(form, None, status=422)
    try:
        slug = services.add_reward(details, actor=current_actor())
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _form_page(form, None, status=422)
    return see_other(
        url_for("rewards_admin.edit", slug=slug), toast=_("Saved as a draft. Add a value, then show it.")
    )


@admin_bp.get("/<slug>")
@needs("reward.admin_view")
def edit(slug: str) -> Response:
    reward = vendor.find_reward(slug)
    data = {
        "brand": reward.brand,
        "category": str(reward.category_id),
        "kind": reward.kind.value,
        "countries": ", ".join(vendor.list_countries(reward.id)),
        "required_tier": vendor.required_tier(reward.id) or "",
        **{
            name: getattr(reward, name)
            for name in ("palette", "icon", "delivery_hours", "quantity_limit", "position", "shows_value")
        },
    }
    for code in ("en", "ms", "id"):
        data[f"name_{code}"] = reward.name.get(code, "")
        data[f"description_{code}"] = reward.description.get(code, "")
    return _form_page(RewardForm(formdata=None, data=data), reward)


@admin_bp.post("/<slug>")
@needs("reward.edit")
def save(slug: str) -> Response:
    reward = vendor.find_reward(slug)
    form = RewardForm()
    details = _details(form)
    if details is None:
        return _form_page(form, reward, status=422)
    try:
        services.edit_reward(slug, details, actor=current_actor())
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _form_page(form, reward, status=422)
    return see_other(url_for("rewards_admin.edit", slug=slug), toast=_("Saved."))


def _details(form: RewardForm) -> services.RewardDetails | None:
    """What was typed, or None with the errors at the form's fields."""
    _offer_categories(form)
    valid = form.validate()
    countries = [part.strip().upper() for part in (form.countries.data or "").split(",") if part.strip()]
    wrong = [code for code in countries if code not in COUNTRIES]
    if wrong:
        form.fail("countries", _("Write countries as two letters, for example MY, ID."))
    if not valid or wrong:
        return None
    kind = RewardKind(form.kind.data)
    return services.RewardDetails(
        category_id=int(form.category.data),
        brand=form.brand.data or "",
        name=as_words(form, "name"),
        description=as_words(form, "description"),
        kind=kind,
        palette=form.palette.data,
        icon=form.icon.data,
        medium=Medium.CODE if kind is RewardKind.DIGITAL_VOUCHER else Medium.DOOR,
        delivery_hours=form.delivery_hours.data or 0,
        shows_value=bool(form.shows_value.data),
        quantity_limit=form.quantity_limit.data or 1,
        position=form.position.data or 1000,
        countries=countries,
        required_tier=form.required_tier.data or None,
    )


def _offer_categories(form: RewardForm) -> None:
    locale = current_locale()
    form.required_tier.choices = choices(
        [
            ("", _("Everybody")),
            *((slug, _("%(tier)s and above", tier=name)) for slug, name in level_names().items()),
        ]
    )
    form.category.choices = choices(
        (row.id, words_in(row.name, locale) or row.slug) for row in vendor.list_categories()
    )


def _form_page(
    form: RewardForm, reward: Reward | None, *, value_form: ValueForm | None = None, status: int = 200
) -> Response:
    _offer_categories(form)
    return render(
        "admin/rewards/form.html",
        "main",
        status=status,
        form=form,
        reward=reward,
        value_form=value_form or ValueForm(formdata=None),
        sizes=vendor.list_sizes([reward.id]) if reward else [],
        can_edit=current_actor().can("reward.edit"),
    )


@admin_bp.post("/<slug>/values")
@needs("reward.edit")
def add_value(slug: str) -> Response:
    vendor.find_reward(slug)
    form = ValueForm()
    if form.validate():
        try:
            services.add_denomination(
                slug,
                form.currency.data,
                form.face_value.data or 0,
                form.cost.data or 0,
                actor=current_actor(),
                is_featured=bool(request.form.get("featured")),
            )
            return see_other(url_for("rewards_admin.edit", slug=slug), toast=_("Value saved."))
        except InvalidInput as refused:
            add_errors(form, refused.fields)
    return _value_refused(slug, form)


def _value_refused(slug: str, value_form: ValueForm) -> Response:
    return render(
        "admin/rewards/value.html",
        "main",
        status=422,
        reward=vendor.find_reward(slug),
        form=value_form,
    )


@admin_bp.post(f"/<slug>/values/<int(max={MAX_ID}):denomination_id>/retirement")
@needs("reward.edit")
def retire_value(slug: str, denomination_id: int) -> Response:
    services.retire_denomination(slug, denomination_id, actor=current_actor())
    return see_other(url_for("rewards_admin.edit", slug=slug), toast=_("This value is no longer offered."))


@admin_bp.get("/rates")
@needs("reward.admin_view")
def rates() -> Response:
    return _rates_page(PointValueForm(formdata=None))


@admin_bp.post("/rates")
@needs("reward.edit")
def set_rate() -> Response:
    form = PointValueForm()
    if not form.validate():
        return _rates_page(form, status=422)
    try:
        count = services.set_point_value(
            form.currency.data, form.points.data or 0, form.per.data or 0, actor=current_actor()
        )
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _rates_page(form, status=422)
    toast = _("Saved. Prices worked out anew: %(count)s.", count=count)
    return see_other(url_for("rewards_admin.rates"), toast=toast)


def _rates_page(form: PointValueForm, status: int = 200) -> Response:
    return render(
        "admin/rewards/rates.html",
        "main",
        status=status,
        form=form,
        rates=vendor.list_rates(),
        can_edit=current_actor().can("reward.edit"),
    )


@admin_bp.get("/stock")
@needs("stock.import")
def stock() -> Response:
    return _stock_page(StockForm(formdata=None, data={"value": request.args.get("value", "")}))


@admin_bp.post("/stock")
@needs("stock.import")
def import_stock() -> Response:
    form = StockForm()
    value = str(form.value.data or "")
    target = vendor.find_stock_target(int(value)) if value.isdecimal() and len(value) < 16 else None
    upload = request.files.get("file")
    try:
        if target is None:
            raise InvalidInput(fields={"value": _("Choose one of the values shown.")})
        if upload is None or not upload.filename:
            raise InvalidInput(fields={"file": _("Choose a CSV file.")})
        limit = current_settings().upload_max_mb * 1024 * 1024
        content = upload.stream.read(limit + 1)
        if len(content) > limit:
            raise TooLarge(_("This file is over %(size)s MB.", size=current_settings().upload_max_mb))
        report = services.import_codes(
            target.slug, target.id, content, actor=current_actor(), file_name=upload.filename
        )
    except (InvalidInput, Conflict) as refused:
        _add(form, refused)
        return _stock_page(form, status=refused.status)
    toast = _("Added %(count)s codes.", count=report.added)
    return see_other(url_for("rewards_admin.stock", value=target.id), toast=toast)


def _add(form: AppForm, refused: AppError) -> None:
    add_errors(form, refused.fields or {"file": refused.message})


def _stock_page(form: StockForm, status: int = 200) -> Response:
    locale = current_locale()
    targets = vendor.list_stock_targets()
    form.value.choices = choices((row.id, f"{words_in(row.name, locale)}, {face(row)}") for row in targets)
    context: dict[str, Any] = {"imports": vendor.list_imports(), "has_targets": bool(targets)}
    return render(
        "admin/rewards/stock.html",
        "main",
        status=status,
        form=form,
        **context,
    )
