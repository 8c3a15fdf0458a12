"""The verbatim sentence with its numbers marked, each linked to the step of the amount that rests on it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from markupsafe import Markup, escape

from huice.evaluate.trace import Step

Span = tuple[int, int]


def marked(text: str, spans: Iterable[Span], refs: Mapping[Span, int] | None = None) -> Markup:
    """The text with its spans marked; `refs` numbers those that a step of the table rests on."""
    parts: list[str] = []
    at = 0
    for start, end in sorted(set(spans)):
        if start < at:
            continue
        parts.append(str(escape(text[at:start])))
        inside = escape(text[start:end])
        number = (refs or {}).get((start, end))
        if number is None:
            parts.append(f"<mark>{inside}</mark>")
        else:
            parts.append(
                f'<mark id="t{number}">{inside}<a class="ref" href="#s{number}">{number}</a></mark>'
            )
        at = end
    parts.append(str(escape(text[at:])))
    return Markup("".join(parts))  # noqa: S704  # every piece of text is escaped above


def references(steps: Sequence[Step]) -> dict[Span, int]:
    """A number for each place of the sentence that some step rests on, in the order of the sentence."""
    spans = sorted({span for step in steps for span in step.spans})
    return {span: number for number, span in enumerate(spans, 1)}
