"""Reads a page as text: which words stand where, which fields a form sends."""

from __future__ import annotations

from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "rect", "line", "circle"}


class Reader(HTMLParser):
    """Texts with the languages around them; fields as a browser would send them; ids; labels."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.stack: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, list[tuple[str, dict[str, str]]]]] = []
        self.fields: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self._select: str | None = None
        self._area: tuple[str, str] | None = None
        self._chosen = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append((tag, given))
        if "id" in given:
            self.ids.append(given["id"])
        if tag not in VOID:
            self.stack.append((tag, given))
        name = given.get("name", "")
        if tag == "input" and name and given.get("type") != "file":
            boxed = given.get("type") in {"checkbox", "radio"}
            if not boxed or "checked" in given:
                self.fields.append((name, given.get("value", "")))
        if tag == "select":
            self._select, self._chosen = name, False
        if tag == "option" and self._select and ("selected" in given or not self._chosen):
            if self._chosen or "selected" in given:
                self.fields = [f for f in self.fields if f[0] != self._select]
            self.fields.append((self._select, given.get("value", "")))
            self._chosen = True

    def handle_endtag(self, tag: str) -> None:
        while self.stack:
            if self.stack.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((data.strip(), list(self.stack)))

    @property
    def text(self) -> str:
        """All the words."""
        skip = {"script", "style", "template", "textarea"}
        return " ".join(t for t, around in self.texts if not skip & {tag for tag, _ in around})

    @property
    def sums(self) -> list[str]:
        """The figures at the head of a result: certain, ceiling, open."""
        found = []
        for text, around in self.texts:
            inside = any(tag == "dl" and a.get("class") == "sum" for tag, a in around)
            if inside and around[-1][0] == "dd":
                found.append(text)
        return found
