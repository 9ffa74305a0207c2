"""`tangga doctor`: whether the company's sign-in can work."""

from __future__ import annotations

from app.core.doctor import also_check
from app.core.settings import current_settings
from app.identity import oidc
from app.identity.oidc_talk import Talk


def check_provider() -> tuple[bool, str]:
    """The discovery document and the keys, read afresh."""
    settings = current_settings()
    if not settings.has_company_sign_in:
        return True, "OIDC_ISSUER is not set: people sign in by password or code"
    url = settings.oidc_issuer.rstrip("/") + "/.well-known/openid-configuration"
    with Talk() as talk:
        try:
            found = oidc.read_json(url, talk)
        except oidc.ProviderSilent as failed:
            return False, f"{url} cannot be read: {failed.why}"
        problem = oidc.problem_of(found, settings)
        if problem:
            return False, problem
        try:
            keys = oidc.read_json(found["jwks_uri"], talk).get("keys")
        except oidc.ProviderSilent as failed:
            return False, f"{found['jwks_uri']} cannot be read: {failed.why}"
    if not keys:
        return False, f"{found['jwks_uri']} holds no keys"
    if "S256" not in oidc.listed(found, "code_challenge_methods_supported", "S256"):
        return False, "the provider does not take PKCE with S256"
    return True, f"{settings.oidc_issuer} answers; register {settings.external_url}{oidc.CALLBACK} there"


def init_doctor() -> None:
    """Add the check."""
    also_check("company sign-in", check_provider)
