"""People and invitations, one's own and somebody else's."""

from app.identity.services import invitations
from app.partners.models import Role
from tests.cast import Cast, add_person
from tests.support.permissions import Sample


def samples(cast: Cast) -> dict[str, Sample]:
    own = add_person("daniel@kinabalu.example.com", "Daniel Wong", Role.MEMBER, cast.kinabalu)
    foreign = add_person("putri@merapi.example.com", "Putri Lestari", Role.MEMBER, cast.merapi)
    mine = invitations.invite(
        "a@kinabalu.example.com", Role.MEMBER, cast.kinabalu.id, actor=cast.kinabalu_admin
    )
    theirs = invitations.invite("b@merapi.example.com", Role.MEMBER, cast.merapi.id, actor=cast.merapi_admin)
    person = Sample({"public_id": own.public_id}, {"public_id": foreign.public_id})
    # Taken back by the first role that may, an invitation is gone for the next one.
    invitation = Sample({"public_id": mine.public_id}, {"public_id": theirs.public_id}, also={"*": {404}})
    found = {f"company.{name}": person for name in ("member", "change_role", "deactivate", "reactivate")} | {
        f"identity_admin.{name}": person for name in ("person", "change_role", "deactivate", "reactivate")
    }
    for name in (
        "company.invite_again",
        "company.revoke",
        "identity_admin.invite_again",
        "identity_admin.revoke",
    ):
        found[name] = invitation
    found["account.end_one"] = Sample({"public_id": "nobodys"}, also={"*": {404}})
    return found
