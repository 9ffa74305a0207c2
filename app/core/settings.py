"""Settings come from the environment and `.env`, once, at start; `tangga doctor` checks them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

from dotenv import dotenv_values
from flask import current_app

DEVELOPMENT_SECRET = "development-only-secret-change-me-in-production"


class SettingsError(Exception):
    """A setting is missing or wrong; the text says which and how to mend it."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. The environment's name of each is its field name in capitals; `env` below lists exceptions."""

    env: str = "development"
    data_dir: str = "./var"
    database_url: str = ""
    secret_key: str = ""
    external_url: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    web_workers: int = 2
    web_threads: int = 4
    trusted_proxies: int = 0
    sqlite_synchronous: str = "FULL"
    # the vendor
    brand_name: str = "Tangga"
    vendor_name: str = "Veridia"
    brand_logo: str = ""
    brand_brand: str = ""
    brand_on_brand: str = ""
    brand_brand_dark: str = ""
    brand_on_brand_dark: str = ""
    brand_hero: str = ""
    brand_accent: str = ""
    brand_radius: str = ""
    brand_font: str = ""
    time_zone: str = "Asia/Kuala_Lumpur"
    reporting_currency: str = "MYR"
    default_locale: str = "en"
    support_email: str = ""
    pdf_font_dir: str = ""
    # mail
    smtp_host: str = ""
    smtp_port: int = 587
    smtp_user: str = ""
    smtp_password: str = ""
    smtp_tls: str = "starttls"
    mail_from: str = "Tangga <no-reply@vendor.example.com>"
    # sign-in by the company's own OpenID provider
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    # limits
    upload_max_mb: int = 10
    sign_in_person_limit: int = 10
    sign_in_address_limit: int = 50
    sign_in_window_minutes: int = 15
    gift_code_person_hourly: int = 10
    gift_code_address_hourly: int = 30
    gift_code_installation_hourly: int = 1_000
    code_minutes: int = 10
    code_tries: int = 5
    invitation_days: int = 7
    session_partner_idle_minutes: int = 120
    session_partner_hours: int = 20
    session_vendor_idle_minutes: int = 30
    session_vendor_hours: int = 12
    deal_check_person_hourly: int = 20
    deal_check_company_daily: int = 60
    deal_protection_days: int = 90
    deal_clean_limit_minor: int = 25_000_000
    deal_invoice_over_percent: int = 20
    log_level: str = "INFO"

    @property
    def is_production(self) -> bool:
        return self.env == "production"

    @property
    def has_company_sign_in(self) -> bool:
        return bool(self.oidc_issuer)

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir).expanduser().resolve()


ENVIRONMENT_NAMES = {"env": "TANGGA_ENV", "data_dir": "TANGGA_DATA_DIR"}


def environment_name(field: str) -> str:
    """The environment variable that sets a field."""
    return ENVIRONMENT_NAMES.get(field, field.upper())


def load_settings(environ: Mapping[str, str] | None = None, *, dotenv: str | None = ".env") -> Settings:
    """Read settings. Raises SettingsError with one readable line."""
    merged: dict[str, str] = {}
    if dotenv and Path(dotenv).is_file():
        merged.update({key: value for key, value in dotenv_values(dotenv).items() if value is not None})
    merged.update(os.environ if environ is None else environ)
    values: dict[str, object] = {}
    for item in fields(Settings):
        name = environment_name(item.name)
        text = merged.get(name, "").strip()
        if not text:
            continue
        if item.type == "int":
            try:
                values[item.name] = int(text)
            except ValueError:
                raise SettingsError(f"{name} must be a whole number, not {text!r}") from None
        else:
            values[item.name] = text
    settings = Settings(**values)  # type: ignore[arg-type]
    return _complete(settings)


def _complete(settings: Settings) -> Settings:
    from dataclasses import replace

    if settings.env not in ("development", "production", "test"):
        raise SettingsError("TANGGA_ENV must be development, production or test")
    url = settings.database_url
    if not url:
        url = f"sqlite:///{settings.data_path / 'tangga.db'}"
    elif url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.split("://", 1)[1]
    if not url.startswith(("sqlite://", "postgresql+psycopg://")):
        raise SettingsError("DATABASE_URL must begin with postgresql:// or sqlite:///, or be empty")
    if settings.is_production:
        if len(settings.secret_key) < 32:
            raise SettingsError("SECRET_KEY must be set to at least 32 random characters in production")
        if settings.secret_key == DEVELOPMENT_SECRET:
            raise SettingsError("SECRET_KEY is the one that everybody knows; set a random one in production")
        if not settings.external_url.startswith("https://"):
            raise SettingsError("EXTERNAL_URL must be set to the https address of the portal in production")
    _check_provider(settings)
    for name in ("gift_code_person_hourly", "gift_code_address_hourly", "gift_code_installation_hourly"):
        if getattr(settings, name) < 1:
            raise SettingsError(f"{environment_name(name)} must be at least 1, or nobody could enter a code")
    external = settings.external_url or f"http://{settings.host}:{settings.port}"
    return replace(
        settings,
        database_url=url,
        secret_key=settings.secret_key or DEVELOPMENT_SECRET,
        external_url=external.rstrip("/"),
    )


def _check_provider(settings: Settings) -> None:
    """All three of the provider's settings or none; its address is https where it matters."""
    given = {"OIDC_ISSUER": settings.oidc_issuer, "OIDC_CLIENT_ID": settings.oidc_client_id,
             "OIDC_CLIENT_SECRET": settings.oidc_client_secret}  # fmt: skip
    lacking = [name for name, value in given.items() if not value]
    if lacking and len(lacking) < len(given):
        raise SettingsError(f"sign-in by the company's provider also needs {' and '.join(lacking)}")
    if settings.oidc_issuer and not settings.oidc_issuer.startswith(
        "https://" if settings.is_production else ("https://", "http://")
    ):
        raise SettingsError("OIDC_ISSUER must be the https address of the provider")


def current_settings() -> Settings:
    """Settings of the running application."""
    found = current_app.extensions["tangga_settings"]
    assert isinstance(found, Settings)
    return found
