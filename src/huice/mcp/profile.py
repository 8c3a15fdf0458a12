"""What a tool says of the profile that it takes: short enough for an assistant to read every time."""

from __future__ import annotations

from typing import Any

from huice.corpus.corpus import Corpus
from huice.corpus.model import FactInfo

Schema = dict[str, Any]

_TYPES: dict[str, Schema] = {
    "date": {"type": "string", "format": "date"},
    "period": {"type": "array", "items": {"type": "string", "format": "date"}},
    "money": {"type": ["number", "string"]},
    "area": {"type": ["number", "string"]},
    "count": {"type": "integer"},
    "truth": {"type": "boolean"},
}


def full(corpus: Corpus) -> Schema:
    """Every fact with its choices."""
    vocabulary = corpus.vocabulary
    lists = {
        kind.list_key: {
            "type": "array",
            "description": kind.label["en"],
            "items": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    **{fact.key: _fact(fact) for fact in vocabulary.of(kind.name)},
                },
            },
        }
        for kind in vocabulary.kinds.values()
    }
    org = {fact.key: _fact(fact) for fact in vocabulary.of("org")}
    return {
        "type": "object",
        "description": ABOUT,
        "properties": {
            "name": {"type": "string"},
            "as_of": {"type": "string", "format": "date", "description": "date of application"},
            "horizon_years": {"type": "integer", "minimum": 1, "maximum": 30},
            "org": {"type": "object", "description": "the applicant", "properties": org},
            **lists,
        },
    }


def short() -> Schema:
    """The same profile, without its facts."""
    return {"type": "object", "description": "The profile, as `evaluate` takes it."}


ABOUT = (
    "The company profile. Leave out what is not known: an absent fact is unknown, never false or 0; an empty "
    "list says that there is none. Money in yuan (500000 or '50万元'). More keys, such as decisions, readings, "
    "pools and years, are in the resource huice://schemas/profile."
)


def _fact(fact: FactInfo) -> Schema:
    told = fact.label["en"] + (f" ({fact.unit})" if fact.unit else "")
    if fact.type == "records":
        dates = {name: {"type": "string", "format": "date"} for name in fact.options}
        return {"type": "object", "description": told, "properties": dates}
    choices: Schema = {"enum": list(fact.options)}
    if fact.type == "set":
        return {"type": "array", "description": told, "items": choices}
    return {"description": told, **_TYPES.get(fact.type, choices)}
