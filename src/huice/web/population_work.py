"""Computes one population in a process of its own: `python -m huice.web.population_work FOLDER`.

Reads what was asked from the folder of the job, and writes how far it is and what comes out.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path

import msgspec
from msgspec import Struct

from huice.corpus.corpus import BadCorpus, Corpus, shipped
from huice.corpus.overlay import load_overlay
from huice.corpus.source import Problem
from huice.evaluate.profiles import BadProfile
from huice.language.text import Fault, Text
from huice.population.pools.allocation import Allocation, allocate_pools
from huice.population.pools.demand import Assumptions
from huice.population.pools.drawdown import Drawdown, Uncertainty, simulate_drawdown
from huice.population.reform import Reform, reform
from huice.population.reform.files import write as write_reform
from huice.population.reform.report import report as reform_report
from huice.population.sample import gathered, plan
from huice.population.sample.file import load_assumptions
from huice.population.schema import ORGS
from huice.population.simulate import Simulation, simulate
from huice.population.tables import BadTables, Tables, load
from huice.web import population_sheets as sheets
from huice.web.population_files import source, workbook
from huice.web.population_jobs import REQUEST, TABLES, Status, put_status
from huice.web.population_pools import MOST_POOLS, draft_pools, pools
from huice.web.render import Site

LOG = logging.getLogger("huice.web")
LANGS = ("zh", "en")
STEPS = (
    Text("准备企业", "Preparing the firms"),
    Text("按现行政策测算", "Computing the law as it is"),
    Text("按草案测算", "Computing the draft"),
    Text("资金池", "The pools"),
    Text("画图、写文件", "Charts and files"),
)
RUNS = 200
"""Runs of a drawdown."""
MOST_FIRMS = 200_000
MOST_ROWS = 3_000_000


class Request(Struct, frozen=True):
    """What is asked: a sample of so many firms (0: the tables in the folder), the day, the draft, who applies.

    `draft`: the file of a draft in the folder, or "". `takeup` per cent of those who can, apply. `policies`:
    the folder of policies, or "" for those that come with huice.
    """

    orgs: int
    seed: int
    as_of: str
    takeup: int = 100
    draft: str = ""
    policies: str = ""


class Refused(Exception):
    """A population that is too large to be computed here."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.zh)
        self.text = text


class Work:
    """One job, step by step."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.request = msgspec.json.decode((folder / REQUEST).read_bytes(), type=Request)
        policies = self.request.policies
        self.corpus: Corpus = Corpus.load(Path(policies)) if policies else shipped()
        self.as_of = date.fromisoformat(self.request.as_of)

    def run(self) -> None:
        """All steps. Raises what the parts raise for faulty input."""
        self.tell(0)
        tables = self.tables()
        self.tell(1)
        answer = simulate(tables, self.corpus, as_of=self.as_of, progress=self.progress(1))
        found = self.draft(tables)
        self.tell(3)
        shared, drawn = self.pools(answer)
        self.tell(4)
        for lang in LANGS:
            self.write(lang, self.told(lang, tables, answer, found, (shared, drawn)), found)
        self.files(answer, shared)
        put_status(self.folder, Status("done", len(STEPS)))

    def tell(self, step: int, part: int | None = None) -> None:
        """Says how far it is."""
        put_status(self.folder, Status("running", step, part))

    def progress(self, step: int) -> Callable[[int, int], None]:
        """Says how much of a step is done."""
        return lambda done, total: self.tell(step, done * 100 // total)

    def tables(self) -> Tables:
        """The firms: a sample, or the tables that were sent."""
        wanted = self.request
        if not wanted.orgs:
            return _bounded(load(source(self.folder / TABLES), self.corpus))
        assumed = load_assumptions(self.corpus)
        parts, done = [], 0
        for block in plan(wanted.orgs, wanted.seed, assumed, self.corpus).blocks():
            parts.append(block)
            done += block[ORGS].height
            self.tell(0, done * 100 // wanted.orgs)
        return gathered(parts, self.corpus)

    def draft(self, tables: Tables) -> Reform | None:
        """The draft against the law, if there is one."""
        if not self.request.draft:
            return None
        self.tell(2)
        overlay = load_overlay(self.folder / self.request.draft)
        return reform(
            tables, overlay, self.corpus, as_of=self.as_of, assumptions=self.assumed(),
            progress=self.progress(2),
        )  # fmt: skip

    def assumed(self) -> Assumptions:
        """What is assumed of those who claim on pools, under law and draft alike."""
        return Assumptions(takeup=Fraction(self.request.takeup, 100))

    def pools(self, answer: Simulation) -> tuple[Allocation, list[Drawdown]]:
        """The pools given out, and the drawdown of the tightest."""
        assumed, year = self.assumed(), self.as_of.year
        found = allocate_pools(answer.awards, self.corpus, year=year, assumptions=assumed)
        tight = [share for share in found.shares if share.claims and share.fund.kind != "quota"]
        tight.sort(
            key=lambda share: (-Fraction(share.asked_units, share.fund.units or 1), share.fund.id)
        )
        drawn = [
            simulate_drawdown(
                answer.awards,
                share.fund,
                year=share.year or year,
                corpus=self.corpus,
                assumptions=assumed,
                uncertainty=Uncertainty(runs=RUNS),
            )
            for share in tight[:MOST_POOLS]
        ]
        return found, drawn

    # --- what comes out -----------------------------------------------------------------------------

    def told(
        self, lang: str, tables: Tables, answer: Simulation, found: Reform | None,
        money: tuple[Allocation, Sequence[Drawdown]],
    ) -> sheets.Sheets:  # fmt: skip
        """Everything in words, charts and tables."""
        sections = [] if found is None else [*sheets.draft(found, lang), *draft_pools(found, lang)]
        sections += sheets.law(answer, self.corpus, lang)
        sections += pools(*money, self.corpus, lang)
        return sheets.Sheets(self.title(tables)[lang], self.lead(tables, lang), tuple(sections))

    def title(self, tables: Tables) -> Text:
        """What was computed."""
        firms = tables.orgs.height
        if self.request.orgs:
            return Text(
                f"人群测算：合成样本 {firms:,} 家",
                f"A population computed: {firms:,} synthetic firms",
            )
        return Text(f"人群测算：{firms:,} 家企业", f"A population computed: {firms:,} firms")

    def lead(self, tables: Tables, lang: str) -> tuple[str, ...]:
        """What it stands on: the day, the law, the sample, the rows set aside."""
        version = self.corpus.version
        said = [
            Text(
                f"申报日 {self.as_of}，政策汇编 {version}。",
                f"Date of application {self.as_of}, corpus {version}.",
            )
        ]
        if self.request.orgs:
            seed = self.request.seed
            said.append(
                Text(
                    f"企业是按公开的假设随机生成的（种子 {seed}），不代表任何企业，也不是统计。",
                    f"The firms are drawn from published assumptions (seed {seed}); they stand for no firm and "
                    "are no statistic.",
                )
            )
        kept = [_row_says(one) for one in tables.problems()]
        return tuple(one[lang] for one in (*said, *kept))

    def write(self, lang: str, told: sheets.Sheets, found: Reform | None) -> None:
        """The page's own copy, and the reports."""
        (self.folder / f"sheets-{lang}.json").write_bytes(msgspec.json.encode(told))
        page = Site(self.corpus, lang).html("population_report.html", told=told)
        (self.folder / f"report-{lang}.html").write_text(page, encoding="utf-8")
        if found is not None:
            command = f"huice reform FOLDER DRAFT --as-of {self.as_of}"
            text = reform_report(found, lang, command)
            (self.folder / f"draft-{lang}.html").write_text(text, encoding="utf-8")
            write_reform(found, self.folder / f"draft-{lang}.xlsx", lang)

    def files(self, answer: Simulation, shared: Allocation) -> None:
        """The frames as files."""
        answer.awards.write_parquet(self.folder / "awards.parquet")
        answer.totals.write_parquet(self.folder / "totals.parquet")
        frames = sheets.by_city(answer), sheets.by_measure(answer)
        for lang in LANGS:
            workbook(self.folder / f"result-{lang}.xlsx", self.corpus, lang, frames, shared)


def _bounded(tables: Tables) -> Tables:
    firms = tables.orgs.height
    rows = sum(frame.height for frame in tables.frames.values())
    if firms > MOST_FIRMS or rows > MOST_ROWS:
        raise Refused(
            Text(
                f"网页最多算 {MOST_FIRMS:,} 家企业、{MOST_ROWS:,} 行，这里有 {firms:,} 家、{rows:,} 行；"
                "更大的请用 huice simulate",
                f"the page computes at most {MOST_FIRMS:,} firms and {MOST_ROWS:,} rows; here are {firms:,}, "
                f"{rows:,} rows; use huice simulate for more",
            )
        )
    return tables


def _row_says(problem: Problem) -> Text:
    where = problem.subject or problem.file
    return Text(f"{where}：{problem.text.zh}", f"{where}: {problem.text['en']}")


def main(folder: Path) -> None:
    """Runs a job; what is wrong with its input is told in its status, any other fault without its content."""
    if hasattr(os, "nice"):  # pages come first
        os.nice(10)
    try:
        Work(folder).run()
    except (BadTables, BadCorpus, BadProfile) as error:
        told = [(one.render("zh"), one.render("en")) for one in error.problems[:20]]
        put_status(folder, Status("failed", problems=tuple(told)))
    except Refused as refused:
        put_status(folder, Status("failed", problems=((refused.text.zh, refused.text["en"]),)))
    except Fault as fault:
        put_status(folder, Status("failed", problems=((fault.text.zh, fault.text["en"]),)))
    except Exception as error:  # noqa: BLE001  # a traceback never reaches the visitor
        put_status(folder, Status("failed", problems=(own_fault(type(error).__name__),)))
        raise SystemExit(f"{type(error).__name__} in a population job") from None


def own_fault(name: str) -> tuple[str, str]:
    """What is said of a fault of ours."""
    return (
        f"程序出错（{name}），请把测算条件反馈给我们",
        f"a fault in huice itself ({name}); please report what was asked",
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
