"""Commands on people."""

from __future__ import annotations

import sys

import click
from email_validator import EmailNotValidError, validate_email
from flask.cli import with_appcontext
from sqlalchemy import or_, select

from app.core.db import db
from app.core.errors import AppError
from app.core.settings import current_settings
from app.identity import passwords
from app.identity.services.company_sign_in import unlink
from app.identity.services.people import create_person
from app.partners.models import PARTNER_ROLES, Organisation, Role


@click.group("user")
def user_group() -> None:
    """People who sign in."""


@user_group.command("create")
@click.option("--email", required=True, help="Address to sign in with.")
@click.option("--name", required=True, help="Full name.")
@click.option(
    "--role", required=True, type=click.Choice([role.value for role in Role]), help="What they may do."
)
@click.option(
    "--company", default=None, help="Public id or exact name of the partner; for member and partner_admin."
)
@click.option("--locale", default=None, type=click.Choice(["en", "ms", "id"]), help="Language.")
@click.option(
    "--password-stdin", is_flag=True, help="Read the password from standard input instead of asking."
)
@with_appcontext
def create_command(
    email: str, name: str, role: str, company: str | None, locale: str | None, password_stdin: bool
) -> None:
    """Create a person who can sign in at once."""
    wanted = Role(role)
    try:
        validate_email(email, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise click.ClickException(f"{email} is not an email address") from None
    if not name.strip():
        raise click.ClickException("--name must not be empty")
    organisation = _find_company(company, wanted)
    password = sys.stdin.readline().rstrip("\r\n") if password_stdin else _ask()
    try:
        passwords.check_new_password(password, email=email)
        person = create_person(
            actor=None,
            email=email,
            name=name,
            role=wanted,
            organisation_id=organisation.id if organisation else None,
            password_hash=passwords.hash_password(password),
            locale=locale or (organisation.locale if organisation else current_settings().default_locale),
        )
    except AppError as refused:
        raise click.ClickException(str(refused.message)) from None
    click.echo(f"Created {person.name} <{person.email}> as {wanted.value}.")


def _ask() -> str:
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _find_company(company: str | None, role: Role) -> Organisation | None:
    """The partner for a partner's role; none for the vendor's roles. Raises ClickException."""
    if role not in PARTNER_ROLES:
        if company:
            raise click.ClickException(f"--company does not go with the role {role.value}")
        return None
    if not company:
        raise click.ClickException(f"the role {role.value} needs --company")
    query = select(Organisation).where(or_(Organisation.public_id == company, Organisation.name == company))
    found = list(db.session.scalars(query.limit(2)))
    if not found:
        raise click.ClickException(f"there is no partner {company}")
    if len(found) > 1:
        raise click.ClickException(f"several partners are called {company}: use the public id")
    return found[0]


@user_group.command("unlink")
@click.option("--email", required=True, help="Address of the person.")
@with_appcontext
def unlink_command(email: str) -> None:
    """Forget which account of the company's sign-in is whose, so that the next one is linked anew."""
    if unlink(email) == 0:
        raise click.ClickException(f"{email} is linked to no account of the company's sign-in")
    click.echo(f"Unlinked {email}.")


commands: tuple[click.Command, ...] = (user_group,)
