"""The translations: one catalogue a language, made from the code and filled from JSON.

scripts/i18n.py add FILE.json      {"English": {"ms": "Malay", "id": "Indonesian"}, ...}; lists for plurals;
                                   with a context the key is "context\\u0004English"
scripts/i18n.py missing [PREFIX]   what has no translation yet, as JSON ready to be filled (PREFIX: app/deals)
scripts/i18n.py extract            bring the catalogues up to what the code says
scripts/i18n.py prune              forget translations that no code uses any more
scripts/i18n.py check              a line for each fault; exit 1 if there is one
scripts/i18n.py compile            make the .mo files
"""

import fcntl
import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
LOCALES = ("ms", "id")
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2")]
JINJA = {"silent": "false", "newstyle_gettext": "true"}
OPTIONS = {"templates/**.html": JINJA, "templates/**.txt": JINJA}
KEYWORDS = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "_n": (1, 2),
    "pgettext": ((1, "c"), 2),
}
TYPEWRITTEN = re.compile(r"\w'\w")
PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]")
WITHIN = "\x04"  # between a context and its message, as in .mo files
BORN = datetime(2026, 11, 22, tzinfo=UTC)


def po_path(root: Path, locale: str) -> Path:
    return root / "app" / "translations" / locale / "LC_MESSAGES" / "messages.po"


@contextmanager
def only_one(root: Path) -> Iterator[None]:
    folder = root / "var"
    folder.mkdir(exist_ok=True)
    with (folder / "i18n.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def extract(root: Path = ROOT) -> Catalog:
    """Every message of the code, with the places that say it."""
    catalog = Catalog()
    found = extract_from_dir(root / "app", METHODS, options_map=OPTIONS, keywords=KEYWORDS)
    for filename, line, message, comments, context in found:
        place = (f"app/{filename}", line)
        catalog.add(message, None, [place], auto_comments=comments, context=context)
    return catalog


def empty(locale: str) -> Catalog:
    catalog = Catalog(locale=locale)
    catalog._num_plurals, catalog._plural_expr = 1, "0"  # neither language inflects for number
    return catalog


def load(root: Path, locale: str) -> Catalog:
    path = po_path(root, locale)
    if not path.exists():
        return empty(locale)
    with path.open("rb") as file:
        return read_po(file, locale=locale)


def singular(message: Message) -> str:
    """What a message is known by: its English, in front of it the context that tells it from the same English."""
    text = message.id[0] if isinstance(message.id, (tuple, list)) else message.id
    return f"{message.context}{WITHIN}{text}" if message.context else text


def texts(message: Message) -> list[str]:
    strings = message.string if isinstance(message.string, (tuple, list)) else [message.string]
    return [text or "" for text in strings]


def known(catalog: Catalog) -> dict[str, list[str]]:
    """What the catalogue already says, the forgotten included: code under repair may come back."""
    rows = [*catalog.obsolete.values(), *(message for message in catalog if message.id)]
    return {singular(message): texts(message) for message in rows if any(texts(message))}


def write(root: Path, locale: str, catalog: Catalog) -> None:
    catalog.project, catalog.version = "Tangga", "1"
    catalog.header_comment = "# Made by scripts/i18n.py; fill it with: scripts/i18n.py add FILE.json"
    catalog.creation_date = catalog.revision_date = BORN
    catalog.last_translator, catalog.language_team = "Tangga", locale
    catalog.msgid_bugs_address = ""
    catalog.fuzzy = False
    out = BytesIO()
    write_po(out, catalog, width=0, no_location=True, sort_output=True)
    path = po_path(root, locale)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != out.getvalue():
        path.write_bytes(out.getvalue())


def rebuild(root: Path, template: Catalog, locale: str, said: dict[str, list[str]], keep: bool) -> None:
    catalog = empty(locale)
    for message in template:
        if not message.id:
            continue
        strings = said.pop(singular(message), [""])
        plural = isinstance(message.id, (tuple, list))
        text = tuple(strings[:1]) if plural else strings[0]
        catalog.add(message.id, text, flags=message.flags - {"fuzzy"}, context=message.context)
    if keep:
        for text, strings in said.items():
            context, _sign, plain = text.rpartition(WITHIN)
            catalog.obsolete[text] = Message(plain, strings[0], context=context or None)
    write(root, locale, catalog)


def update(root: Path, new: dict[str, dict[str, list[str]]] | None = None, keep: bool = True) -> Catalog:
    template = extract(root)
    for locale in LOCALES:
        said = known(load(root, locale))
        for text, by_locale in (new or {}).items():
            if by_locale.get(locale):
                said[text] = by_locale[locale]
        rebuild(root, template, locale, said, keep)
    compile_all(root)
    return template


def compile_all(root: Path = ROOT) -> None:
    for locale in LOCALES:
        path = po_path(root, locale)
        if not path.exists():
            continue
        out = BytesIO()
        write_mo(out, load(root, locale))
        target = path.with_suffix(".mo")
        if not target.exists() or target.read_bytes() != out.getvalue():
            scratch = target.with_suffix(".mo.new")
            scratch.write_bytes(out.getvalue())
            scratch.replace(target)


def placeholders(message: Message | str) -> set[str]:
    """A translation of a plural answers to the plural English form: with one form there is no singular."""
    text = message if isinstance(message, str) else message.id
    return set(PLACEHOLDER.findall(text if isinstance(text, str) else text[-1]))


def faults(root: Path = ROOT) -> Iterator[str]:
    template = extract(root)
    wanted = {singular(message): message for message in template if message.id}
    for message in template:
        said = (message.id,) if isinstance(message.id, str) else message.id
        if any(TYPEWRITTEN.search(text) for text in said):
            yield f"{message.locations[0][0]}: write ’ for the apostrophe: {said[0]!r}"
    for locale in LOCALES:
        where = po_path(Path(), locale)
        catalog = load(root, locale)
        present = {singular(message): message for message in catalog if message.id}
        for text in sorted(wanted.keys() - present.keys()):
            place = wanted[text].locations[0]
            yield f"{where}: not in the catalogue: {text!r} ({place[0]}:{place[1]})"
        for text in sorted(present.keys() - wanted.keys()):
            yield f"{where}: no code says this any more: {text!r}"
        if catalog.obsolete:
            yield f"{where}: {len(catalog.obsolete)} forgotten entries: run scripts/i18n.py prune"
        for text, message in sorted(present.items()):
            if message.fuzzy:
                yield f"{where}: fuzzy: {text!r}"
            if not all(texts(message)):
                yield f"{where}: empty: {text!r}"
            elif any(placeholders(one) != placeholders(message) for one in texts(message)):
                yield f"{where}: placeholders differ: {text!r}"


def add(root: Path, file: Path) -> int:
    raw = json.loads(file.read_text(encoding="utf-8"))
    said = {singular(message): message for message in extract(root) if message.id}
    new: dict[str, dict[str, list[str]]] = {}
    bad = 0
    for text, by_locale in raw.items():
        lists = {k: [v] if isinstance(v, str) else list(v) for k, v in by_locale.items()}
        for locale, strings in lists.items():
            if locale not in LOCALES or any(
                placeholders(one) != placeholders(said.get(text, text)) for one in strings
            ):
                print(f"refused, language or placeholders: {locale} {text!r}")
                bad += 1
                lists[locale] = []
        new[text] = lists
    with only_one(root):
        template = update(root, new)
    ids = {singular(message) for message in template if message.id}
    for text in new:
        if text not in ids:
            print(f"kept for later, no code says it now: {text!r}")
    print(f"{len(new) - bad} added; {len(missing(root))} of {len(ids)} still lack a translation")
    return 1 if bad else 0


def missing(root: Path, prefix: str = "") -> dict[str, dict[str, object]]:
    template = extract(root)
    said = {locale: known(load(root, locale)) for locale in LOCALES}
    rows: dict[str, dict[str, object]] = {}
    for message in template:
        text = singular(message)
        lacking = [locale for locale in LOCALES if text not in said[locale]]
        here = any(str(place[0]).startswith(prefix) for place in message.locations)
        if message.id and lacking and here:
            plural = isinstance(message.id, (tuple, list))
            rows[text] = {locale: [""] if plural else "" for locale in lacking}
    return rows


def main(arguments: list[str]) -> int:
    verb, rest = (arguments[0], arguments[1:]) if arguments else ("", [])
    if verb == "add" and rest:
        return add(ROOT, Path(rest[0]))
    if verb == "missing":
        print(json.dumps(missing(ROOT, rest[0] if rest else ""), ensure_ascii=False, indent=1))
        return 0
    if verb in ("extract", "prune"):
        with only_one(ROOT):
            update(ROOT, keep=verb == "extract")
        return 0
    if verb == "compile":
        with only_one(ROOT):
            compile_all(ROOT)
        return 0
    if verb == "check":
        lines = list(faults(ROOT))
        print("\n".join(lines), end="\n" if lines else "")
        return 1 if lines else 0
    print(__doc__)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
