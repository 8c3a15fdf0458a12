from fractions import Fraction

import pytest

from huice.language.money import wan, yuan


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0 元", "0 yuan"),
        (2000, "2,000 元", "2,000 yuan"),
        (Fraction("150000.3"), "150,000.30 元", "150,000.30 yuan"),
        (Fraction("833333.33"), "833,333.33 元", "833,333.33 yuan"),
        (Fraction(1, 3), "0.33 元", "0.33 yuan"),
        (Fraction("999999.999"), "999,999.99 元", "999,999.99 yuan"),  # cut, never rounded up
        (Fraction("-150000.30"), "-150,000.30 元", "-150,000.30 yuan"),
        (Fraction("-0.001"), "0 元", "0 yuan"),
        (2**60, "1,152,921,504,606,846,976 元", "1,152,921,504,606,846,976 yuan"),
    ],
)
def test_yuan_is_exact_and_cut_to_a_fen(value: Fraction | int, zh: str, en: str) -> None:
    assert (yuan(value, "zh"), yuan(value, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (0, "0 元", "0 yuan"),
        (2000, "2,000 元", "2,000 yuan"),
        (480000, "48 万元", "480,000 yuan"),
        (547500, "54.75 万元", "547,500 yuan"),
        (1620000, "162 万元", "1.62 million yuan"),
        (16200000, "1,620 万元", "16.2 million yuan"),
        (250000000, "2.5 亿元", "250 million yuan"),
        (1000000000, "10 亿元", "1 billion yuan"),
        (123450000, "12,345 万元", "123.45 million yuan"),
        (500001, "500,001 元", "500,001 yuan"),
        (16200001, "16,200,001 元", "16,200,001 yuan"),
        (Fraction("9999999.9"), "9,999,999.90 元", "9,999,999.90 yuan"),
        (Fraction(20000000, 3), "6,666,666.66 元", "6,666,666.66 yuan"),
        (-480000, "-48 万元", "-480,000 yuan"),
    ],
)
def test_wan_takes_a_larger_unit_only_where_it_is_exact(
    value: Fraction | int, zh: str, en: str
) -> None:
    assert (wan(value, "zh"), wan(value, "en")) == (zh, en)
