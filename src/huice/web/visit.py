"""What a request asks for: its language, its profile, its form. Bounded, and nothing of it is kept."""

from __future__ import annotations

from datetime import date
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

from huice.corpus.corpus import Corpus
from huice.web.draft import LONGEST, Draft, Pairs, from_fields, from_text
from huice.web.render import PREFIX, Site

MOST_FIELDS = 2_000


def site_of(request: Request[Any, Any, Any]) -> Site:
    """The pages in the language of the address."""
    corpus: Corpus = request.app.state.corpus
    default: str = request.app.state.lang
    path = request.url.path
    english = path == PREFIX or path.startswith(PREFIX + "/")
    wanted = request.query_params.get("lang", "")
    return Site(corpus, "en" if english or wanted == "en" else default)


def path_of(request: Request[Any, Any, Any]) -> str:
    """The address without its language."""
    path = request.url.path
    if path == PREFIX or path.startswith(PREFIX + "/"):
        return path[len(PREFIX) :] or "/"
    return path


class Form:
    """The fields of a form, and the profiles in it: pasted, carried by a page, or as files."""

    def __init__(self, fields: Pairs, files: list[tuple[str, bytes]]) -> None:
        self.fields, self.files = fields, files

    @property
    def texts(self) -> list[tuple[str, str | bytes]]:
        """The profiles by the name of their file."""
        found: list[tuple[str, str | bytes]] = list(self.files)
        found += [("", text) for text in self.fields.many("profile")]
        return found

    def drafts(self, corpus: Corpus, today: date) -> list[Draft]:
        """Every profile sent; the fields of the form if there is none."""
        texts = self.texts
        if not texts:
            return [from_fields(self.fields, corpus, today)]
        return [from_text(text, name, corpus, today) for name, text in texts]


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form of a request. Raises `ClientException` for one with too many fields."""
    sent = await request.form()
    pairs: list[tuple[str, str]] = []
    files: list[tuple[str, bytes]] = []
    items = list(sent.multi_items())
    if len(items) > MOST_FIELDS:
        raise ClientException(f"more than {MOST_FIELDS} fields")
    for name, value in items:
        if isinstance(value, UploadFile):
            body = await value.read(LONGEST + 1)
            if body:
                files.append((value.filename[:80], body))
        else:
            pairs.append((str(name), str(value)))
    return Form(Pairs(pairs), files)
