"""Line breaks: nothing is lost, nothing is too wide, and Chinese punctuation stands where it may."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from huice.cli.page import Column, Page
from huice.cli.wrapping import plain, width, wrap

WORDS = st.lists(
    st.sampled_from(
        ["给予核定合同额", "最高 50%", "、", "（", "）", "。", "最高 500 万元", "补贴，", "“", "”", "——",
         "shanghai/model-voucher", " of the contract amount", "1,000 万元", "12 million yuan", "《办法》"]
    ),
    max_size=20,
).map("".join)  # fmt: skip


@given(text=WORDS, columns=st.integers(24, 100))
def test_no_line_is_wider_than_the_page_and_no_character_is_lost(text: str, columns: int) -> None:
    lines = [plain(line) for line in wrap(text, columns)]
    assert all(width(line) <= columns for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


@given(text=WORDS, columns=st.integers(40, 100))
def test_a_number_keeps_its_unit(text: str, columns: int) -> None:
    lines = [plain(line) for line in wrap(text, columns)]
    assert not any(line.startswith(("万元", "million", "yuan")) for line in lines[1:])


@pytest.mark.parametrize("columns", range(20, 60))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(columns: int) -> None:
    text = "对租用智能算力开展大模型训练的企业（高等院校、科研机构），按不超过合同金额的 50%，给予“训力券”。"
    lines = [plain(line) for line in wrap(text, columns)]
    assert not any(line[0] in "，。、）”" for line in lines if line)
    assert not any(line[-1] in "（“" for line in lines if line)


def test_wide_characters_take_two_columns_and_combining_ones_none() -> None:
    assert width("万元 ab") == 7
    assert width("e\u0301") == 1
    assert (width("“”"), width("“”", ambiguous=2)) == (2, 4)


def test_columns_of_a_table_are_aligned_by_width() -> None:
    page = Page(60)
    page.table(
        (Column("地点"), Column("上限", right=True)), [["深圳", "880 万元"], ["上海徐汇区", "0 元"]]
    )
    assert page.text().splitlines() == [
        "地点            上限",
        "────────────────────",
        "深圳        880 万元",
        "上海徐汇区      0 元",
    ]


def test_a_table_without_room_becomes_a_list() -> None:
    page = Page(40)
    columns = (Column("事项", grows=True, least=30), Column("上限", right=True))
    page.table(columns, [["大模型训练优化算力补贴（西岸）", "1,000 万元"]])
    assert page.text().splitlines() == ["大模型训练优化算力补贴（西岸）", "  上限  1,000 万元"]
