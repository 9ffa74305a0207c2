"""Files that writers bring: what a part hands out, and pictures that its text shows by name."""

from __future__ import annotations

from dataclasses import dataclass, replace

from flask import Response, request

from app.core.errors import AppError, InvalidInput
from app.core.i18n import _
from app.core.slugs import slugify
from app.core.storage import MAGIC, Stored, discard
from app.core.storage import save as keep
from app.identity.actor import current_actor
from app.identity.guard import needs
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


class Uploads:
    """What came with the form of a part: the file that it hands out, and a picture for its text."""

    def __init__(self, form: PartForm, locale: str) -> None:
        self._form, self._locale = form, locale
        self._chosen, self._typed = form.file.data, form.body.data
        self._stored: dict[str, Stored] = {}
        self._files: list[CourseFile] = []
        names = ("upload", "picture") if form.kind.data == ModuleKind.FILE else ("picture",)
        self._sent = {name: sent for name in names if (sent := request.files.get(name)) and sent.filename}

    def join(self, slug: str, part: Part) -> Part:
        """The part with its file, and with the picture at the end of its text.

        Raises InvalidInput, also for what else is wrong with the part, before anything is attached to the course.
        """
        if not self._sent:
            return part
        try:
            says = self._description()
            self._keep()
            expected = {name: FileRef(stored.name, "new") for name, stored in self._stored.items()}
            authoring.refuse(list(self._joined(part, expected, says).faults()))
            attached = {name: self._attach(slug, name) for name in self._stored}
        except AppError:
            if not self._files:
                self._discard()
            raise
        made = self._joined(part, attached, says)
        if "upload" in attached:
            self._form.file.data = attached["upload"].public_id
        self._form.body.data = made.body.get(self._locale, "")
        return made

    def after_refusal(self, *, is_undone: bool) -> frozenset[str]:
        """Ids of the files that go with the refused transaction (`is_undone`); the form is as it was sent.

        What was attached for good stays chosen. What was not has to be chosen again, and its field says so.
        """
        if self._files and not is_undone:
            return frozenset()
        self._discard()
        self._form.file.data, self._form.body.data = self._chosen, self._typed
        for name in self._sent:
            if not self._form[name].errors:
                self._form.fail(name, _("Choose the file once more: it was not kept."))
        return frozenset(file.public_id for file in self._files)

    def _description(self) -> str:
        words = (self._form.picture_says.data or "").translate(str.maketrans("[]", "()", "\\"))
        if "picture" in self._sent and not words.split():
            raise InvalidInput(
                fields={"picture_says": _("Say what the picture shows, for those who cannot see it.")}
            )
        return " ".join(words.split())

    def _keep(self) -> None:
        for name, upload in self._sent.items():
            kinds = tuple(PICTURES if name == "picture" else MAGIC)
            try:
                stored = keep(upload.stream, upload.filename or "", kinds=kinds)
            except AppError as refused:
                sentence = refused.fields.get("file") or refused.message
                if name == "picture":
                    sentence = _("Choose a PNG or JPG of at most %(size)s KB.", size=PICTURE_KB)
                raise InvalidInput(fields={name: sentence}) from None
            self._stored[name] = stored
            if name == "picture":
                self._stored[name] = replace(stored, name=_picture_name(stored))
                if stored.size > PICTURE_KB * 1024:
                    sentence = _(
                        "Choose a picture of at most %(size)s KB: phones wait for it.", size=PICTURE_KB
                    )
                    raise InvalidInput(fields={"picture": sentence})

    def _attach(self, slug: str, name: str) -> FileRef:
        stored = self._stored[name]
        shown_as = stored.name if name == "picture" else ""
        file = authoring.attach_file(slug, stored, actor=current_actor(), name=shown_as)
        self._files.append(file)
        return FileRef(file.name, file.public_id)

    def _joined(self, part: Part, files: dict[str, FileRef], says: str) -> Part:
        if "upload" in files:
            part = replace(part, file=files["upload"])
        if "picture" in files:
            text = f"{part.body.get(self._locale, '')}\n\n![{says}]({files['picture'].name})".strip()
            part = replace(part, body=spoken(part.body, self._locale, text))
        return part

    def _discard(self) -> None:
        for stored in self._stored.values():
            discard(stored)


def _picture_name(stored: Stored) -> str:
    """A name that a text can say."""
    stem, _dot, ending = stored.name.rpartition(".")
    return f"{slugify(stem, fallback='picture')}.{ending.lower()}"


@admin_bp.get("/<slug>/files/<public_id>")
@needs("training.admin_view")
def file(slug: str, public_id: str) -> Response:
    """A file of a course as its writers see it."""
    return handed_out(find_file(authoring.find_course(slug).id, public_id))
