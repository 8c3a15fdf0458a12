"""Rules told in Chinese, in the order and the words of a 申报指南 (guide to applications)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from huice.corpus.corpus import Corpus
from huice.corpus.model import Duration, Gives, Measure, Rule, Validity
from huice.corpus.sentences.teller import Teller, is_open_ended, stripped
from huice.language import nodes as n
from huice.language.printing import zh
from huice.language.printing.zh import Chinese


class ChineseTeller(Teller):
    """One rule in Chinese: a method for each matter it settles."""

    forms: ClassVar[Mapping[Gives, str]] = {
        Gives.VOUCHER: "以券兑付",
        Gives.IN_KIND: "以实物或免费使用的形式提供",
        Gives.SERVICE: "以服务的形式提供",
        Gives.EQUITY: "以股权投资的形式投入，不是补贴",
        Gives.LOAN: "以贷款的形式提供",
    }
    without_amount: ClassVar[Mapping[Gives, str]] = {
        Gives.POOL: "原文只写明资金规模，未载单个主体可得的金额",
        Gives.NON_MONETARY: "属非货币支持，不涉及金额",
        Gives.SERVICE: "提供服务或便利，不涉及金额",
    }

    def __init__(self, rule: Rule, measure: Measure, corpus: Corpus) -> None:
        super().__init__(rule, measure, corpus)
        self.printer = Chinese(self.scope, self.titles, measure.subject)

    def finish(self, text: str) -> str:
        """The sentences as they are printed."""
        return zh.finish(text)

    # --- who -----------------------------------------------------------------------------------

    def who(self) -> str:
        """Whom it supports, what the applicant must meet, and which entities count."""
        said = []
        target = _plain(self.measure.who.zh)
        if target.startswith("（"):
            said.append(f"{target[1:-1]}。")
        elif target:
            said.append(f"支持对象：{target}。")
        who = "申请主体须" if self.measure.benefit else "所涉主体"
        said.append(self.required(who, self.claim.applicant, "同时具备"))
        for kind, nodes in self.claim.others.items():
            said.append(self.required(f"其中至少一{self.one(kind)}", nodes))
        said.append(self.subject())
        return "".join(said)

    def required(self, who: str, nodes: tuple[n.Node, ...], all_of: str = "同时满足") -> str:
        """A sentence of conditions, or nothing."""
        if not nodes:
            return ""
        must = all_of if len(nodes) > 1 else "满足"
        return f"{who}{must}：{_listed(self.all_said(nodes))}。"

    def subject(self) -> str:
        """What is asked of the entities that the measure is about."""
        subject, own = self.measure.subject, self.claim.own
        if subject == "org":
            return ""
        if not self.each and self.rule.pays is not None:
            return self.required(f"其中至少一{self.one(subject)}", own)
        each = f"每{self.one(subject)}分别计算" if self.each else ""
        only = "只计入" if self.each else "适用于"
        some = f"{only}符合以下条件的{self.label(subject)}：" if own else ""
        said = _comma(each, some + _listed(self.all_said(own)))
        return f"{said}。" if said else ""

    def all_said(self, nodes: tuple[n.Node, ...]) -> list[str]:
        """The conditions in words."""
        return [self.printer.say(node) for node in nodes]

    def label(self, kind: str) -> str:
        """What a kind of entity is called."""
        return self.printer.scope_word(kind)

    def one(self, kind: str) -> str:
        """A kind of entity with its measure word."""
        return zh.counted(self.label(kind))

    # --- what ----------------------------------------------------------------------------------

    def judged(self) -> str:
        """What is left to the authority."""
        said = []
        listed = [_quoted(_plain(text.zh)) for text in self.judgements]
        unstated = [text[1:-1] for text in listed if text.startswith("（原文未载")]
        named = [text for text in listed if not text.startswith("（原文未载")]
        if named:
            said.append(f"由主管部门判断：{'；'.join(named)}。")
        said.extend(f"{text}，由主管部门确定。" for text in unstated)
        if self.may:
            said.append("原文用“可”字，是否给予由主管部门决定。")
        return "".join(said)

    def pays(self) -> str:
        """What is paid, with the word that says how firm it is."""
        pays, gives = self.rule.pays, self.measure.gives
        form = self.forms.get(gives, "")
        if pays is None:
            if not self.measure.benefit:
                return "本条是安排或目标，不是可以申领的待遇。"
            if self.measure.parts and gives is Gives.SERVICE:
                listed = "、".join(part.zh for part in self.measure.parts)
                return f"提供{listed}等保障，不涉及金额。"
            return f"{self.without_amount.get(gives) or _comma(form, '原文未载金额')}。"
        if isinstance(pays.amount, n.Tiers):
            said = self.whose(pays) + _comma(form, self.given(pays.amount))
        else:
            said = _comma(self.whose(pays) + self.given(pays.amount), form)
        return f"{said}。{self.plus()}"

    def whose(self, pays: n.Limit) -> str:
        """Per whom it is paid: for each entity, or for a sum over a scope."""
        if pays.per is not None or pays.period == "year":
            return self.printer.scope_of(pays)
        return f"每{self.one(self.measure.subject)}" if self.measure.subject != "org" else ""

    def given(self, amount: n.Quantity) -> str:
        """An amount with the verb that gives it."""
        if isinstance(amount, n.Tiers):
            rungs = [
                f"{self.printer.if_(tier.when)}，{self.rung(tier.value)}"
                if tier.when is not None
                else f"其他情形，{self.rung(tier.value)}"
                for tier in amount.tiers
            ]
            return f"按以下标准给予支持：{zh.numbered(rungs)}"
        if isinstance(amount, n.Choice):
            return f"给予{self.printer.say(amount)}的支持，由主管部门确定档次"
        if isinstance(amount, n.ShareOf | n.Fact):
            return f"{self.rung(amount)}给予支持"
        return f"给予{self.rung(amount)}的支持"

    def rung(self, amount: n.Quantity) -> str:
        """An amount alone, with 最高 where it is only a ceiling."""
        most = "" if self.rule.exact else "最高"
        said = self.printer.say(amount)
        if isinstance(amount, n.Fact):
            return f"{most}按{said}全额"
        if isinstance(amount, n.ShareOf):
            rate = amount.rate
            if isinstance(rate, n.Literal) and ":" in rate.text:
                said = f"{self.printer.operand(amount.base)}的{rate.text}比例"
            return f"{most}按{said}"
        return f"{most}{said}"

    def plus(self) -> str:
        """What the applicant as a whole gets besides."""
        plus = self.rule.plus
        if plus is None:
            return ""
        most = "" if self.rule.exact else "最高"
        if not isinstance(plus, n.Tiers):
            return f"主体另加{most}{self.printer.say(plus)}。"
        rungs = [
            f"{self.printer.if_(tier.when) if tier.when else '其他情形'}，{most}为"
            f"{self.printer.say(tier.value)}"
            for tier in plus.tiers
        ]
        return f"主体另加：{'；'.join(rungs)}。"

    def caps(self) -> str:
        """The caps, with whose sum they cut and over what time."""
        said: list[str] = []
        before: str | None = None
        for limit in self.rule.limits:
            text = self.printer.limit(limit)
            whose = f"每{self.one(limit.per or self.measure.subject)}"
            if limit.per is None:
                its = "其" if isinstance(limit.amount, n.Fact) else ""
                text = whose + text.replace("不超过", f"不超过{its}", 1)
            elif whose == before:
                text = text.replace(whose, "", 1)
            said.append(text)
            before = whose
        if said:
            return f"{'，'.join(said)}。"
        return "原文未载封顶额。" if is_open_ended(self.rule) else ""

    # --- how long, from where, until when ------------------------------------------------------

    def lasts(self) -> str:
        """Whether it is paid once, and for how long."""
        said = []
        if self.rule.once == "applicant":
            said.append("同一主体只能享受一次。")
        elif self.rule.once == "entity":
            said.append(f"同一{self.label(self.measure.subject)}只能享受一次。")
        if self.rule.lasts is not None:
            said.append(f"{self.duration(self.rule.lasts)}。")
        return "".join(said)

    def duration(self, lasts: Duration) -> str:
        """For how long it is paid."""
        least = f"不少于{_months(lasts.least)}" if lasts.least else ""
        if lasts.most is None:
            return f"期限{least}"
        most = _months(lasts.most)
        if least and lasts.run == "any" and lasts.least:
            return f"支持期限{_months(lasts.least)}至{most}"
        if lasts.run == "unbroken":
            said = f"最多连续支持{most}，中断即止"
        elif lasts.run == "window":
            said = f"自首次享受之年起{most}内有效，中断的年度不补"
        else:
            said = f"最多支持{most}"
        return f"{said}，{least}" if least else said

    def pool(self) -> str:
        """The pool it draws on, and who funds it."""
        pool = self.the_pool()
        if pool is None:
            return ""
        shared = ""
        if pool.shared_by:
            names = [
                self.titles[name].zh if name in self.titles else name for name in pool.shared_by
            ]
            shared = f"（{''.join(f'“{name}”' for name in names)}共用）"
        if pool.vouchers is not None and pool.face is not None:
            vouchers, face = self.printer.say(pool.vouchers), self.printer.say(pool.face)
            drawn = f"从共{vouchers}、每张面值{face}的券中发放{shared}，发完为止"
        else:
            scale = "年度" if pool.yearly else "规模" if pool.stated == "nominal" else "总额"
            most = "最高" if pool.stated == "at_most" else ""
            drawn = f"从{scale}{most}{self.printer.say(pool.holds)}的资金池列支{shared}"
            drawn += "" if self.measure.gives is Gives.POOL else "，以池内余额为限"
        funding = f"出资安排：{self.measure.funding.zh}。" if self.measure.funding else ""
        return f"{drawn}。{funding}"

    def quota(self) -> str:
        """How many are chosen, or how many vouchers one applicant gets."""
        said = []
        if self.measure.quota is not None:
            said.append(f"名额{self.printer.say(self.measure.quota)}。")
        if self.measure.vouchers is not None:
            said.append(f"每个主体最多{self.printer.say(self.measure.vouchers)}。")
        return "".join(said)

    def validity(self) -> str:
        """The period that the document states, and what follows it."""
        valid = self.rule.valid
        if valid is None or valid.ends is None:
            return "文件为试行，未载有效期。" if self.trial() and valid is None else ""
        start = f"{_day(valid.starts)}至" if valid.starts else "至"
        says = f"（原文“{stripped(valid.says.zh)}”）" if valid.says.zh else ""
        after = "届满后失效" if valid.after == "expired" else "届满后是否继续有效须向主管部门核实"
        return f"有效期{start}{_day(valid.ends)}{says}，{after}。{self.successor(valid)}"

    def successor(self, valid: Validity) -> str:
        """The document that takes over."""
        return f"由“{valid.successor}”接续。" if valid.successor else ""


def _quoted(text: str) -> str:
    """The words of the policy in quotation marks: `“优质企业”的认定` for `优质企业（认定）`."""
    noted = re.fullmatch(r"([^“（]+)（的?([^（），]{2,10})）", text)
    if noted:
        return f"“{noted[1]}”的{noted[2]}"
    return text if re.search("[“（]", text) else f"“{text}”"


def _plain(text: str) -> str:
    """A label without the note that it follows from the clause before or from a reading."""
    text = re.sub(r"^（(承前|读法)）", "", text)
    return re.sub(r"^（承前：(.*)）$", r"\1", text)


def _listed(items: list[str]) -> str:
    if len(items) == 1:
        return items[0]
    return "；".join(f"（{i}）{item}" for i, item in enumerate(items, 1))


def _comma(*parts: str) -> str:
    return "，".join(part for part in parts if part)


def _months(months: int) -> str:
    return f"{months // 12}年" if months % 12 == 0 else f"{months}个月"


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
