"""Where a fact is found and what proves it. Inferred: no call for applications says so."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from huice.evaluate.outcome import PAYING
from huice.evaluate.result import MeasureResult
from huice.language.text import Text

LICENCE = Text("营业执照（副本）", "Business licence")
ACCOUNTS = Text("年度审计报告或财务报表", "Audited or annual accounts")
DECLARATION = Text("中小企业声明函", "SME declaration")
RECORDS = Text("备案证明、认定文件或入选名单", "Filing certificate, recognition or list")
TALENT = Text("学历、任职与人才认定材料", "Proof of degree, post and talent status")
PAYROLL = Text("工资发放与个税申报记录", "Payroll and income-tax records")
APPROVAL = Text("项目立项批复或发布证明", "Project approval or proof of release")
SPENDING = Text("项目经费专项审计或支出凭证", "Audit or vouchers of project spending")
GRANTS = Text("上级资金到账凭证", "Proof of higher-level funds received")
CONTRACTS = Text("采购合同", "Purchase contract")
PAYMENTS = Text("发票与付款凭证", "Invoices and proof of payment")
LEASE = Text("租赁合同或不动产权证", "Lease or property certificate")

PROOF: dict[str, Text] = {
    "org.place": LICENCE,
    "org.kind": LICENCE,
    "org.size": DECLARATION,
    "org.traits": Text("业务说明与产品材料", "Description of business and products"),
    "org.registered_on": LICENCE,
    "org.settlement": LICENCE,
    "org.entered_on": LICENCE,
    "org.revenue": ACCOUNTS,
    "org.records": RECORDS,
    "person.statuses": TALENT,
    "person.role": TALENT,
    "person.salary": PAYROLL,
    "project.kinds": APPROVAL,
    "project.cost": SPENDING,
    "project.upstream_grant": GRANTS,
    "project.cases": CONTRACTS,
    "project.contract": CONTRACTS,
    "contract.item": CONTRACTS,
    "contract.mode": CONTRACTS,
    "contract.purposes": CONTRACTS,
    "contract.traits": CONTRACTS,
    "contract.amount": CONTRACTS,
    "contract.paid": PAYMENTS,
    "premises.site": LEASE,
    "premises.tenure": LEASE,
    "premises.cost": LEASE,
    "premises.area": LEASE,
    "premises.period": LEASE,
}


class Paper(Struct, frozen=True):
    """A document that is probably asked for, and how many measures look at what it proves."""

    says: Text
    uses: int


def papers(measures: Iterable[MeasureResult]) -> list[Paper]:
    """The checklist of measures that may pay, each document once, the most used first."""
    uses: dict[str, int] = {}
    said: dict[str, Text] = {}
    for one in measures:
        if one.status not in PAYING:
            continue
        facts = [fact for check in one.conditions for fact in check.facts]
        facts += [fact for step in one.steps for fact in step.facts]
        for text in {PROOF[fact].zh: PROOF[fact] for fact in facts if fact in PROOF}.values():
            uses[text.zh] = uses.get(text.zh, 0) + 1
            said[text.zh] = text
    ranked = sorted(uses, key=lambda name: -uses[name])
    return [Paper(said[name], uses[name]) for name in ranked]
