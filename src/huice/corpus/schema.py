"""JSON Schemas (2020-12) of policy files and profiles, so that editors complete and check them.

They are made from the loader's key lists and from the vocabulary. A schema is looser than the
loader: what needs the rule language, such as the units of an expression, only the loader checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeAlias

from huice.corpus.corpus import Corpus
from huice.corpus.documents import (
    DOCUMENT_KEYS,
    EFFECTS,
    MEASURE_KEYS,
    PATCH_KEYS,
    POOL_KEYS,
)
from huice.corpus.model import FactInfo, Gives
from huice.corpus.vocabulary import Vocabulary
from huice.language.parser import LONGEST

Schema: TypeAlias = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
PROFILE_KEYS = (
    *("as_of", "claim_year", "horizon_years", "org"),
    *("decisions", "pools", "years", "readings", "name"),
)
"""The keys of a profile beside its lists; a test holds them to the reader's."""
STATUSES = ("eligible", "discretionary", "unknown", "expired", "ineligible")
OUTCOMES = ("granted", "refused", "pending")

_NUMBER = r"\d[\d,，]*(\.\d+)?"
_MONEY = rf"{_NUMBER} ?[亿万]?元"
_COUNTERS = "个家名人张项次份例"
_DATE = r"^\d{4}-\d{2}-\d{2}$"


def policy_schema(corpus: Corpus | None = None) -> Schema:
    """The schema of a policy file, with the places, kinds and facts of a corpus."""
    vocabulary = (corpus or Corpus.load()).vocabulary
    return {
        "$schema": DIALECT,
        "$id": "urn:huice:schema:policy:1",
        "title": "惠策政策文件",
        "description": "一份政策文件：原文、事项、读法和案例。数字照政策写：50万元、30%、6个月。",
        **_closed(DOCUMENT_KEYS, _document(vocabulary), "document title place text measures"),
        "$defs": {
            **_shared(vocabulary),
            "measure": _closed(MEASURE_KEYS, _measure(vocabulary), "id title text gives")
            | {"not": {"required": ["pays", "pays at most"]}, "description": "一个事项"},
            "option": _closed(PATCH_KEYS, _patch(vocabulary), "", _effects())
            | {
                "oneOf": [{"required": [effect]} for effect in EFFECTS],
                "description": "一种读法：写明倾向和含义，再写它替换规则的哪些部分",
            },
            "reading": _reading(),
            "pool": _closed(POOL_KEYS, _pool(), "id text holds") | {"description": "一个资金池"},
            "case": _case(),
            "profile": _profile(vocabulary, {}, {}, {}),
        },
    }


def profile_schema(corpus: Corpus) -> Schema:
    """The schema of a profile (画像) for this corpus: its facts, measures, pools and readings."""
    readings = {
        measure.id: {one.id: [o.name for o in one.options] for one in measure.readings}
        for measure in corpus.measures
    }
    for group in corpus.groups:
        readings.setdefault(group.id, {})["rule"] = ["highest", "stack"]
    titles = {measure.id: measure.title.zh for measure in corpus.measures}
    pools = {id_: pool.text.zh for id_, pool in corpus.pools.items()}
    return {
        "$schema": DIALECT,
        "$id": "urn:huice:schema:profile:1",
        "title": "惠策企业画像",
        **_profile(corpus.vocabulary, titles, pools, readings),
        "$defs": _shared(corpus.vocabulary),
    }


# --- policy files ---------------------------------------------------------------------------------


def _document(vocabulary: Vocabulary) -> Schema:
    return {
        "document": _says("文件编号，与文件路径一致，如 shenzhen/ai-pioneer-city", _ref("id")),
        "title": _says("文件名称，中英文", _ref("bilingual")),
        "place": _says("施行地：申请主体须在此地", {"enum": _regions(vocabulary)}),
        "trial": _says("是否试行", {"type": "boolean"}),
        "text": _says("文件原文，逐字收录", _ref("text")),
        "valid": _says("文件自己写明的期限", _ref("valid")),
        "requires": _says("文件对所有事项一并提出的条件", _ref("conditions")),
        "readings": _says("涉及所有事项的读法", _of(_ref("reading"))),
        "pools": _says("资金池：安排给某项政策的总额，不是给任何人的承诺", _list(_ref("pool"))),
        "measures": _says("事项，按原文顺序", {**_list(_ref("measure")), "minItems": 1}),
        "words": _says("原文里不是数量的数字，各写理由", _ref("words")),
    }


def _measure(vocabulary: Vocabulary) -> Schema:
    kinds = list(vocabulary.kinds)
    texts = {"anyOf": [_ref("text"), _list(_ref("text"))]}
    return _rule(vocabulary) | {
        "id": _says("事项编号，一经发布不再改动，如 shenzhen/corpus", _ref("id")),
        "title": _says("事项名称，中英文", _ref("bilingual")),
        "text": _says("原文语句，与文件原文逐字相同", _ref("text")),
        "who": _says("申请人，用原文的说法", _ref("text")),
        "gives": _says("给什么", _words(_GIVES)),
        "benefit": _says("是否为待遇；目标性表述和出资安排写 false", {"type": "boolean"}),
        "for each": _says("逐个计算的标的；不写即申请主体", {"enum": ["org", *kinds]}),
        "readings": _says("原文有歧义处：问题、默认读法和各种读法", _of(_ref("reading"))),
        "selects": _says("名额，如 5家", _ref("count")),
        "vouchers each": _says("每个申请人至多几张券，如 1张", _ref("count")),
        "parts": _says("一条里分开提供的几项", texts),
        "instead": _says("择一的几种给付", texts),
        "funding": _says("出资的安排，用原文的说法", _ref("text")),
        "also says": _says("框定规则而不是条件的原文词语", texts),
        "words": _says("原文里不是数量的数字，各写理由", _ref("words")),
        "cases": _says("案例：画像和应得的结果", _list(_ref("case"))),
    }


_GIVES = {
    Gives.CASH: "现金",
    Gives.VOUCHER: "券",
    Gives.IN_KIND: "实物或免费使用",
    Gives.SERVICE: "服务保障",
    Gives.EQUITY: "股权投资",
    Gives.LOAN: "贷款",
    Gives.NON_MONETARY: "非金钱待遇",
    Gives.POOL: "只有总额，没有单个额度",
}


def _rule(vocabulary: Vocabulary) -> Schema:
    once = {"per applicant": "每个申请人一次"} | {
        f"per {name}": f"每个{kind.label.zh}一次" for name, kind in vocabulary.kinds.items()
    }
    amount = {"anyOf": [_ref("expression"), {**_list(_ref("expression")), "minItems": 1}]}
    lasts = _object(
        {
            "at most": _says("至多多久，如 3年", _ref("duration")),
            "at least": _says("至少多久，如 6个月", _ref("duration")),
            "run": _says(
                "年度怎样连着",
                _words(
                    {
                        "any": "任意几年",
                        "unbroken": "连续，中断即止",
                        "window": "自首年起的几个年度",
                    }
                ),
            ),
        }
    )
    return {
        "requires": _says("条件：原文词语: 表达式，全部满足", _ref("conditions")),
        "judged by authority": _says(
            "由主管部门判断的事（择优、经评审、良好成效）", _list(_ref("text"))
        ),
        "pays": _says("应给的数额：满足条件即按此给付；几档时逐档列出", amount),
        "pays at most": _says("“最高”“不超过”：只是上限，没有确定数", amount),
        "plus": _says("在各标的合计之外，申请主体另得的数额", _ref("expression")),
        "limits": _says(
            "限额，如 500万元 per org per year；不写 per 即限每个标的", _list(_ref("expression"))
        ),
        "paid once": _says("一次性", _words(once)),
        "lasts": _says("期限，如 3年", {"anyOf": [_ref("duration"), lasts]}),
        "draws on": _says("从哪个资金池支付", _ref("id")),
        "valid": _says("本事项自己的期限", _ref("valid")),
    }


def _patch(vocabulary: Vocabulary) -> Schema:
    rule = _rule(vocabulary)
    empty = {"type": "null"}
    for key in ("pays", "pays at most", "plus", "paid once", "lasts", "draws on", "valid"):
        about = rule[key].pop("description")
        rule[key] = {"description": f"{about}（null：不再有）", "anyOf": [rule[key], empty]}
    scopes = ["org", *vocabulary.kinds, *_record_names(vocabulary)]
    return rule | {
        "requires": _says("增加的条件；同名条件则替换", _ref("conditions")),
        "drops": _says("不再要求的条件，写其原文词语", _list(_ref("text"))),
        "limit per": _says("首个限额改限谁的合计", {"enum": scopes}),
        "limit period": _says(
            "首个限额改限每年还是合计", _words({"per year": "每年", "in total": "合计"})
        ),
        "assumes": _says("原文没有、由这种读法假定的数", _list(_ref("text"))),
    }


def _effects() -> Schema:
    shown = {"conservative": "保守", "generous": "宽松", "neutral": "中性"}
    return {effect: _says(f"{shown[effect]}的读法：写明含义", _ref("text")) for effect in EFFECTS}


def _reading() -> Schema:
    return _object(
        {
            "asks": _says("歧义之处，写成一问", _ref("text")),
            "default": _says("默认读法的名字", {"type": "string"}),
            "options": _says("各种读法", {**_of(_ref("option")), "minProperties": 1}),
        },
        "asks default options",
    ) | {"description": "一处歧义"}


def _pool() -> Schema:
    stated = {"exact": "确数", "at_most": "“最高”", "nominal": "“规模”"}
    return {
        "id": _says("资金池编号", _ref("id")),
        "text": _says("原文怎样说", _ref("text")),
        "holds": _says("总额，如 2.5亿元", _ref("money")),
        "yearly": _says("是否每年", {"type": "boolean"}),
        "vouchers": _says("共几张券，如 2000张", _ref("count")),
        "of": _says("每张面额，如 2000元", _ref("money")),
        "shared by": _says("哪几项共用", _list(_ref("text"))),
        "stated": _says("原文怎样说这个数", _words(stated)),
    }


def _case() -> Schema:
    gives = rf"^({'|'.join(STATUSES)})，{_MONEY}，({_MONEY}|未载)$"
    return _object(
        {
            "case": _says("说的是什么情形，一句话", _ref("text")),
            "given": _says("画像；申报日不写即 2025-06-30", _ref("profile")),
            "gives": _says(
                "“状态，确定额，本企业上限”，如 eligible，0元，25万元；原文没有金额写 未载",
                {"type": "string", "pattern": gives},
            ),
        },
        "case given gives",
    ) | {"description": "一个案例"}


def _shared(vocabulary: Vocabulary) -> Schema:
    """What both schemas refer to."""
    entities = {name: _entity(vocabulary, name, ("id", "name")) for name in vocabulary.kinds}
    return {
        "org": _entity(vocabulary, "org", ()),
        **entities,
        "text": {"type": "string", "minLength": 1},
        "id": {"type": "string", "pattern": "^[a-z][a-z0-9_-]*(/[a-z0-9][a-z0-9_-]*)+$"},
        "bilingual": {
            "anyOf": [
                _object({"zh": _ref("text"), "en": {"type": "string"}}, "zh"),
                _ref("text"),
            ]
        },
        "expression": {"type": "string", "minLength": 1, "maxLength": LONGEST},
        "conditions": _list({**_of(_ref("expression")), "minProperties": 1}),
        "words": _of(_ref("text")),
        "valid": _object(
            {
                "says": _says("原文怎样写期限", _ref("text")),
                "from": _says("首日，如 2023-01-01", _ref("date")),
                "to": _says("末日", _ref("date")),
                "afterwards": _says(
                    "届满之后", _words({"expired": "按失效处理", "unknown": "待核实"})
                ),
                "successor": _says("接续的文件", _ref("id")),
            }
        ),
        "date": {"type": "string", "format": "date", "pattern": _DATE},
        "money": {"type": "string", "pattern": f"^{_MONEY}$"},
        "count": {"type": "string", "pattern": rf"^{_NUMBER} ?万?[{_COUNTERS}]$"},
        "duration": {"type": "string", "pattern": r"^\d+ ?(年|个月|月)$"},
        "yuan": _amount(_MONEY, "金额：500000、500000.01 或 50万元"),
        "sqm": _amount(rf"{_NUMBER} ?(㎡|平方米)", "面积：1000 或 1000㎡"),
        "number": _amount(rf"{_NUMBER} ?[{_COUNTERS}]", "个数：10", whole=True),
    }


# --- profiles -------------------------------------------------------------------------------------


def _profile(
    vocabulary: Vocabulary,
    titles: dict[str, str],
    pools: dict[str, str],
    readings: dict[str, dict[str, list[str]]],
) -> Schema:
    """A profile; with no titles, pools or readings given any id is taken."""
    lists = {
        kind.list_key: _says(
            f"{kind.label.zh}；不写即全部未知，[] 即没有",
            _maybe(_list(_ref(name))),
        )
        for name, kind in vocabulary.kinds.items()
    }
    org = _entity(vocabulary, "org", ())
    history = _keyed(titles, _object({"years": _whole(0, 100), "amount_yuan": _yuan()}))
    year = _object({"org": _maybe(_ref("org")), **lists})
    whole_org = {
        **org,
        "properties": {
            **org["properties"],
            "paid_history": _says("各事项此前享受的年数和金额；不写即没有", _maybe(history)),
        },
    }
    table = {
        "as_of": _says("申报日，不写即今天", _maybe(_ref("date"))),
        "claim_year": _says("申报年度，不写即申报日所在年", _maybe(_whole(1900, 2100))),
        "horizon_years": _says("测算几年", _maybe(_whole(1, 30))),
        "org": _says("申请主体", _maybe(whole_org)),
        **lists,
        "years": _says(
            "只在某一年不同的事实：逐项替换 org，整张替换清单",
            _maybe(
                {
                    "type": "object",
                    "patternProperties": {r"^(19\d\d|20\d\d|2100)$": year},
                    "additionalProperties": False,
                }
            ),
        ),
        "decisions": _says("主管部门的决定", _maybe(_keyed(titles, _decision()))),
        "pools": _says("资金池的余额；不写即未用完", _maybe(_keyed(pools, _pool_state()))),
        "readings": _says("改选的读法", _maybe(_keyed_readings(titles, readings))),
        "name": _says("画像的名字", {"type": ["string", "number", "null"]}),
    }
    return {
        "description": "企业画像。没写的事实是未知，不是否。",
        **_closed((*PROFILE_KEYS, *lists), table, ""),
    }


def _entity(vocabulary: Vocabulary, kind: str, extra: tuple[str, ...]) -> Schema:
    facts = {fact.key: _fact(fact) for fact in vocabulary.of(kind)}
    names = {key: {"type": ["string", "number", "null"]} for key in extra}
    return _object(facts | names)


def _fact(fact: FactInfo) -> Schema:
    about = fact.question.zh + (f"（{fact.note.zh}）" if fact.note.zh else "")
    return {"title": fact.label.zh, "description": about, **_maybe(_FACTS[fact.type](fact))}


def _choices(fact: FactInfo) -> Schema:
    labels = [label for text in fact.options.values() for label in (text.zh, text.en) if label]
    named = [{"const": name, "title": text.zh} for name, text in fact.options.items()]
    return {"anyOf": [*named, {"enum": sorted(set(labels) - set(fact.options))}]}


def _records(fact: FactInfo) -> Schema:
    days = _maybe({"anyOf": [_ref("date"), _list(_ref("date"))]})
    labels = {label for text in fact.options.values() for label in (text.zh, text.en) if label}
    return _object(
        {name: {"title": text.zh, **days} for name, text in fact.options.items()}
        | dict.fromkeys(sorted(labels - set(fact.options)), days)
    )


_FACTS: dict[str, Callable[[FactInfo], Schema]] = {
    "place": _choices,
    "choice": _choices,
    "set": lambda fact: _list(_choices(fact)),
    "records": _records,
    "date": lambda _: _ref("date"),
    "period": lambda _: {**_list(_ref("date")), "minItems": 2, "maxItems": 2},
    "money": lambda _: _ref("yuan"),
    "area": lambda _: _ref("sqm"),
    "count": lambda _: _ref("number"),
    "truth": lambda _: {"type": "boolean"},
}


def _decision() -> Schema:
    shown = {"granted": "已通过", "refused": "未通过", "pending": "未决定"}
    return _object(
        {
            "decision": _maybe(_words({outcome: shown[outcome] for outcome in OUTCOMES})),
            "amount_yuan": _says("批准额", _yuan()),
            "base_yuan": _says("核定的基数", _yuan()),
        }
    )


def _pool_state() -> Schema:
    left = _maybe(_whole(0, 10**9))
    return _object(
        {"remaining_yuan": _says("余额", _yuan()), "remaining_count": _says("剩余张数", left)}
    )


def _keyed(names: dict[str, str], schema: Schema) -> Schema:
    """A mapping by ids; by these ids only, if there are any."""
    if not names:
        return {"type": "object", "propertyNames": _ref("id"), "additionalProperties": schema}
    return _object({name: {"title": title, **schema} for name, title in names.items()})


def _keyed_readings(titles: dict[str, str], readings: dict[str, dict[str, list[str]]]) -> Schema:
    if not readings:
        return _keyed({}, _of({"type": "string"}))
    return _object(
        {
            id_: _object({name: {"enum": options} for name, options in known.items()})
            | ({"title": titles[id_]} if id_ in titles else {})
            for id_, known in readings.items()
        }
    )


# --- parts of a schema ----------------------------------------------------------------------------


def _closed(
    keys: Iterable[str], table: Schema, required: str, more: Schema | None = None
) -> Schema:
    """A mapping of these keys and no others; a key that the table lacks is a `KeyError`."""
    properties = {key: table[key] for key in keys} | (more or {})
    return _object(properties, required)


def _object(properties: Schema, required: str = "") -> Schema:
    schema: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    if required:
        schema["required"] = required.split()
    return schema


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _says(about: str, schema: Schema) -> Schema:
    return {"description": about, **schema}


def _words(words: dict[Any, str]) -> Schema:
    """One of these words, each with what it means."""
    return {"oneOf": [{"const": str(word), "title": says} for word, says in words.items()]}


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _of(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


def _maybe(schema: Schema) -> Schema:
    """What the schema takes, or null for unknown."""
    return {"anyOf": [schema, {"type": "null"}]}


def _whole(least: int, most: int) -> Schema:
    return {"type": "integer", "minimum": least, "maximum": most}


def _yuan() -> Schema:
    return _maybe(_ref("yuan"))


def _amount(pattern: str, about: str, *, whole: bool = False) -> Schema:
    """A number, or one written with its unit."""
    kind = "integer" if whole else "number"
    written = {"type": "string", "pattern": f"^({_NUMBER}|{pattern})$"}
    return {"description": about, "anyOf": [{"type": kind, "minimum": 0}, written]}


def _regions(vocabulary: Vocabulary) -> list[str]:
    """The places of the vocabulary and the cities above them."""
    fact = vocabulary.facts.get("org.place")
    places = [place for place in fact.options if place != "other"] if fact else []
    cities = [place.split("/")[0] for place in places]
    return sorted(dict.fromkeys([*places, *cities]))


def _record_names(vocabulary: Vocabulary) -> list[str]:
    return [
        name
        for fact in vocabulary.facts.values()
        if fact.type == "records"
        for name in fact.options
    ]
