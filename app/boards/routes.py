"""Leaderboards for partners, and for the vendor's people to look at."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.blueprints import BlueprintSetupState

from app.boards import names, queries, words
from app.boards.forms import CompanyNameForm, NameForm
from app.boards.models import NameMode, Participants
from app.boards.standings import Key
from app.core.errors import InvalidInput, NotFound
from app.core.forms import add_errors
from app.core.http import render, see_other, with_query
from app.core.i18n import _
from app.identity.actor import Actor, current_actor
from app.identity.guard import needs
from app.partners.models import Role

bp = Blueprint("boards", __name__)


@bp.record_once
def _offer_words(state: BlueprintSetupState) -> None:
    """Home draws *Where you stand* from a feed row (see boards/_home.html)."""
    state.app.jinja_env.globals.update(board_stand=queries.read_stand, board_words=words)


@bp.get("/leaderboards")
@needs("board.view")
def index() -> Response:
    """The boards that are for somebody, with their place on each."""
    actor = current_actor()
    stands = queries.list_stands(actor)
    return render(
        "boards/index.html", "main", stands=stands, ended=queries.list_ended(actor, stands), words=words
    )


@bp.get("/leaderboards/<slug>")
@needs("board.view")
def show(slug: str) -> Response:
    """One board in one period; `after` is a place in the order."""
    after = _key(request.args.get("after", ""))
    page = queries.find_page(
        slug, current_actor(), period_key=request.args.get("period") or None, after=after
    )
    return render(
        "boards/show.html",
        "rows" if after is not None and request.headers.get("HX-Target") != "main" else "main",
        page=page,
        board=page.board,
        period=page.period,
        words=words,
        tabs=queries.tabs(page),
        chips=queries.chips(page),
        gap=""
        if page.is_final
        else words.gap_sentence(
            page.of, page.board.metric, page.mine, page.next_up, shares=page.shares_first
        ),
        more_url=with_query(after=f"{page.after.score}.{page.after.lead}") if page.after else None,
    )


@bp.get("/leaderboards/<slug>/me")
@needs("board.view")
def me(slug: str) -> Response:
    """How one appears on all boards; an admin decides for the company too."""
    actor = _partner()
    board = queries.find_board(slug, actor)
    return _name_page(actor, board)


@bp.post("/leaderboards/<slug>/me")
@needs("board.view")
def choose(slug: str) -> Response:
    """Set how one appears. `of` says whether the person or the company is meant."""
    actor = _partner()
    board = queries.find_board(slug, actor)
    of_company = request.form.get("of") == "company"
    if of_company and actor.role is not Role.PARTNER_ADMIN:
        raise NotFound()
    form = CompanyNameForm() if of_company else NameForm()
    if not form.validate():
        return _name_page(actor, board, form, of_company, status=422)
    kind = Participants.COMPANIES if of_company else Participants.PEOPLE
    subject_id = actor.organisation_id if of_company else actor.person_id
    try:
        names.choose_name(kind, subject_id or 0, NameMode(form.mode.data), form.alias.data, actor=actor)
    except InvalidInput as refused:
        add_errors(form, refused.fields)
        return _name_page(actor, board, form, of_company, status=422)
    return see_other(url_for("boards.show", slug=slug), toast=_("Saved. Every board shows it now."))


def _partner() -> Actor:
    """The vendor's people stand on no board, so there is nothing for them to choose. Raises NotFound."""
    actor = current_actor()
    if actor.is_vendor:
        raise NotFound()
    return actor


def _name_page(
    actor: Actor,
    board: queries.BoardView,
    form: NameForm | None = None,
    of_company: bool = False,
    status: int = 200,
) -> Response:
    own, company = form if not of_company else None, form if of_company else None
    is_admin = actor.role is Role.PARTNER_ADMIN
    return render(
        "boards/me.html",
        "main",
        status=status,
        board=board,
        form=form,
        own=own or NameForm(None, data=_chosen(Participants.PEOPLE, actor.person_id)),
        company=(
            company or CompanyNameForm(None, data=_chosen(Participants.COMPANIES, actor.organisation_id))
        )
        if is_admin
        else None,
        region=queries.region_of(actor),
        words=words,
    )


def _chosen(kind: Participants, subject_id: int | None) -> dict[str, str | None]:
    mode, alias = names.get_name(kind, subject_id or 0)
    return {"mode": mode.value, "alias": alias}


def _key(text: str) -> Key | None:
    """A place in the order as an address carries it. Raises NotFound for something else."""
    if not text:
        return None
    score, _dot, lead = text.partition(".")
    digits = lead.removeprefix("-")
    fits = all(part.isascii() and part.isdigit() and len(part) <= 18 for part in (score, digits))
    if not fits:
        raise NotFound()
    return Key(int(score), int(lead))
