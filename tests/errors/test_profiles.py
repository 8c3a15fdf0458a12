"""Bad profiles: what each is told, where, in both languages, through Python and the command line.

A row: what is written, the code, a part of the message in Chinese and in English, and the line.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import huice
from huice.cli import run
from huice.corpus.source import Problem

NESTED: Any = []
for _ in range(100_000):
    NESTED = [NESTED]

Row = tuple[str, str, str, str, int]
ROWS: list[Row] = [
    # shape
    ("- org", "U002", "画像应为“键: 值”的形式，如 org: {place: shenzhen}", "a profile is a mapping", 1),
    ("just text", "U002", "画像应为“键: 值”的形式", "a profile is a mapping, such as org:", 1),
    ("5", "U002", "画像应为“键: 值”的形式", "a profile is a mapping", 1),
    ("orgs: {kind: enterprise}", "U001", "不认识的键“orgs”；是否想写“org”？", "did you mean “org”?", 1),
    ("as_of: 2025-06-30\ncontract: [{}]", "U001", "不认识的键“contract”；是否想写“contracts”？", "unknown key “contract”; did you mean “contracts”?", 2),
    ("name: [a]", "U001", "“name”应为文字", "“name” must be text", 1),
    ("org: [{kind: enterprise}]", "U002", "“org”应为“事实: 值”的形式，如 {place: …}", "“org” must map facts to values", 1),
    ("org: enterprise", "U002", "“org”应为“事实: 值”的形式", "such as {place: …}", 1),
    ("contracts: {item: compute}", "U001", "“contracts”应为列表（每行以 - 开头）", "“contracts” must be a list", 1),
    ("contracts: compute", "U001", "“contracts”应为列表", "“contracts” must be a list (lines with -)", 1),
    ("contracts: [compute]", "U002", "“contracts”应为“事实: 值”的形式，如 {item: …}", "“contracts” must map facts to values", 1),
    ("contracts: [[{}]]", "U002", "“contracts”应为“事实: 值”的形式", "must map facts to values, such as {item: …}", 1),
    ("contracts:\n- {id: a}\n- {id: b}\n- {id: a}", "U009", "“contracts”里 id“a”用了两次，请换一个", "“contracts” holds the id “a” twice; choose another", 4),
    # unknown facts
    ("org: {kindd: enterprise}", "U003", "org 没有事实“kindd”；是否想写“kind”？", "org has no fact “kindd”; did you mean “kind”?", 1),
    ("org: {revenue: 5}", "U003", "是否想写“revenue_yuan”？", "did you mean “revenue_yuan”?", 1),
    ("org:\n  kind: enterprise\n  paid_yuan: 5", "U003", "org 没有事实“paid_yuan”；它写在 contracts 里（当年实际发生额）", "org has no fact “paid_yuan”; it goes under contracts", 3),
    ("contracts: [{size: small}]", "U003", "contract 没有事实“size”；它写在 org 里（企业规模）", "it goes under org (Enterprise size)", 1),
    ("people: [{zzzz: 1}]", "U003", "person 没有事实“zzzz”", "person has no fact “zzzz”", 1),
    # choices
    ("org: {place: shenzen}", "U004", "“注册地（或拟落户地）”没有选项“shenzen”", "did you mean “shenzhen”?", 1),
    ("org: {place: 成都}", "U004", "没有选项“成都”，可选 hangzhou/xihu", "has no choice “成都”; choose from hangzhou/xihu, ", 1),
    ("org: {place: hangzhou}", "U004", "没有选项“hangzhou”，可选 hangzhou/xihu、hangzhou/binjiang、hangzhou/other", "choose from hangzhou/xihu, hangzhou/binjiang, hangzhou/other", 1),
    ("org: {place: [shenzhen]}", "U004", "没有选项“[…]”", "has no choice “[…]”", 1),
    ("org: {place: 5}", "U004", "没有选项“5”", "has no choice “5”", 1),
    ("org: {place: true}", "U004", "没有选项“true”", "has no choice “true”", 1),
    ("org: {kind: 公司}", "U004", "“主体类型”没有选项“公司”，可选 enterprise、university", "“Kind of organisation” has no choice “公司”; choose from enterprise, university", 1),
    ("org: {kind: null, size: smal}", "U004", "是否想写“small”？", "did you mean “small”?", 1),
    ("people: [{statuses: returnee}]", "U004", "可多选，写成列表，如 [top_ai_talent]", "takes several; write a list, such as [top_ai_talent]", 1),
    ("people: [{statuses: [returned]}]", "U004", "没有选项“returned”", "did you mean “returnee”?", 1),
    ("people: [{statuses: {returnee: true}}]", "U004", "可多选，写成列表", "takes several; write a list", 1),
    ("people: [{statuses: [[returnee]]}]", "U004", "没有选项“[…]”", "has no choice “[…]”", 1),
    # numbers
    ("org: {revenue_yuan: 50万}", "U006", "“50万”不是可识别的数字：缺少单位，是否想写“50万元”？", "it lacks its unit; did you mean “50万元”?", 1),
    ("org: {revenue_yuan: 2亿}", "U006", "是否想写“2亿元”？", "did you mean “2亿元”?", 1),
    ("org: {revenue_yuan: 50㎡}", "U006", "“50㎡”的单位不对，应为金额，写作 500000 或 50万元", "“50㎡” has the wrong unit; money is needed: write 500000 or 50万元", 1),
    ("org: {revenue_yuan: 30%}", "U006", "“30%”的单位不对", "“30%” has the wrong unit", 1),
    ("org: {revenue_yuan: 1:1}", "U006", "“1:1”的单位不对", "“1:1” has the wrong unit", 1),
    ("org: {revenue_yuan: 5元/foo}", "U006", "“5元/foo”不是可识别的数字，应为金额", "“5元/foo” is not a number; money is needed", 1),
    ("org: {revenue_yuan: 5元/㎡}", "U006", "“5元/㎡”的单位不对", "“5元/㎡” has the wrong unit", 1),
    ("org: {revenue_yuan: -5}", "U006", "“年度主营业务收入”不能为负（-5），请核对", "“Main-business revenue of the year” must not be negative (-5); check it", 1),
    ("org: {revenue_yuan: -5万元}", "U006", "不能为负（-5万元）", "must not be negative (-5万元)", 1),
    ("org: {revenue_yuan: -0.01}", "U006", "不能为负（-0.01）", "must not be negative (-0.01)", 1),
    ("org: {revenue_yuan: .nan}", "U006", "“.nan”不是数字；不知道的事实请整行删去", "“.nan” is not a number; leave out a fact that you do not know", 1),
    ("org: {revenue_yuan: .inf}", "U006", "“.inf”不是数字", "“.inf” is not a number", 1),
    ("org: {revenue_yuan: -.inf}", "U006", "“-.inf”不是数字", "“-.inf” is not a number", 1),
    ("org: {revenue_yuan: NaN}", "U006", "“NaN”不是数字", "“NaN” is not a number", 1),
    ("org: {revenue_yuan: Infinity}", "U006", "“Infinity”不是数字", "“Infinity” is not a number", 1),
    ("org: {revenue_yuan: 未知}", "U006", "“未知”不是数字；不知道的事实请整行删去", "leave out a fact that you do not know", 1),
    ("org: {revenue_yuan: '?'}", "U006", "“?”不是数字；不知道的事实请整行删去", "leave out a fact that you do not know", 1),
    ('org: {revenue_yuan: ""}', "U006", "“”不是数字；不知道的事实请整行删去", "leave out a fact that you do not know", 1),
    ("org: {revenue_yuan: true}", "U006", "应为数字，写的是“true”", "a number is needed, not “true”", 1),
    ("org: {revenue_yuan: false}", "U006", "应为数字，写的是“false”", "a number is needed, not “false”", 1),
    ("org: {revenue_yuan: [1]}", "U006", "应为数字，写的是“[…]”", "a number is needed, not “[…]”", 1),
    ("org: {revenue_yuan: {a: 1}}", "U006", "应为数字，写的是“{…}”", "a number is needed, not “{…}”", 1),
    ("org: {revenue_yuan: 100000000000001}", "U006", "过大（100000000000001），请核对", "is too large (100000000000001); check it", 1),
    ("org: {revenue_yuan: 100万亿元}", "U006", "“100万亿元”不是可识别的数字", "“100万亿元” is not a number", 1),
    (f"org: {{revenue_yuan: {'9' * 60}}}", "U006", "过大，请核对", "is too large; check it", 1),
    (f"org: {{revenue_yuan: {'9' * 30}}}", "U006", "过大（", "is too large (", 1),
    ("org: {revenue_yuan: 1e6}", "U006", "“1e6”不是可识别的数字，应为金额", "“1e6” is not a number; money is needed", 1),
    ("org: {revenue_yuan: 1e999999999}", "U006", "“1e999999999”不是可识别的数字", "is not a number", 1),
    ("org: {revenue_yuan: 0x10}", "U006", "“0x10”不是可识别的数字", "“0x10” is not a number", 1),
    ("org: {revenue_yuan: 1_000}", "U006", "“1_000”不是可识别的数字", "“1_000” is not a number", 1),
    ("org: {revenue_yuan: 1/3}", "U006", "“1/3”不是可识别的数字", "“1/3” is not a number", 1),
    ("org: {revenue_yuan: 1.2.3}", "U006", "“1.2.3”不是可识别的数字", "“1.2.3” is not a number", 1),
    ("org: {revenue_yuan: 一百万}", "U006", "“一百万”不是可识别的数字，应为金额，写作 500000 或 50万元", "“一百万” is not a number; money is needed", 1),
    ("org: {revenue_yuan: 约50万元}", "U006", "“约50万元”不是可识别的数字", "“约50万元” is not a number", 1),
    ("org: {revenue_yuan: $500}", "U006", "“$500”不是可识别的数字", "“$500” is not a number", 1),
    (f"org: {{revenue_yuan: {'x' * 5000}}}", "U006", "x…”不是可识别的数字", "x…” is not a number", 1),
    ("premises: [{area_sqm: 100元}]", "U006", "应为面积，写作 1000 或 1000㎡", "an area is needed: write 1000 or 1000㎡", 1),
    ("premises: [{area_sqm: -1}]", "U006", "“面积”不能为负（-1）", "“Area” must not be negative (-1)", 1),
    ("projects: [{cases: 1.5}]", "U006", "“市场应用案例数”应为整数", "“Market application cases” must be a whole number", 1),
    ("projects: [{cases: 10元}]", "U006", "“10元”的单位不对，应为个数，写作 10", "“10元” has the wrong unit; a count is needed: write 10", 1),
    ("projects: [{cases: many}]", "U006", "“many”不是可识别的数字，应为个数", "“many” is not a number; a count is needed", 1),
    # dates, periods, records
    ("org: {registered_on: 2025-02-30}", "U005", "日历上没有 2025-02-30 这一天，请核对", "the calendar has no 2025-02-30; check it", 1),
    ("org: {registered_on: 2023-02-29}", "U005", "日历上没有 2023-02-29 这一天", "the calendar has no 2023-02-29", 1),
    ("org: {registered_on: 2999-01-01}", "U005", "日期 2999-01-01 不在 1900–2100 年之间，请核对", "the date 2999-01-01 is not between 1900 and 2100", 1),
    ("org: {registered_on: 1800-01-01}", "U005", "不在 1900–2100 年之间", "not between 1900 and 2100", 1),
    ("org: {registered_on: 2025/01/01}", "U005", "“2025/01/01”不是日期，写作 2025-06-30", "“2025/01/01” is no date; write 2025-06-30", 1),
    ("org: {registered_on: 2025年1月1日}", "U005", "“2025年1月1日”不是日期", "is no date; write 2025-06-30", 1),
    ("org: {registered_on: 20250101}", "U005", "“20250101”不是日期", "“20250101” is no date", 1),
    ("org: {registered_on: '20250101'}", "U005", "“20250101”不是日期", "“20250101” is no date", 1),
    ("org: {registered_on: 2025-W01-1}", "U005", "“2025-W01-1”不是日期", "“2025-W01-1” is no date", 1),
    ("org: {registered_on: 2025-01}", "U005", "“2025-01”不是日期", "“2025-01” is no date", 1),
    ("org: {registered_on: [2025-01-01]}", "U005", "“[…]”不是日期", "“[…]” is no date", 1),
    ("premises: [{period: [2025-12-31, 2025-01-01]}]", "U005", "止日 2025-01-01 早于起日 2025-12-31，请核对", "the last day 2025-01-01 is before the first, 2025-12-31", 1),
    ("premises: [{period: 2025-01-01}]", "U005", "写作 [起日, 止日]，如 [2025-01-01, 2025-12-31]", "is [first day, last day], such as", 1),
    ("premises: [{period: [2025-01-01]}]", "U005", "写作 [起日, 止日]", "is [first day, last day]", 1),
    ("premises: [{period: {from: 2025-01-01}}]", "U005", "写作 [起日, 止日]", "is [first day, last day]", 1),
    ("premises: [{period: [2025-01-01, 2025-02-29]}]", "U005", "日历上没有 2025-02-29", "the calendar has no 2025-02-29", 1),
    ("org: {records: [sz_key_lab]}", "U004", "须注明日期，如 {cac_genai_filing: 2025-04-20}", "need their dates, such as {cac_genai_filing: 2025-04-20}", 1),
    ("org: {records: sz_key_lab}", "U004", "须注明日期", "need their dates", 1),
    ("org: {records: {sz_key_lab: true}}", "U005", "“true”不是日期", "“true” is no date", 1),
    ("org: {records: {sz_key_lab: null}}", "U005", "“null”不是日期，写作 2025-06-30", "“null” is no date", 1),
    ("org: {records: {sz_key_lab: 2025}}", "U005", "“2025”不是日期", "“2025” is no date", 1),
    ("org:\n  records:\n    sz_key_lab:\n    - 2025-01-01\n    - 2025-13-01", "U005", "日历上没有 2025-13-01", "the calendar has no 2025-13-01", 4),
    ("org: {records: {sz_lab: 2025-01-01}}", "U004", "是否想写“sz_key_lab”？", "did you mean “sz_key_lab”?", 1),
    # the frame: dates of application, years, decisions, pools, readings, history
    ("as_of: yesterday", "U005", "“yesterday”不是日期", "“yesterday” is no date", 1),
    ("as_of: 2025-02-29", "U005", "日历上没有 2025-02-29", "the calendar has no 2025-02-29", 1),
    ("as_of: [2025-01-01]", "U005", "“[…]”不是日期", "“[…]” is no date", 1),
    ("as_of: 2999-06-30", "U005", "不在 1900–2100 年之间", "not between 1900 and 2100", 1),
    ("claim_year: 25", "U006", "“claim_year”应为 1900–2100 的整数，写的是“25”", "a whole number from 1900 to 2100, not “25”", 1),
    ("claim_year: 2999", "U006", "应为 1900–2100 的整数", "from 1900 to 2100", 1),
    ("claim_year: 2025-01-01", "U006", "写的是“2025-01-01”", "not “2025-01-01”", 1),
    ("claim_year: 二〇二五", "U006", "写的是“二〇二五”", "not “二〇二五”", 1),
    ("horizon_years: 0", "U006", "“horizon_years”应为 1–30 的整数，写的是“0”", "a whole number from 1 to 30, not “0”", 1),
    ("horizon_years: 1000", "U006", "应为 1–30 的整数，写的是“1000”", "from 1 to 30, not “1000”", 1),
    ("horizon_years: -1", "U006", "写的是“-1”", "not “-1”", 1),
    ("horizon_years: 1.5", "U006", "写的是“1.5”", "not “1.5”", 1),
    ("horizon_years: true", "U006", "写的是“true”", "not “true”", 1),
    ("horizon_years: 三", "U006", "写的是“三”", "not “三”", 1),
    ("years:\n  2026:\n    org: {revenue_yuan: 50万}", "U006", "是否想写“50万元”？", "did you mean “50万元”?", 3),
    ("years: {next: {org: {}}}", "U006", "“next”不是年份，写作 2026: {org: …}", "“next” is no year; write 2026: {org: …}", 1),
    ("years: {99999: {org: {}}}", "U006", "“99999”不是年份", "“99999” is no year", 1),
    ("years: {²: {org: {}}}", "U006", "“²”不是年份", "“²” is no year", 1),
    ("as_of: 2025-06-30\nyears: {2090: {org: {}}}", "U006", "测算最多 30 年，这里写到了 2090 年", "at most 30 years can be computed, but here is 2090", 2),
    ("years: [2026]", "U001", "“years”应为“键: 值”的形式", "“years” must be a mapping", 1),
    ("years: {2026: []}", "U001", "“2026”应为“键: 值”的形式，可写 org", "“2026” must be a mapping; known are org", 1),
    ("years: {2026: {orgs: {}}}", "U001", "不认识的键“orgs”；是否想写“org”？", "did you mean “org”?", 1),
    ("decisions: {shenzhen/training-vouchers: {decision: granted}}", "U007", "没有事项“shenzhen/training-vouchers”；是否想写“shenzhen/training-voucher”？", "there is no measure “shenzhen/training-vouchers”; did you mean", 1),
    ("decisions: {shenzhen/training-voucher: granted}", "U001", "应为“键: 值”的形式，可写 decision、amount_yuan、base_yuan", "must be a mapping; known are decision, amount_yuan, base_yuan", 1),
    ("decisions: {shenzhen/training-voucher: {decision: approve}}", "U001", "“decision”只能是 granted、refused、pending，写的是“approve”", "“decision” must be one of granted, refused, pending, not “approve”", 1),
    ("decisions: {shenzhen/training-voucher: {amount: 5}}", "U001", "不认识的键“amount”；是否想写“amount_yuan”？", "did you mean “amount_yuan”?", 1),
    ("decisions: {shenzhen/training-voucher: {decision: granted, amount_yuan: -5}}", "U006", "“批准额”不能为负（-5）", "“amount approved” must not be negative", 1),
    ("decisions: {shenzhen/training-voucher: {decision: granted, base_yuan: 5㎡}}", "U006", "“核定基数”：“5㎡”的单位不对", "“approved base”: “5㎡” has the wrong unit", 1),
    ("decisions: [shenzhen/training-voucher]", "U001", "“decisions”应为“键: 值”的形式", "“decisions” must be a mapping", 1),
    ("pools: {shenzhen/training: {remaining_yuan: 5}}", "U007", "没有资金池“shenzhen/training”；是否想写“shenzhen/training-voucher”？", "there is no pool “shenzhen/training”", 1),
    ("pools: {shenzhen/training-voucher: {remaining_yuan: -5}}", "U006", "“余额”不能为负（-5）", "“money left” must not be negative", 1),
    ("pools: {shenzhen/training-voucher: {remaining_count: 1.5}}", "U006", "“remaining_count”应为 0–1000000000 的整数", "“remaining_count” must be a whole number", 1),
    ("pools: {shenzhen/training-voucher: 5}", "U001", "可写 remaining_yuan、remaining_count", "known are remaining_yuan, remaining_count", 1),
    ("pools: {shenzhen/training-voucher: {left: 5}}", "U001", "不认识的键“left”，可写 remaining_yuan、remaining_count", "unknown key “left”; known are remaining_yuan", 1),
    ("readings: {shenzhen/training-vouchers: {a: b}}", "U007", "没有事项“shenzhen/training-vouchers”", "there is no measure “shenzhen/training-vouchers”", 1),
    ("readings: {shenzhen/training-voucher: {capperiod: year}}", "U008", "没有读法“capperiod”；是否想写“cap-period”？", "there is no reading “capperiod”; did you mean “cap-period”?", 1),
    ("readings: {hangzhou/compute-voucher: {cliff: marginale}}", "U008", "读法“cliff”没有选项“marginale”，可选 whole_amount、marginal；是否想写“marginal”？", "choose from whole_amount, marginal; did you mean “marginal”?", 1),
    ("readings: {hangzhou/compute-voucher: {cliff: [marginal]}}", "U008", "没有选项“[…]”", "has no option “[…]”", 1),
    ("readings: {hangzhou/compute-voucher: marginal}", "U001", "“hangzhou/compute-voucher”应为“键: 值”的形式", "must be a mapping", 1),
    ("readings: {beijing/maas: {rule: lowest}}", "U008", "读法“rule”没有选项“lowest”，可选 highest、stack", "choose from highest, stack", 1),
    ("org: {paid_history: {shenzhen/nothing: {years: 1}}}", "U007", "没有事项“shenzhen/nothing”", "there is no measure “shenzhen/nothing”", 1),
    ("org: {paid_history: {shenzhen/training-voucher: 5}}", "U001", "可写 years、amount_yuan", "known are years, amount_yuan", 1),
    ("org: {paid_history: {shenzhen/training-voucher: {years: -1}}}", "U006", "“years”应为 0–100 的整数，写的是“-1”", "“years” must be a whole number", 1),
    ("org: {paid_history: {shenzhen/training-voucher: {amount_yuan: 50万}}}", "U006", "“已享受金额”：“50万”不是可识别的数字", "“amount received”", 1),
    ("org: {paid_history: [shenzhen/training-voucher]}", "U001", "“paid_history”应为“键: 值”的形式", "“paid_history” must be a mapping", 1),
]  # fmt: skip
IDS = [text[:60].replace("\n", "⏎") for text, *_ in ROWS]


def problems_of(given: Any, corpus: huice.Corpus) -> tuple[Problem, ...]:
    with pytest.raises(huice.BadProfile) as caught:
        huice.evaluate(given, corpus)
    return caught.value.problems


def test_the_table_is_long_enough() -> None:
    assert len(ROWS) >= 120
    assert len({text for text, *_ in ROWS}) == len(ROWS)


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_through_python(row: Row, corpus: huice.Corpus, tmp_path: Path) -> None:
    text, code, zh, en, line = row
    path = tmp_path / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    (problem,) = problems_of(path, corpus)
    assert problem.code == code
    assert zh in problem.text.zh
    assert en in problem.text.en
    assert problem.line == line
    assert problem.file == str(path)
    assert len(problem.text.zh) < 300, "a message is read, not scrolled"


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_through_the_command_line(
    row: Row, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text, code, zh, en, line = row
    path = tmp_path / "profile.yaml"
    path.write_text(text, encoding="utf-8")
    for lang, part in (("zh", zh), ("en", en)):
        assert run(["evaluate", str(path), "--lang", lang]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert "Traceback" not in err
        assert code in err
        assert f":{line}:" in err
        assert part.replace(" ", "") in err.replace(" ", "").replace("\n", "")


def test_all_problems_are_told_at_once(corpus: huice.Corpus, tmp_path: Path) -> None:
    path = tmp_path / "profile.yaml"
    path.write_text(
        "org:\n  place: shenzen\n  size: smal\npeople:\n- {role: boss}\nhorizon_years: 0\n",
        encoding="utf-8",
    )
    found = problems_of(path, corpus)
    assert [(problem.line, problem.code) for problem in found] == [
        (6, "U006"), (2, "U004"), (3, "U004"), (5, "U004"),
    ]  # fmt: skip


VALUES: list[tuple[str, Any, str]] = [
    ("not a number", float("nan"), "“nan”不是数字"),
    ("infinity", float("inf"), "“inf”不是数字"),
    ("minus infinity", float("-inf"), "“-inf”不是数字"),
    ("decimal nan", Decimal("NaN"), "“NaN”不是数字"),
    ("decimal infinity", Decimal("Infinity"), "“Infinity”不是数字"),
    ("an exponent that would fill the memory", Decimal("1E+999999999"), "位数过多"),
    ("a tiny exponent", Decimal("1E-999999999"), "位数过多"),
    ("an integer too long to print", 10**5000, "过大（1000…）"),
    ("a float too large", 1e300, "过大"),
    ("a complex number", 1j, "应为数字"),
    ("bytes", b"5", "应为数字"),
    ("an object", object(), "应为数字"),
    ("a list so deep that it cannot be printed", NESTED, "应为数字，写的是“[…]”"),
    ("bool", True, "应为数字，写的是“true”"),
]


@pytest.mark.parametrize(
    ("value", "zh"), [row[1:] for row in VALUES], ids=[row[0] for row in VALUES]
)
def test_values_that_only_python_can_give(value: Any, zh: str, corpus: huice.Corpus) -> None:
    (problem,) = problems_of({"org": {"revenue_yuan": value}}, corpus)
    assert problem.code == "U006"
    assert zh in problem.text.zh


def test_python_values_that_are_fine(corpus: huice.Corpus) -> None:
    profile = {
        "as_of": date(2025, 6, 30),
        "org": {
            "place": "深圳",
            "traits": {"ai", "genai"},
            "revenue_yuan": Decimal("0.10"),
            "registered_on": datetime(2024, 2, 29, 12, 30),  # noqa: DTZ001  # what a library may give
            "records": {"sz_key_lab": [date(2024, 5, 1)]},
        },
        "contracts": ({"item": "compute", "paid_yuan": 0.1},),
    }
    result = huice.evaluate(profile, corpus)
    assert result.place == "shenzhen"
    assert result.profile.org["registered_on"] == date(2024, 2, 29)


@pytest.mark.parametrize(
    "given", [{"org": NESTED}, {"org": {"traits": {1, "a", None}}}, {"contracts": "x"}]
)
def test_odd_shapes_never_raise_anything_else(given: Any, corpus: huice.Corpus) -> None:
    assert problems_of(given, corpus)


def test_unknown_measures_and_places_are_told_too(corpus: huice.Corpus) -> None:
    for arguments, zh in (
        ({"measures": ["shenzhen/training-vouchers"]}, "是否想写“shenzhen/training-voucher”？"),
        ({"places": "shenzen"}, "是否想写“shenzhen”？"),
    ):
        with pytest.raises(huice.BadProfile) as caught:
            huice.evaluate({"org": {}}, corpus, **arguments)
        assert zh in caught.value.problems[0].text.zh
