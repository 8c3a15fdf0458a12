"""`huice unlock` and `huice sensitivity` as typed: words, widths, files, and what is said of a slip."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from huice.cli.wrapping import width
from tests.cli.conftest import Run


@pytest.fixture
def young(tmp_path: Path) -> Path:
    """A firm in Shenzhen that is not yet six months old."""
    path = tmp_path / "young.yaml"
    path.write_text(
        "name: 乙公司\nas_of: 2026-02-01\n"
        "org: {place: shenzhen, kind: enterprise, size: small, traits: [general_model], registered_on: 2025-09-14, records: {}}\n"
        "people: [{id: 创始人, role: founder, statuses: [returnee]}]\nprojects: []\npremises: []\n"
        "contracts: [{id: 算力, item: compute, mode: rent, purposes: [training], amount_yuan: 60万元, paid_yuan: 60万元}]\n",
        encoding="utf-8",
    )
    return path


def test_what_is_lacking_and_from_which_day(huice: Run, young: Path) -> None:
    said = huice("unlock", young, "留学")
    assert said.code == 0
    assert "差：注册时间在 6-48 个月内" in said.out
    assert "→ 等到 2026-03-14 再申报（还差 41 天）" in said.out
    assert "本企业上限 +100 万元；待主管部门裁量" in said.out


def test_places_are_told_apart_and_moving_is_named(huice: Run, young: Path) -> None:
    said = huice("unlock", young)
    assert "在深圳：改变后即可享受" in said.out
    assert "在深圳：已能享受，还可提高上限" in said.out
    assert "“算力”：合同（申报）金额达到 2,000 万元以上" in said.out
    assert "→ 迁到广州海珠区" in said.out
    assert "现址的事项不再适用" in said.out
    at_place = huice("unlock", young, "--place", "海珠")
    assert "迁到" not in at_place.out
    assert "在广州海珠区：改变后即可享受" in at_place.out


def test_a_threshold_that_tempts_is_a_risk(huice: Run, young: Path) -> None:
    said = "".join(huice("unlock", young, "--place", "杭州其他区").out.split())
    assert "风险提示（不是建议）" in said
    assert "合同（申报）金额若只有50万元" in said
    assert "拆分合同或少报是风险，不是建议" in said
    assert "没有企业封顶，上限随支出增加" in said


def test_all_gives_a_reason_for_what_cannot_be_changed(huice: Run, young: Path) -> None:
    short, full = huice("unlock", young), huice("unlock", young, "--all")
    assert "改变不了；原因见 --all" in short.out
    assert "取决于企业不能改变的事实：业务特征" in full.out
    assert "文件已于 2025-12-31 期满" in full.out


@pytest.mark.parametrize("columns", [40, 64, 110])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("verb", ["unlock", "sensitivity"])
def test_no_line_is_wider_than_the_terminal(
    huice: Run, young: Path, verb: str, lang: str, columns: int
) -> None:
    said = huice(verb, young, "--all", "--lang", lang, columns=columns)
    assert said.code == 0
    assert max(width(line) for line in said.out.splitlines()) <= columns


def test_english_is_english(huice: Run, young: Path) -> None:
    said = huice("unlock", young, "--lang", "en", columns=100)
    assert "apply on 2026-03-14 or later (41 days on)" in said.out
    assert "move to Guangzhou, Haizhu District" in said.out
    assert "Lacking: Registered within the last 6-48 months" in said.out


def test_unlock_as_data(huice: Run, young: Path) -> None:
    data = json.loads(huice("unlock", young, "留学人才创业", "--json").out)
    assert data["schema"] == "huice/unlock/1"
    (item,) = [one for one in data["measures"] if one["measure"] == "shenzhen/returnee-startup"]
    (one,) = item["sets"]
    assert one["changes"][0] == {
        "do": "wait", "until": "2026-03-14", "days": 41,
        "says": {"zh": "等到 2026-03-14 再申报（还差 41 天）", "en": "apply on 2026-03-14 or later (41 days on)"},
    }  # fmt: skip
    assert (one["earliest"], one["gain"]["ceiling_yuan"]) == ("2026-03-14", "1000000")


def test_sensitivity_tells_both_ends(huice: Run, young: Path) -> None:
    said = huice(
        "sensitivity",
        young,
        "--place",
        "杭州其他区",
        "--fact",
        "contracts[0].amount_yuan=20万元..80万元",
    )
    assert said.code == 0
    assert "“算力”合同（申报）金额" in said.out
    assert "20 万元：本企业上限 30 万元" in said.out
    assert "80 万元：本企业上限 18 万元" in said.out
    data = json.loads(huice("sensitivity", young, "--json").out)
    assert data["schema"] == "huice/sensitivity/1"
    assert data["place"] == "shenzhen"


def test_a_tornado_is_written_once_and_not_overwritten(
    huice: Run, young: Path, tmp_path: Path
) -> None:
    file = tmp_path / "tornado.svg"
    assert huice("sensitivity", young, "--svg", file).code == 0
    assert "什么最影响结果：深圳" in file.read_text(encoding="utf-8")
    again = huice("sensitivity", young, "--svg", file)
    assert again.code != 0
    assert "已经存在" in again.err
    assert huice("sensitivity", young, "--svg", file, "--force", "--narrow").code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("unlock", "--most", "9"), "--most 应为 1–8"),
        (("unlock", "没有这项"), "没有事项“没有这项”"),
        (("sensitivity", "--fact", "contracts[0].paid_yuan"), "写作 事实=从..到"),
        (("sensitivity", "--fact", "contracts[0].paid_yuan=80万元..20万元"), "从小到大"),
        (("sensitivity", "--fact", "contracts[7].paid_yuan=1..2"), "contracts"),
        (("sensitivity", "--place", "上海"), "一次只算一处"),
    ],
)
def test_a_slip_is_named_with_what_to_do(
    huice: Run, young: Path, arguments: tuple[str, ...], said: str
) -> None:
    verb, *rest = arguments
    result = huice(verb, young, *rest)
    assert result.code != 0
    assert said in result.err
    assert "Traceback" not in result.err


def test_without_a_place_sensitivity_asks_for_one(huice: Run, tmp_path: Path) -> None:
    path = tmp_path / "open.yaml"
    path.write_text("as_of: 2025-06-30\norg: {kind: enterprise}\n", encoding="utf-8")
    said = huice("sensitivity", path)
    assert said.code != 0
    assert "--place" in said.err
    assert huice("unlock", path).code == 0
