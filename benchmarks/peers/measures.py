"""Which measures of the register the peers are given, and how their outputs are named.

All of them under one year, the default readings and full information.
"""

from __future__ import annotations

from typing import Final

#: Ids of the register, by city.
MEASURES: Final[tuple[str, ...]] = (
    "hangzhou/xihu-startup-fund",
    "hangzhou/xihu-model-voucher",
    "hangzhou/leading-team-grant",
    "hangzhou/foreign-expert-salary",
    "hangzhou/returnee-project",
    "hangzhou/compute-voucher",
    "shanghai/model-voucher",
    "shanghai/corpus-voucher",
    "shanghai/talent-personal-award",
    "shanghai/xuhui-westbund-breakthrough",
    "shanghai/xuhui-westbund-matching",
    "shanghai/xuhui-westbund-compute",
    "shanghai/xuhui-opinion-compute",
    "shanghai/xuhui-opinion-settlement",
    "beijing/dataset-voucher",
    "beijing/open-source-project",
    "beijing/etown-industry-model-award",
    "beijing/etown-model-voucher",
    "beijing/etown-park-rent",
    "beijing/mtg-free-space",
    "beijing/mtg-compute",
    "beijing/mtg-partner-award",
    "shenzhen/training-voucher",
    "shenzhen/corpus",
    "shenzhen/model-voucher",
    "shenzhen/research",
    "shenzhen/platform-new",
    "shenzhen/key-lab",
    "shenzhen/returnee-startup",
    "guangzhou/haizhu-model-optimisation",
    "guangzhou/haizhu-office-rent",
    "guangzhou/haizhu-filing-genai",
    "guangzhou/haizhu-filing-algorithm",
    "guangzhou/huangpu-general-compute",
    "guangzhou/huangpu-vertical-compute",
    "guangzhou/huangpu-cloud-model-voucher",
    "guangzhou/huangpu-park-operator",
    "guangzhou/huangpu-park-rent",
    "guangzhou/huangpu-park-purchase",
)

#: Measures whose text leaves something to the authority: each has a decision column.
JUDGED: Final[tuple[str, ...]] = (
    "hangzhou/xihu-startup-fund",
    "hangzhou/xihu-model-voucher",
    "hangzhou/foreign-expert-salary",
    "hangzhou/returnee-project",
    "shanghai/talent-personal-award",
    "shanghai/xuhui-westbund-breakthrough",
    "shanghai/xuhui-opinion-compute",
    "shanghai/xuhui-opinion-settlement",
    "beijing/dataset-voucher",
    "beijing/open-source-project",
    "shenzhen/model-voucher",
    "shenzhen/platform-new",
    "shenzhen/returnee-startup",
    "guangzhou/huangpu-general-compute",
    "guangzhou/huangpu-vertical-compute",
    "guangzhou/huangpu-park-operator",
    "guangzhou/huangpu-park-rent",
    "guangzhou/huangpu-park-purchase",
)


def identifier(measure: str) -> str:
    """Name of a measure as both peers can write it: ``hangzhou_compute_voucher``."""
    return measure.replace("/", "_").replace("-", "_")


def decision_column(measure: str) -> str:
    """Name of the column that holds the authority's decision on a measure."""
    return f"decision_{identifier(measure)}"
