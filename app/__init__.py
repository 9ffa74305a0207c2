"""Tangga: the rewards portal of a vendor's sales channel."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.core import db as database
from app.core.settings import Settings, SettingsError, load_settings

BLUEPRINTS = (
    "app.core.routes:bp",
    "app.core.assets:bp",
    "app.identity.routes:bp",
    "app.identity.oidc_routes:bp",
    "app.identity.joining:bp",
    "app.identity.account:bp",
    "app.company.people_admin:admin_bp",
    "app.identity.outbox:bp",
    "app.company.routes:bp",
    "app.company.help:bp",
    "app.company.more:bp",
    "app.company.today:bp",
    "app.company.partners_admin:admin_bp",
    "app.company.products_admin:admin_bp",
    "app.company.audience_admin:admin_bp",
    "app.programs.routes:bp",
    "app.programs.admin:admin_bp",
    "app.deals.routes:bp",
    "app.deals.admin:admin_bp",
    "app.sales.routes:bp",
    "app.sales.admin:admin_bp",
    "app.rewards.routes:bp",
    "app.rewards.orders:bp",
    "app.rewards.gift_codes:bp",
    "app.rewards.admin:admin_bp",
    "app.rewards.orders_admin:admin_bp",
    "app.wallet.routes:bp",
    "app.wallet.admin:admin_bp",
    "app.wallet.adjustments:admin_bp",
    "app.integrations.imports.admin:admin_bp",
    "app.notices.routes:bp",
    "app.tiers.routes:bp",
    "app.tiers.admin:admin_bp",
    "app.boards.routes:bp",
    "app.boards.admin:admin_bp",
    "app.training.routes:bp",
    "app.training.certificates:bp",
    "app.training.admin:admin_bp",
    "app.training.team:bp",
    "app.messages.routes:bp",
    "app.messages.admin:admin_bp",
    "app.messages.editor:bp",
    "app.recognition.certificates:bp",
    "app.recognition.categories_admin:admin_bp",
    "app.codes.admin:admin_bp",
    "app.codes.campaigns_admin:admin_bp",
    "app.home.routes:bp",
)

# Modules with tables, job handlers and schedules; importing them declares what they hold.
MODELS = (
    "app.core.audit", "app.core.jobs", "app.core.limits", "app.core.rates", "app.core.http", "app.core.mail",
    "app.partners.models", "app.products.models", "app.identity.models", "app.notices.models", "app.ledger.models",
    "app.activities.models", "app.tiers.models", "app.programs.models", "app.codes.models", "app.deals.models",
    "app.sales.models", "app.rewards.models", "app.boards.models", "app.training.models", "app.recognition.models",
    "app.messages.models", "app.integrations.imports.models",
)  # fmt: skip
TASKS = (
    "app.core.tasks", "app.identity.tasks", "app.notices.tasks", "app.ledger.tasks", "app.activities.tasks",
    "app.tiers.tasks", "app.programs.tasks", "app.codes.tasks", "app.deals.tasks", "app.sales.tasks",
    "app.rewards.tasks", "app.boards.tasks", "app.training.tasks", "app.recognition.tasks", "app.messages.tasks",
    "app.integrations.imports.tasks",
)  # fmt: skip
# The one visible order in which a recorded activity is reacted to (see docs: the pipeline).
REACTORS = ("app.programs.reactor", "app.tiers.reactor", "app.boards.reactor")


def _load(path: str) -> Any:
    module, _colon, attribute = path.partition(":")
    try:
        found = import_module(module)
    except ModuleNotFoundError as error:
        if error.name and (module == error.name or module.startswith(error.name + ".")):
            return None
        raise
    return getattr(found, attribute) if attribute else found


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application: settings, extensions, blueprints. Raises SettingsError."""
    settings = settings or load_settings()
    app = Flask(__name__)
    if settings.is_production and app.debug:
        raise SettingsError("FLASK_DEBUG must be off in production")
    app.extensions["tangga_settings"] = settings
    _configure(app, settings)
    from app.core import failures, filters, headers, http, i18n, logs, queue

    logs.configure_logs(settings.log_level, as_json=settings.is_production)
    logs.init_logs(app)
    database.db.init_app(app)
    with app.app_context():
        database.install(database.db.engine, synchronous=settings.sqlite_synchronous)
    http.init_app(app)
    i18n.init_i18n(app)
    filters.init_filters(app)
    headers.init_headers(app)
    failures.init_failures(app)
    for path in (*MODELS, *TASKS):
        _load(path)
    _reactors()
    queue.init_queue(app, settings)
    for path in (
        "app.core.assets",
        "app.core.ui",
        "app.identity.guard",
        "app.core.csrf",
        "app.core.plain",
        "app.core.nav",
        "app.core.compress",
    ):
        module = _load(path)
        if module is not None and hasattr(module, "init_app"):
            module.init_app(app)
    for path in BLUEPRINTS:
        blueprint = _load(path)
        if blueprint is not None:
            app.register_blueprint(blueprint)
    guard = _load("app.identity.guard")
    if guard is not None:
        guard.refuse_unguarded(app)
    return app


def _reactors() -> None:
    pipeline = _load("app.activities.pipeline")
    if pipeline is not None:
        pipeline.REACTORS = tuple(module for module in map(_load, REACTORS) if module is not None)
        pipeline.TIER_OF = _load("app.tiers.queries:tier_on") or pipeline.TIER_OF


def _configure(app: Flask, settings: Settings) -> None:
    postgres = not settings.database_url.startswith("sqlite")
    quiet = {"hide_parameters": settings.is_production}  # an error in a log names no values of people
    app.config.update(
        SECRET_KEY=settings.secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=(
            {
                **quiet,
                "pool_pre_ping": True,
                "pool_size": 10,
                "max_overflow": 20,
                "connect_args": {"options": "-c timezone=UTC"},
            }
            if postgres
            else {**quiet, "connect_args": {"timeout": 15}}
        ),
        MAX_CONTENT_LENGTH=(settings.upload_max_mb + 1) * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="__Host-tangga" if settings.is_production else "tangga",
        SESSION_COOKIE_SECURE=settings.is_production,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,
        TEMPLATES_AUTO_RELOAD=settings.env == "development",
        TESTING=settings.env == "test",
    )
    if not postgres:
        settings.data_path.mkdir(parents=True, exist_ok=True)
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app,
            x_for=settings.trusted_proxies,
            x_proto=settings.trusted_proxies,
            x_host=settings.trusted_proxies,
        )
