"""The measures as an OpenFisca system: one entity, one variable for each fact and each figure.

Inputs are the columns of ``flatten``; every measure has a variable ``<measure>_ceiling`` and one
``<measure>_certain``. Formulas are vectorised over firms, constants are parameters, and facts used
by several measures (``in_hangzhou``, ``is_ai`` ...) are variables of their own, so that OpenFisca
computes them once. The period is a year; a firm's own claim date is the input ``as_of``, so that
firms with different claim dates can be computed together.

OpenFisca stores amounts as float32 and integers as int32 whatever the formulas do; ``agree`` says
what that costs. Sets and records come in as flags, because a column cannot hold them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from openfisca_core.entities import build_entity
from openfisca_core.model_api import YEAR, Enum, ParameterNode, Variable, min_, select, where
from openfisca_core.periods import period as to_period
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem

from .flatten import COLUMNS, SLOTS, Profile, Row, flatten
from .measures import MEASURES, decision_column, identifier

Array = NDArray[Any]
Figures = dict[str, tuple[Array, Array]]

PERIOD: Final = to_period("2025")

Firm: Final = build_entity(key="firm", plural="firms", label="A firm", is_person=True)


class Place(Enum):  # type: ignore[misc]  # OpenFisca is not typed
    """Place of registration."""

    hangzhou_xihu = "hangzhou/xihu"
    hangzhou_binjiang = "hangzhou/binjiang"
    hangzhou_other = "hangzhou/other"
    shanghai_xuhui = "shanghai/xuhui"
    shanghai_other = "shanghai/other"
    beijing_haidian_zgc = "beijing/haidian-zgc"
    beijing_etown = "beijing/etown"
    beijing_mentougou = "beijing/mentougou"
    beijing_other = "beijing/other"
    shenzhen = "shenzhen"
    guangzhou_haizhu = "guangzhou/haizhu"
    guangzhou_huangpu = "guangzhou/huangpu"
    guangzhou_other = "guangzhou/other"
    other = "other"


class Kind(Enum):  # type: ignore[misc]
    """Kind of organisation."""

    enterprise = "enterprise"
    university = "university"
    research_institute = "research_institute"
    other_institution = "other_institution"
    team_not_incorporated = "team_not_incorporated"


class Size(Enum):  # type: ignore[misc]
    """Size class of an enterprise."""

    micro = "micro"
    small = "small"
    medium = "medium"
    large = "large"


class Settlement(Enum):  # type: ignore[misc]
    """How the firm came to the district."""

    newly_registered = "newly_registered"
    newly_relocated = "newly_relocated"
    established = "established"


class Decision(Enum):  # type: ignore[misc]
    """What the authority decided."""

    pending = "pending"
    granted = "granted"
    refused = "refused"


_ENUMS: Final[dict[str, tuple[Any, Any]]] = {
    "place": (Place, Place.other),
    "kind": (Kind, Kind.other_institution),
    "size": (Size, Size.large),
    "settlement": (Settlement, Settlement.established),
}
_TYPES: Final[dict[str, type]] = {
    "money": float,
    "number": float,
    "count": int,
    "flag": bool,
    "date": date,
}


def _constants() -> dict[str, Any]:
    return {
        "hangzhou": {
            "startup_fund": {"cap": 5_000_000},
            "model_voucher": {"rate": 0.3, "pool": 20_000_000},
            "leading_team": {"cap": 5_000_000},
            "foreign_expert": {"cap": 600_000},
            "returnee_project": {"cap": 5_000_000},
            "compute_voucher": {
                "rate": 0.3,
                "raised_rate": 0.5,
                "raised_up_to": 500_000,
                "pool": 250_000_000,
            },
        },
        "shanghai": {
            "model_voucher": {"rate": 0.5, "cap": 5_000_000},
            "corpus_voucher": {"rate": 0.3, "cap": 5_000_000},
            "talent_award": {"cap": 300_000},
            "breakthrough": {"cap": 10_000_000},
            "matching": {"rate": 1.0},
            "compute": {"rate": 0.3, "cap": 10_000_000},
            "settlement": {"cap": 5_000_000},
        },
        "beijing": {
            "dataset_voucher": {"cap": 500_000},
            "open_source": {"cap": 2_000_000},
            "industry_model": {"contracts_over": 20_000_000, "award": 1_000_000},
            "model_voucher": {"rate": 0.5, "cap": 5_000_000},
            "park_rent": {"rate": 0.5, "unit_price": 1.5, "cap": 1_000_000},
            "free_space": {"months": 36},
            "district_compute": {"rate": 0.1, "cap": 1_000_000},
            "partner": {"cap": 300_000},
        },
        "shenzhen": {
            "training_voucher": {"rate": 0.5, "startup_rate": 0.6, "cap": 10_000_000},
            "corpus": {"rate": 0.3, "cap": 2_000_000},
            "model_voucher": {"rate": 0.3, "cap": 2_000_000},
            "research": {"major": 10_000_000, "key": 3_000_000, "general": 600_000},
            "platform": {"rate": 0.5, "cap": 20_000_000},
            "key_lab": {"cap": 5_000_000},
            "returnee": {
                "months_from": 6,
                "months_to": 48,
                "highest": 1_000_000,
                "lowest": 300_000,
            },
        },
        "guangzhou": {
            "optimisation": {"rate": 0.5, "cap": 1_500_000, "revenue_from": 20_000_000},
            "office_rent": {
                "rate": 0.9,
                "cap": 1_000_000,
                "revenue_year_0": 20_000_000,
                "revenue_year_1": 50_000_000,
                "revenue_year_2": 100_000_000,
            },
            "filing": {"genai": 1_000_000, "algorithm": 200_000},
            "compute": {"rate": 0.3, "general_cap": 3_000_000, "vertical_cap": 1_000_000},
            "cloud_voucher": {"face_value": 2_000},
            "park_operator": {"rate": 0.5, "cap": 750_000},
            "park_rent": {"rate": 0.5, "unit_price": 50, "cap": 200_000},
            "park_purchase": {"rate": 0.1, "cap": 600_000},
        },
    }


def _dated(node: Mapping[str, Any]) -> dict[str, Any]:
    """The constants in OpenFisca's form: each with the day from which it holds."""
    return {
        name: _dated(value)
        if isinstance(value, Mapping)
        else {"values": {"2023-01-01": {"value": value}}}
        for name, value in node.items()
    }


# --- helpers -----------------------------------------------------------------------------------


def cut(amount: Array) -> Array:
    """Cut down to a fen; the tolerance spares exact products that floats put just below."""
    whole: Array = np.floor(amount * 100 + 0.01) / 100
    return whole


def add_months(days: Array, months: int) -> Array:
    """The same day so many months later, clipped to the end of the month."""
    own_month = days.astype("datetime64[M]")
    month = own_month + months
    last_day = (month + 1).astype("datetime64[D]") - 1
    moved: Array = np.minimum(month.astype("datetime64[D]") + (days - own_month), last_day)
    return moved


def not_refused(firm: Any, period: Any, measure: str) -> Array:
    """False where the authority refused."""
    kept: Array = firm(decision_column(measure), period) != Decision.refused
    return kept


def park_rent(firm: Any, period: Any, name: str, per: str, rule: Any) -> Array:
    """Half of the rent of each premises, at most a unit price, then the yearly cap."""
    total = 0.0
    for n in range(1, SLOTS + 1):
        area = firm(f"{name}_area_{n}", period)
        limit = rule.unit_price * area * firm(f"{name}_{per}_{n}", period)
        total = total + min_(firm(f"{name}_rent_{n}", period) * rule.rate, limit)
    return cut(min_(total, rule.cap))


# --- facts that several measures ask for -------------------------------------------------------


class Flag(Variable):  # type: ignore[misc]
    """Base of the yes-or-no facts."""

    def __init_subclass__(cls) -> None:
        """OpenFisca reads a variable's own attributes, not those of its base: write them there."""
        cls.value_type, cls.entity, cls.definition_period = bool, Firm, YEAR


class in_hangzhou(Flag):
    label = "Registered in Hangzhou"

    def formula(firm: Any, period: Any) -> Any:
        place = firm("place", period)
        return (
            (place == Place.hangzhou_xihu)
            + (place == Place.hangzhou_binjiang)
            + (place == Place.hangzhou_other)
        )


class in_xihu(Flag):
    label = "Registered in Xihu"

    def formula(firm: Any, period: Any) -> Any:
        return firm("place", period) == Place.hangzhou_xihu


class in_shanghai(Flag):
    label = "Registered in Shanghai"

    def formula(firm: Any, period: Any) -> Any:
        return firm("in_xuhui", period) + (firm("place", period) == Place.shanghai_other)


class in_xuhui(Flag):
    label = "Registered in Xuhui"

    def formula(firm: Any, period: Any) -> Any:
        return firm("place", period) == Place.shanghai_xuhui


class in_xuhui_westbund(Flag):
    label = "Registered in Xuhui, with premises in the West Bund block"

    def formula(firm: Any, period: Any) -> Any:
        return firm("in_xuhui", period) * firm("in_westbund", period)


class in_beijing(Flag):
    label = "Registered in Beijing"

    def formula(firm: Any, period: Any) -> Any:
        place = firm("place", period)
        return (
            (place == Place.beijing_haidian_zgc)
            + (place == Place.beijing_etown)
            + (place == Place.beijing_mentougou)
            + (place == Place.beijing_other)
        )


class in_shenzhen(Flag):
    label = "Registered in Shenzhen"

    def formula(firm: Any, period: Any) -> Any:
        return firm("place", period) == Place.shenzhen


class is_enterprise(Flag):
    label = "Is an enterprise"

    def formula(firm: Any, period: Any) -> Any:
        return firm("kind", period) == Kind.enterprise


class is_llm(Flag):
    label = "Develops large models"

    def formula(firm: Any, period: Any) -> Any:
        return firm("trait_general_model", period) + firm("trait_vertical_model", period)


class is_ai(Flag):
    label = "Works in artificial intelligence"

    def formula(firm: Any, period: Any) -> Any:
        return (
            firm("is_llm", period)
            + firm("trait_genai", period)
            + firm("trait_ai", period)
            + firm("trait_maas_platform", period)
            + firm("trait_open_source_platform", period)
        )


class etown_enterprise(Flag):
    label = "Enterprise of E-Town"

    def formula(firm: Any, period: Any) -> Any:
        return (firm("place", period) == Place.beijing_etown) * firm("is_enterprise", period)


class mentougou_enterprise(Flag):
    label = "Enterprise of Mentougou"

    def formula(firm: Any, period: Any) -> Any:
        return (firm("place", period) == Place.beijing_mentougou) * firm("is_enterprise", period)


class shenzhen_enterprise(Flag):
    label = "Enterprise of Shenzhen"

    def formula(firm: Any, period: Any) -> Any:
        return firm("in_shenzhen", period) * firm("is_enterprise", period)


class haizhu_llm_enterprise(Flag):
    label = "Large-model enterprise of Haizhu"

    def formula(firm: Any, period: Any) -> Any:
        return (
            (firm("place", period) == Place.guangzhou_haizhu)
            * firm("is_enterprise", period)
            * firm("is_llm", period)
        )


class in_huangpu(Flag):
    label = "Registered in Huangpu"

    def formula(firm: Any, period: Any) -> Any:
        return firm("place", period) == Place.guangzhou_huangpu


class huangpu_enterprise(Flag):
    label = "Enterprise of Huangpu"

    def formula(firm: Any, period: Any) -> Any:
        return firm("in_huangpu", period) * firm("is_enterprise", period)


class algorithm_filed(Flag):
    label = "Has an algorithm or deep-synthesis filing"

    def formula(firm: Any, period: Any) -> Any:
        return firm("record_cac_algorithm_filing", period) + firm(
            "record_cac_deep_synthesis_filing", period
        )


class policies_of_2025_valid(Flag):
    label = "Claimed no later than the end of 2025"

    def formula(firm: Any, period: Any) -> Any:
        return firm("as_of", period) <= np.datetime64("2025-12-31")


# --- measures ----------------------------------------------------------------------------------


class Yuan(Variable):  # type: ignore[misc]
    """Base of the amounts."""

    def __init_subclass__(cls) -> None:
        """OpenFisca reads a variable's own attributes, not those of its base: write them there."""
        cls.value_type, cls.entity, cls.definition_period = float, Firm, YEAR


class hangzhou_xihu_startup_fund_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_xihu", period)
            * (firm("high_level_founders", period) > 0)
            * firm("is_ai", period)
            * not_refused(firm, period, "hangzhou/xihu-startup-fund")
        )
        return held * parameters(period).hangzhou.startup_fund.cap


class hangzhou_xihu_model_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).hangzhou.model_voucher
        held = (
            firm("in_xihu", period)
            * firm("is_enterprise", period)
            * not_refused(firm, period, "hangzhou/xihu-model-voucher")
        )
        return held * cut(min_(firm("model_applied_paid", period) * rule.rate, rule.pool))


class hangzhou_leading_team_grant_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("in_hangzhou", period) * (firm("leading_team_members", period) > 0)
        return held * parameters(period).hangzhou.leading_team.cap


class hangzhou_foreign_expert_salary_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        cap = parameters(period).hangzhou.foreign_expert.cap
        salaries = sum(
            min_(firm(f"foreign_expert_salary_{n}", period), cap) for n in range(1, SLOTS + 1)
        )
        held = firm("in_hangzhou", period) * not_refused(
            firm, period, "hangzhou/foreign-expert-salary"
        )
        return held * cut(salaries)


class hangzhou_returnee_project_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_hangzhou", period)
            * (firm("high_level_returnee_founders", period) > 0)
            * not_refused(firm, period, "hangzhou/returnee-project")
        )
        return held * parameters(period).hangzhou.returnee_project.cap


class hangzhou_compute_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).hangzhou.compute_voucher
        raised = (firm("size", period) != Size.large) * (
            firm("compute_amount", period) <= rule.raised_up_to
        )
        amount = firm("compute_paid", period) * where(raised, rule.raised_rate, rule.rate)
        amount = amount + firm("model_paid", period) * rule.rate
        held = firm("in_hangzhou", period) * firm("is_enterprise", period)
        return held * cut(min_(amount, rule.pool))


class shanghai_model_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shanghai.model_voucher
        amount = min_(firm("model_third_party_amount", period) * rule.rate, rule.cap)
        return firm("in_shanghai", period) * cut(amount)


class shanghai_corpus_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shanghai.corpus_voucher
        amount = min_(firm("corpus_unrelated_amount", period) * rule.rate, rule.cap)
        return firm("in_shanghai", period) * cut(amount)


class shanghai_talent_personal_award_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_shanghai", period)
            * firm("is_ai", period)
            * not_refused(firm, period, "shanghai/talent-personal-award")
        )
        return held * firm("people", period) * parameters(period).shanghai.talent_award.cap


class shanghai_xuhui_westbund_breakthrough_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("in_xuhui_westbund", period) * not_refused(
            firm, period, "shanghai/xuhui-westbund-breakthrough"
        )
        cap = parameters(period).shanghai.breakthrough.cap
        return held * firm("breakthrough_projects", period) * cap


class shanghai_xuhui_westbund_matching_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        amount = firm("upstream_grants", period) * parameters(period).shanghai.matching.rate
        return firm("in_xuhui_westbund", period) * cut(amount)


class shanghai_xuhui_westbund_compute_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shanghai.compute
        amount = min_(firm("compute_tuning_paid", period) * rule.rate, rule.cap)
        return firm("in_xuhui_westbund", period) * cut(amount)


class shanghai_xuhui_opinion_compute_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shanghai.compute
        amount = min_(firm("compute_obtained_paid", period) * rule.rate, rule.cap)
        held = firm("in_xuhui", period) * not_refused(
            firm, period, "shanghai/xuhui-opinion-compute"
        )
        return held * cut(amount)


class shanghai_xuhui_opinion_settlement_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_xuhui", period)
            * firm("is_enterprise", period)
            * (firm("settlement", period) != Settlement.established)
            * (firm("is_llm", period) + firm("trait_genai", period))
            * not_refused(firm, period, "shanghai/xuhui-opinion-settlement")
        )
        return held * parameters(period).shanghai.settlement.cap


class beijing_dataset_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_beijing", period)
            * (firm("kind", period) != Kind.team_not_incorporated)
            * (firm("first_open_datasets", period) > 0)
            * firm("policies_of_2025_valid", period)
            * not_refused(firm, period, "beijing/dataset-voucher")
        )
        return held * parameters(period).beijing.dataset_voucher.cap


class beijing_open_source_project_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("in_beijing", period)
            * firm("policies_of_2025_valid", period)
            * not_refused(firm, period, "beijing/open-source-project")
        )
        cap = parameters(period).beijing.open_source.cap
        return held * firm("open_source_projects", period) * cap


class beijing_etown_industry_model_award_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).beijing.industry_model
        enough = firm("mature_industry_model_contracts", period) > rule.contracts_over
        return firm("etown_enterprise", period) * enough * rule.award


class beijing_etown_model_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).beijing.model_voucher
        amount = min_(firm("model_self_controlled_paid", period) * rule.rate, rule.cap)
        return firm("etown_enterprise", period) * cut(amount)


class beijing_etown_park_rent_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("etown_enterprise", period) * firm("is_ai", period)
        rule = parameters(period).beijing.park_rent
        return held * park_rent(firm, period, "etown_park", "days", rule)


class beijing_mtg_free_space_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        last_day = add_months(
            firm("registered_on", period), parameters(period).beijing.free_space.months
        )
        held = (
            firm("mentougou_enterprise", period)
            * (firm("algorithm_founders", period) > 0)
            * (firm("as_of", period) <= last_day)
        )
        return held * cut(firm("mtg_park_cost", period))


class beijing_mtg_compute_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).beijing.district_compute
        amount = min_(firm("compute_district_amount", period) * rule.rate, rule.cap)
        return firm("mentougou_enterprise", period) * cut(amount)


class beijing_mtg_partner_award_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = (
            firm("mentougou_enterprise", period)
            * firm("record_beijing_gai_partner", period)
            * firm("record_key_ai_enterprise", period)
        )
        return held * parameters(period).beijing.partner.cap


class shenzhen_training_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.training_voucher
        kind = firm("kind", period)
        startup = firm("is_enterprise", period) * firm("trait_startup", period)
        rate = where(startup, rule.startup_rate, rule.rate)
        amount = min_(firm("compute_rented_training_amount", period) * rate, rule.cap)
        held = firm("in_shenzhen", period) * (
            (kind == Kind.enterprise)
            + (kind == Kind.university)
            + (kind == Kind.research_institute)
        )
        return held * cut(amount)


class shenzhen_corpus_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.corpus
        amount = min_(firm("corpus_exchange_amount", period) * rule.rate, rule.cap)
        return firm("shenzhen_enterprise", period) * cut(amount)


class shenzhen_model_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.model_voucher
        amount = min_(firm("model_filed_paid", period) * rule.rate, rule.cap)
        held = firm("shenzhen_enterprise", period) * not_refused(
            firm, period, "shenzhen/model-voucher"
        )
        return held * cut(amount)


class shenzhen_research_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.research
        amount = (
            firm("research_major", period) * rule.major
            + firm("research_key", period) * rule.key
            + firm("research_general", period) * rule.general
        )
        return firm("in_shenzhen", period) * amount


class shenzhen_platform_new_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.platform
        amount = sum(
            min_(firm(f"new_platform_cost_{n}", period) * rule.rate, rule.cap)
            for n in range(1, SLOTS + 1)
        )
        held = firm("in_shenzhen", period) * not_refused(firm, period, "shenzhen/platform-new")
        return held * cut(amount)


class shenzhen_key_lab_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        cap = parameters(period).shenzhen.key_lab.cap
        return firm("in_shenzhen", period) * firm("key_labs", period) * cap


class shenzhen_returnee_startup_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).shenzhen.returnee
        registered, as_of = firm("registered_on", period), firm("as_of", period)
        held = (
            firm("shenzhen_enterprise", period)
            * firm("is_ai", period)
            * (firm("returnee_founders", period) > 0)
            * (add_months(registered, rule.months_from) <= as_of)
            * (as_of <= add_months(registered, rule.months_to))
            * not_refused(firm, period, "shenzhen/returnee-startup")
        )
        return held * rule.highest


class shenzhen_returnee_startup_certain(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        granted = firm(decision_column("shenzhen/returnee-startup"), period) == Decision.granted
        lowest = parameters(period).shenzhen.returnee.lowest
        return granted * min_(firm("shenzhen_returnee_startup_ceiling", period), lowest)


class guangzhou_haizhu_model_optimisation_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.optimisation
        held = firm("haizhu_llm_enterprise", period) * (
            firm("record_cac_genai_filing", period)
            + firm("algorithm_filed", period)
            + (firm("revenue_yuan", period) >= rule.revenue_from)
        )
        return held * cut(min_(firm("model_operation_paid", period) * rule.rate, rule.cap))


class guangzhou_haizhu_office_rent_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.office_rent
        years = firm("claim_year", period) - firm("entered_year", period)
        needed = select(
            [years == 0, years == 1, years == 2],
            [rule.revenue_year_0, rule.revenue_year_1, rule.revenue_year_2],
            default=np.inf,
        )
        held = firm("haizhu_llm_enterprise", period) * (firm("revenue_yuan", period) >= needed)
        return held * cut(min_(firm("self_use_rent", period) * rule.rate, rule.cap))


class guangzhou_haizhu_filing_genai_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("haizhu_llm_enterprise", period) * firm("record_cac_genai_filing", period)
        return held * parameters(period).guangzhou.filing.genai


class guangzhou_haizhu_filing_algorithm_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("haizhu_llm_enterprise", period) * firm("algorithm_filed", period)
        return held * parameters(period).guangzhou.filing.algorithm


class guangzhou_huangpu_general_compute_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.compute
        held = (
            firm("in_huangpu", period)
            * firm("trait_general_model", period)
            * not_refused(firm, period, "guangzhou/huangpu-general-compute")
        )
        amount = firm("compute_district_paid", period) * rule.rate
        return held * cut(min_(amount, rule.general_cap))


class guangzhou_huangpu_vertical_compute_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.compute
        held = (
            firm("in_huangpu", period)
            * firm("trait_vertical_model", period)
            * not_refused(firm, period, "guangzhou/huangpu-vertical-compute")
        )
        amount = firm("compute_district_paid", period) * rule.rate
        return held * cut(min_(amount, rule.vertical_cap))


class guangzhou_huangpu_cloud_model_voucher_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        size = firm("size", period)
        held = (
            firm("huangpu_enterprise", period)
            * ((size == Size.small) + (size == Size.micro))
            * firm("trait_manufacturing", period)
        )
        return held * parameters(period).guangzhou.cloud_voucher.face_value


class guangzhou_huangpu_park_operator_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.park_operator
        held = (
            firm("in_huangpu", period)
            * firm("record_huangpu_demo_park", period)
            * not_refused(firm, period, "guangzhou/huangpu-park-operator")
        )
        return held * cut(min_(firm("park_operation_cost", period) * rule.rate, rule.cap))


class guangzhou_huangpu_park_rent_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        held = firm("huangpu_enterprise", period) * not_refused(
            firm, period, "guangzhou/huangpu-park-rent"
        )
        rule = parameters(period).guangzhou.park_rent
        return held * park_rent(firm, period, "huangpu_park", "months", rule)


class guangzhou_huangpu_park_purchase_ceiling(Yuan):
    def formula(firm: Any, period: Any, parameters: Any) -> Any:
        rule = parameters(period).guangzhou.park_purchase
        held = firm("huangpu_enterprise", period) * not_refused(
            firm, period, "guangzhou/huangpu-park-purchase"
        )
        return held * cut(min_(firm("huangpu_park_purchase", period) * rule.rate, rule.cap))


#: Measures that owe their sum exactly once the conditions hold ...
_OWED: Final = (
    "beijing/etown-industry-model-award",
    "beijing/etown-model-voucher",
    "beijing/mtg-free-space",
    "beijing/mtg-compute",
    "guangzhou/haizhu-model-optimisation",
    "guangzhou/huangpu-cloud-model-voucher",
)
#: ... and those that owe it once the authority has granted.
_OWED_IF_GRANTED: Final = (
    "hangzhou/xihu-model-voucher",
    "guangzhou/huangpu-general-compute",
    "guangzhou/huangpu-vertical-compute",
    "guangzhou/huangpu-park-operator",
    "guangzhou/huangpu-park-rent",
    "guangzhou/huangpu-park-purchase",
)


def _input(name: str, kind: str) -> type[Variable]:
    """A variable without formula: one column of the flat row."""
    attributes: dict[str, Any] = {"entity": Firm, "definition_period": YEAR, "label": name}
    if kind == "text":
        values, default = _ENUMS.get(name, (Decision, Decision.pending))
        attributes |= {"value_type": Enum, "possible_values": values, "default_value": default}
    else:
        attributes["value_type"] = _TYPES[kind]
    return type(name, (Variable,), attributes)


def _certain(measure: str) -> type[Variable]:
    """The certain amount: the ceiling where it is owed exactly, else nothing."""
    name = identifier(measure)
    attributes: dict[str, Any] = {"value_type": float, "entity": Firm, "definition_period": YEAR}
    if measure in _OWED:

        def owed(firm: Any, period: Any) -> Any:
            return firm(f"{name}_ceiling", period)

        attributes["formula"] = owed
    elif measure in _OWED_IF_GRANTED:

        def owed_if_granted(firm: Any, period: Any) -> Any:
            granted = firm(f"decision_{name}", period) == Decision.granted
            return granted * firm(f"{name}_ceiling", period)

        attributes["formula"] = owed_if_granted
    return type(f"{name}_certain", (Variable,), attributes)


@cache
def system() -> TaxBenefitSystem:
    """The OpenFisca system with all variables and parameters, built once."""
    rules = TaxBenefitSystem([Firm])
    rules.parameters = ParameterNode("", data=_dated(_constants()))
    for name, kind in COLUMNS.items():
        rules.add_variable(_input(name, kind))
    for base in (Flag, Yuan):
        for variable in base.__subclasses__():
            rules.add_variable(variable)
    for measure in MEASURES:
        if f"{identifier(measure)}_certain" not in rules.variables:
            rules.add_variable(_certain(measure))
    return rules


_INDEX: Final[dict[str, dict[str, int]]] = {
    name: {member.value: member.index for member in _ENUMS.get(name, (Decision, None))[0]}
    for name, kind in COLUMNS.items()
    if kind == "text"
}
_DTYPES: Final[dict[str, Any]] = {
    "money": np.float32,
    "number": np.float32,
    "count": np.int32,
    "flag": np.bool_,
    "date": "datetime64[D]",
}


def columns(rows: Sequence[Row]) -> dict[str, Array]:
    """Flat rows as arrays of the types that OpenFisca stores."""
    arrays: dict[str, Array] = {}
    for name, kind in COLUMNS.items():
        if kind == "text":
            index = _INDEX[name]
            arrays[name] = np.array([index[row[name]] for row in rows], dtype=np.int16)
        else:
            arrays[name] = np.array([row[name] for row in rows], dtype=_DTYPES[kind])
    return arrays


def simulate(arrays: Mapping[str, Array], count: int) -> Simulation:
    """A simulation of so many firms with these inputs."""
    simulation = SimulationBuilder().build_default_simulation(system(), count)
    for name, array in arrays.items():
        simulation.set_input(name, PERIOD, array)
    return simulation


_NAMES: Final = tuple(
    (measure, f"{identifier(measure)}_certain", f"{identifier(measure)}_ceiling")
    for measure in MEASURES
)


def openfisca_columns(arrays: Mapping[str, Array], count: int) -> Figures:
    """Certain and ceiling of every measure, for firms that are already columns."""
    calculate = simulate(arrays, count).calculate
    return {
        measure: (calculate(certain, PERIOD), calculate(ceiling, PERIOD))
        for measure, certain, ceiling in _NAMES
    }


def openfisca_many(profiles: Iterable[Profile]) -> Figures:
    """Certain and ceiling of every measure for many nested profiles, as arrays."""
    rows = [flatten(profile) for profile in profiles]
    return openfisca_columns(columns(rows), len(rows))


def openfisca_row(row: Row) -> dict[str, tuple[float, float]]:
    """Certain and ceiling of every measure for one flat row."""
    figures = openfisca_columns(columns([row]), 1)
    return {name: (float(low[0]), float(high[0])) for name, (low, high) in figures.items()}


def openfisca_one(profile: Profile) -> dict[str, tuple[float, float]]:
    """Certain and ceiling of every measure for one nested profile."""
    return openfisca_row(flatten(profile))
