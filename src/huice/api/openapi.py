"""The OpenAPI 3.1 document: made from the operations, the shapes and the profile schema of a corpus."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import msgspec

from huice.api import analysis_shapes, plan_shapes, shapes
from huice.api.asked import MOST_PROFILES, Asked, File, Operation
from huice.api.bodies import JSON, YAML
from huice.api.faults import KINDS, PROBLEM_JSON
from huice.api.operations import OPERATIONS
from huice.api.query import Query
from huice.corpus.corpus import Corpus
from huice.corpus.schema import profile_schema
from huice.evaluate.sent import Sent
from huice.reports import FORMATS

Doc = dict[str, Any]
BASE = "/api/v1"
BODIES = {"profile": "Profile", "profiles": "Profiles", "problem": "Problem"}
"""The schema of each kind of body."""

PROFILE: Doc = {
    "name": "示例",
    "as_of": "2025-06-30",
    "org": {
        "place": "shenzhen",
        "kind": "enterprise",
        "traits": ["startup"],
        "registered_on": "2024-03-18",
    },
    "contracts": [
        {
            "id": "gpu",
            "item": "compute",
            "mode": "rent",
            "purposes": ["training"],
            "traits": ["unrelated_supplier"],
            "amount_yuan": "1200万元",
            "paid_yuan": 9000000,
        }
    ],
}
"""The profile of all examples."""
VALUES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "evaluate": {"measure": ("shenzhen/training-voucher",)},
    "compare": {"place": ("shanghai", "shenzhen")},
    "next_question": {"limit": ("1",)},
    "curve": {
        "fact": ("contracts[0].amount_yuan",),
        "together": ("contracts[0].paid_yuan",),
        "to": ("2000万元",),
    },
    "unlock": {"measure": ("shenzhen/corpus",), "shown": ("3",)},
    "sensitivity": {"range": ("contracts[0].amount_yuan=500万元..2000万元",)},
    "plan": {"seconds": ("5",)},
    "list_cliffs": {"measure": ("hangzhou/compute-voucher",), "losses": ("true",)},
    "list_measures": {"city": ("shenzhen",), "q": ("算力",)},
    "list_documents": {"city": ("shenzhen",)},
}
"""What the examples ask for."""
IDS = {
    "explain": "shenzhen/training-voucher",
    "report": "csv",
    "get_measure": "shenzhen/training-voucher",
    "get_document": "shenzhen/ai-pioneer-city",
    "get_schema": "profile",
}
SHORTENED = ("get_vocabulary", "get_schema", "get_document", "list_pools", "list_groups")
"""Operations whose example answer shows the first entries only (`x-shortened`)."""
_SHORT_TEXT, _SHORT_LIST = 200, 2


def document(corpus: Corpus) -> Doc:
    """The document of the API over this corpus."""
    paths: Doc = {}
    for operation in OPERATIONS:
        paths.setdefault(BASE + operation.path, {})[operation.method.lower()] = _operation(
            operation, corpus
        )
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "惠策 huice",
            "summary": "One company profile in, what the policies of five Chinese cities give it out.",
            "description": (
                "按公开的城市人工智能产业政策逐项测算。依据公开文件测算，不构成审批结论。\n\n"
                "Computed from published documents; no decision of any authority. Nothing that is sent is "
                "kept or logged. Errors are application/problem+json with stable codes."
            ),
            "version": "1",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "tags": [
            {"name": "profile", "description": "测算 / about one applicant"},
            {"name": "corpus", "description": "政策库 / what the policies say"},
            {"name": "server", "description": "服务 / what runs here"},
        ],
        "paths": paths,
        "components": {
            "schemas": {**schemas(), **_profile(corpus), "JsonSchema": _JSON_SCHEMA},
            "headers": _HEADERS,
            "responses": {code: _problem(code) for code in KINDS},
        },
    }


_JSON_SCHEMA: Doc = {
    "description": "A JSON Schema, dialect 2020-12.",
    "type": "object",
    "required": ["$schema", "$id", "$defs"],
    "properties": {"$schema": {"type": "string"}, "$id": {"type": "string"}},
}
_HEADERS: Doc = {
    "ETag": {"description": "For If-None-Match", "schema": {"type": "string"}},
    "Cache-Control": {"description": "How long to keep it", "schema": {"type": "string"}},
    "X-Request-ID": {
        "description": "Names the request in the log; yours, if you send one of 8 to 64 letters, digits and -",
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9-]{8,64}$"},
    },
}


def schemas() -> dict[str, Doc]:
    """The schema of every answer and its parts, by name."""
    answers = (*shapes.ANSWERS, *analysis_shapes.ANSWERS)
    _, found = msgspec.json.schema_components(answers, ref_template="#/components/schemas/{name}")
    return found


def _profile(corpus: Corpus) -> Doc:
    """The profile schema and its parts as components."""
    text = json.dumps(profile_schema(corpus)).replace('"#/$defs/', '"#/components/schemas/Profile.')
    schema: Doc = json.loads(text)
    parts = schema.pop("$defs")
    used = {name for name in parts if f'"#/components/schemas/Profile.{name}"' in text}
    for key in ("$schema", "$id"):
        schema.pop(key)
    several = {"type": "array", "items": _ref("Profile"), "minItems": 1, "maxItems": MOST_PROFILES}
    return {
        "Profile": schema,
        "Profiles": {"anyOf": [_ref("Profile"), several]},
        "PlanProblem": plan_shapes.problem_schema(corpus),
        "Problem": {"anyOf": [_ref("PlanProblem"), _ref("Profile")]},
        **{f"Profile.{name}": parts[name] for name in sorted(used)},
    }


# --- operations -----------------------------------------------------------------------------------


def _operation(operation: Operation, corpus: Corpus) -> Doc:
    made: Doc = {
        "operationId": operation.name,
        "tags": [operation.tag],
        "summary": f"{operation.title.zh} / {operation.title.en}",
        "description": f"{operation.about.zh}\n\n{operation.about.en}",
        "parameters": _parameters(operation, corpus),
        "responses": _responses(operation, corpus),
    }
    if operation.body:
        schema = _ref(BODIES[operation.body])
        value = plan_shapes.EXAMPLE if operation.body == "problem" else PROFILE
        example = {"sample": {"summary": "一家初创企业 / a start-up", "value": value}}
        made["requestBody"] = {
            "required": True,
            "content": {media: {"schema": schema, "examples": example} for media in (JSON, YAML)},
        }
    return made


def _parameters(operation: Operation, corpus: Corpus) -> list[Doc]:
    found: list[Doc] = []
    if operation.path_ids:
        found.append(
            {
                "name": "id",
                "in": "path",
                "required": True,
                "description": "编号；其中的 / 照写或写作 %2F / the id; its / as it is or as %2F",
                "schema": {"type": "string", "enum": list(operation.path_ids(corpus))},
                "example": IDS[operation.name],
            }
        )
    values = VALUES.get(operation.name, {})
    for param in operation.params:
        one: Doc = {
            "name": param.name,
            "in": "query",
            "required": param.required,
            "description": f"{param.says.zh} / {param.says.en}",
            "schema": param.schema(corpus),
        }
        if param.many:
            one |= {"style": "form", "explode": True}
        if param.name in values:
            given = values[param.name]
            one["example"] = (
                list(given) if param.many else int(given[0]) if param.most else given[0]
            )
        found.append(one)
    if operation.kept:
        found.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": "答复过的 ETag；没有变化时答 304 / an ETag had before; 304 if it still holds",
                "schema": {"type": "string"},
            }
        )
    return found


def _responses(operation: Operation, corpus: Corpus) -> Doc:
    answers = [_ref(name) for name in operation.shapes] or [{}]
    media = "application/schema+json" if operation.name == "get_schema" else JSON
    headers = ["X-Request-ID", *(("ETag", "Cache-Control") if operation.kept else ())]
    shown = {name: {"$ref": f"#/components/headers/{name}"} for name in headers}
    found: Doc = {
        "200": {
            "description": operation.title.en,
            "headers": shown,
            "content": {
                media: {
                    "schema": answers[0] if len(answers) == 1 else {"oneOf": answers},
                    "examples": {"sample": _example(operation, corpus)},
                }
            },
        }
    }
    if operation.name == "report":
        found["200"]["content"] = _files(operation, corpus)
    if operation.kept:
        found["304"] = {"description": "Not modified", "headers": shown}
    for status, codes in _statuses(operation).items():
        found[str(status)] = (
            {"$ref": f"#/components/responses/{codes[0]}"} if len(codes) == 1 else _problem(*codes)
        )
    return dict(sorted(found.items()))


def _files(operation: Operation, corpus: Corpus) -> Doc:
    """Every kind of file; the example is the one that can be read."""
    found: Doc = {one.media_type.partition(";")[0]: {"schema": {}} for one in FORMATS.values()}
    csv = {"schema": {"type": "string"}, "examples": {"sample": _example(operation, corpus)}}
    return {"text/csv": csv} | {media: kind for media, kind in found.items() if media != "text/csv"}


def _statuses(operation: Operation) -> dict[int, list[str]]:
    codes = ["bad_host", "bad_parameter", "wrong_host", "internal"]
    if operation.path_ids:
        codes.append("not_found")
    if operation.body:
        codes += ["bad_syntax", "bad_request", "timeout", "too_large", "unsupported_media_type"]
        codes.append("bad_profile")
    if operation.name == "curve":
        codes.append("no_answer")
    if operation.name == "report":
        codes.append("unavailable")
    if operation.name == "get_ready":
        codes.append("not_ready")
    found: dict[int, list[str]] = {}
    for code in codes:
        found.setdefault(KINDS[code].status, []).append(code)
    return found


def _problem(*codes: str) -> Doc:
    """The answer of one or several kinds of error that share a status."""
    kinds = [KINDS[code] for code in codes]
    examples = {
        kind.code: {
            "value": {
                "type": f"/api#{kind.code}",
                "title": kind.title.zh,
                "status": kind.status,
                "code": kind.code,
                "detail": kind.title.zh,
                "request_id": "0f8fad5bd9cb469fa16570867728950e",
                "problems": _PROBLEMS.get(kind.code, []),
            }
        }
        for kind in kinds
    }
    return {
        "description": "; ".join(kind.title.en for kind in kinds),
        "headers": {"X-Request-ID": {"$ref": "#/components/headers/X-Request-ID"}},
        "content": {PROBLEM_JSON: {"schema": _ref("ProblemDetails"), "examples": examples}},
    }


_PROBLEMS: Mapping[str, list[Doc]] = {
    "bad_profile": [
        {
            "code": "U004",
            "severity": "error",
            "message": {
                "zh": "“主体类型”没有选项“firm”，可选 enterprise、university…",
                "en": "“Kind of applicant” has no choice “firm”; choose from enterprise, university…",
            },
            "pointer": "/org/kind",
            "line": 1,
            "column": 32,
            "subject": None,
        }
    ]
}


def _example(operation: Operation, corpus: Corpus) -> Doc:
    """What the operation answers to the example values, worked out now."""
    query = Query(VALUES.get(operation.name, {}), operation.params)
    body = plan_shapes.EXAMPLE if operation.body == "problem" else PROFILE
    sent = Sent("", body, {}, []) if operation.body else None
    asked = Asked(corpus, date(2025, 6, 30), query, IDS.get(operation.name, ""), sent)
    if operation.body == "problem":
        asked.read_problem()
    elif operation.body:
        asked.read(several=False)
    answer = operation.answer(asked)
    if isinstance(answer, File):
        return {"x-shortened": True, "value": answer.body.decode("utf-8-sig")[:_SHORT_TEXT]}
    if operation.name == "plan":
        answer["proof"].pop("seconds")  # it is never the same
        return {"x-shortened": True, "value": answer}
    if operation.name in SHORTENED:
        return {"x-shortened": True, "value": _shortened(answer)}
    return {"value": answer}


def _shortened(answer: Doc) -> Doc:
    if "$defs" in answer:
        return {key: answer[key] for key in ("$schema", "$id", "title", "description")} | {
            "$defs": {"date": answer["$defs"]["date"]}
        }
    return {key: _short(value) for key, value in answer.items()}


def _short(value: Any) -> Any:
    if isinstance(value, str):
        return value[:_SHORT_TEXT]
    return value[:_SHORT_LIST] if isinstance(value, list) else value


def _ref(name: str) -> Doc:
    return {"$ref": f"#/components/schemas/{name}"}
