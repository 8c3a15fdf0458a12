"""Every measure in words, against texts that a person has proof-read.

`RECORD_SNAPSHOTS=1` writes the texts anew: read the diff before committing it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from huice.corpus.corpus import Corpus
from huice.corpus.model import Measure, Rule
from huice.corpus.readings import rule_under
from huice.corpus.sentences import paragraph, sentences

CORPUS = Corpus.load()
SNAPSHOTS = Path(__file__).parent.parent / "snapshots"
LANGUAGES = ["zh", "en"]


def _readings(measure: Measure) -> Iterator[tuple[str, str, Rule]]:
    """Every reading that changes the rule, with the rule it gives."""
    for reading in measure.readings:
        for option in reading.options:
            if option.computed and option.name != reading.default:
                yield reading.id, option.name, rule_under(measure, ((reading.id, option.name),))


def _snapshot(lang: str) -> str:
    """All measures as paragraphs, each followed by the sentences that a reading changes."""
    said = []
    for measure in CORPUS.measures:
        said += ["", f"## {measure.id}  {measure.title[lang]}"]
        said.append(paragraph(measure.rule, measure, CORPUS, lang))
        default = sentences(measure.rule, measure, CORPUS, lang)
        for reading, option, rule in _readings(measure):
            under = sentences(rule, measure, CORPUS, lang)
            for field in under.__struct_fields__:
                now = getattr(under, field)
                if now != getattr(default, field):
                    said.append(f"- {reading}={option} [{field}] {now or '—'}")
    return "\n".join(said).lstrip("\n") + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_measure_reads_as_proof_read(lang: str) -> None:
    said, path = _snapshot(lang), SNAPSHOTS / f"sentences.{lang}.txt"
    if os.environ.get("RECORD_SNAPSHOTS"):
        path.write_text(said, encoding="utf-8")
    assert said.split("\n") == path.read_text(encoding="utf-8").split("\n")


ODD = {
    "zh": re.compile(r"为为|的的|不不|给予给予|。。|，，|；；|，。|；。|：。|，，|[a-z]+[._/][a-z]+|None| ，| 。"),
    "en": re.compile(r"  |\.\.|,,|;;|, \.|: \.|\b(\w+) \1\b|[a-z]+\.[a-z_]+|None| ,| ;|[\u4e00-\u9fff]"),
}  # fmt: skip


@pytest.mark.parametrize("lang", LANGUAGES)
def test_no_paragraph_reads_oddly_under_any_reading(lang: str) -> None:
    for measure in CORPUS.measures:
        for rule in (measure.rule, *(rule for *_, rule in _readings(measure))):
            said = paragraph(rule, measure, CORPUS, lang)
            assert not ODD[lang].search(said), (measure.id, said)
            assert said.endswith("。" if lang == "zh" else ".")


def test_a_number_of_the_rule_stands_in_its_sentences() -> None:
    measure = CORPUS.measure("guangzhou/huangpu-park-operator")
    said = sentences(measure.rule, measure, CORPUS, "zh")
    assert said.pays == "每个项目按项目费用的 50% 给予支持。"
    assert said.caps == "每个主体每年不超过 75 万元，累计不超过 150 万元。"
    assert said.quota == "名额 3 家。"


def test_each_modality_has_its_word() -> None:
    words = {
        "hangzhou/xihu-startup-fund": "每个主体累计给予最高 500 万元的支持。",
        "hangzhou/xihu-model-voucher": "每份合同按当年实际发生额的 30% 给予支持，以券兑付。",
        "shanghai/model-voucher": "每份合同最高按合同金额的 50% 给予支持，以券兑付。",
        "shenzhen/returnee-startup": "给予 100 万元、50 万元、30 万元三档之一的支持，由主管部门确定档次。",
        "beijing/etown-industry-model-award": "每个主体累计给予 100 万元的支持。",
        "hangzhou/binjiang-compute-voucher": "原文只写明资金规模，未载单个主体可得的金额。",
        "shanghai/talent-bespoke": "原文未载金额。",
    }
    for id_, expected in words.items():
        measure = CORPUS.measure(id_)
        assert sentences(measure.rule, measure, CORPUS, "zh").pays == expected


def test_one_person_must_meet_all_conditions_that_speak_of_a_person() -> None:
    measure = CORPUS.measure("shenzhen/returnee-startup")
    said = sentences(measure.rule, measure, CORPUS, "zh").who
    assert "其中至少一名人员同时满足：（1）人才身份包含留学回国人员；（2）该成员的角色为" in said


def test_a_chosen_reading_prints_its_own_rule() -> None:
    measure = CORPUS.measure("beijing/mtg-compute")
    default = sentences(measure.rule, measure, CORPUS, "zh")
    window = rule_under(measure, (("consecutive", "window"),))
    assert default.lasts == "最多连续支持 3 年，中断即止。"
    assert sentences(window, measure, CORPUS, "zh").lasts == (
        "自首次享受之年起 3 年内有效，中断的年度不补。"
    )
