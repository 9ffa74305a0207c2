"""Files that writers bring: what a part hands out, and pictures that its text shows by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, request
from werkzeug.datastructures import FileStorage

from app.core.errors import AppError, InvalidInput
from app.core.i18n import _
from app.core.storage import MAGIC, Stored, discard
from app.core.storage import save as keep
from app.identity.actor import current_actor
from app.identity.guard import needs
from app.training import store
from app.training.admin_blueprint import admin_bp
from app.training.content import FileRef, Part
from app.training.files import PICTURES, handed_out, picture_type
from app.training.forms import PartForm, spoken
from app.training.models import CourseFile, ModuleKind
from app.training.queries.learning import find_file
from app.training.services import authoring

PICTURE_KB = 300  # a phone on a slow line waits six seconds for so much


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of the course: its id and name, and how large it is in KB."""

    public_id: str
    name: str
    kilobytes: int


def pictures_of(files: list[CourseFile]) -> list[Picture]:
    """The pictures among a course's files, newest first."""
    return [
        Picture(file.public_id, file.name, max(1, round(file.size_bytes / 1024)))
        for file in files
        if picture_type(file.name)
    ]


def with_uploads(slug: str, form: PartForm, part: Part, locale: str) -> Part:
    """The part with what came with the form: its file, and a picture at the end of its text. Raises InvalidInput."""
    return _with_picture(slug, form, _with_file(slug, form, part), locale)


def _sent(name: str) -> FileStorage | None:
    upload = request.files.get(name)
    return upload if upload is not None and upload.filename else None


def _kept(upload: FileStorage, field: str, kinds: tuple[str, ...]) -> Stored:
    try:
        return keep(upload.stream, upload.filename or "", kinds=kinds)
    except AppError as refused:
        raise InvalidInput(fields={field: refused.fields.get("file") or refused.message}) from None


def _attached(slug: str, stored: Stored, name: str = "") -> CourseFile:
    try:
        return authoring.attach_file(slug, stored, actor=current_actor(), name=name)
    except AppError:
        discard(stored)
        raise


def _with_file(slug: str, form: PartForm, part: Part) -> Part:
    upload = _sent("upload")
    if part.kind is not ModuleKind.FILE or upload is None:
        return part
    file = _attached(slug, _kept(upload, "upload", tuple(MAGIC)))
    form.file.data = file.public_id
    return replace(part, file=FileRef(file.name, file.public_id))


def _with_picture(slug: str, form: PartForm, part: Part, locale: str) -> Part:
    upload = _sent("picture")
    if upload is None:
        return part
    says = " ".join((form.picture_says.data or "").translate(str.maketrans("[]", "()", "\\")).split())
    if not says:
        raise InvalidInput(
            fields={"picture_says": _("Say what the picture shows, for those who cannot see it.")}
        )
    stored = _kept(upload, "picture", tuple(PICTURES))
    if stored.size > PICTURE_KB * 1024:
        discard(stored)
        raise InvalidInput(
            fields={
                "picture": _("Choose a picture of at most %(size)s KB: phones wait for it.", size=PICTURE_KB)
            }
        )
    stem, _dot, ending = stored.name.rpartition(".")
    file = _attached(slug, stored, f"{store.slugify(stem, fallback='picture')}.{ending.lower()}")
    text = f"{part.body.get(locale, '')}\n\n![{says}]({file.name})".strip()
    form.body.data = text
    return replace(part, body=spoken(part.body, locale, text))


@admin_bp.get("/<slug>/files/<public_id>")
@needs("training.admin_view")
def file(slug: str, public_id: str) -> Response:
    """A file of a course as its writers see it."""
    return handed_out(find_file(authoring.find_course(slug).id, public_id))
