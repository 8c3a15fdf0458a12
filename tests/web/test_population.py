"""The analyst's page: a sample or a table, a draft, the way there, the charts and the files."""

from __future__ import annotations

import io
import re
import time
import zipfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from playwright.sync_api import Browser, expect

from tests.web.test_browser import WIDTHS, check, opened

PATH = "/analysis/population"
FORM = {
    "source": "sample",
    "orgs": "300",
    "seed": "1",
    "as_of": "2025-06-30",
    "takeup": "100",
    "draft": "none",
}
DRAFT = "hangzhou-marginal"


def done(client: Any, address: str) -> Any:
    for _ in range(240):
        answer = client.get(address)
        if "refresh" not in answer.headers:
            return answer
        time.sleep(0.25)
    raise AssertionError("not done")


def started(client: Any, files: Any = None, **more: str) -> str:
    answer = client.post(PATH, data={**FORM, **more}, files=files, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def test_a_sample_under_a_draft_is_computed_shown_and_deleted(client: Any) -> None:
    address = started(client, draft=DRAFT)
    page = done(client, address)
    assert "合成样本 300 家" in page.text
    assert "谁得谁失" in page.text
    assert "<style>" not in page.text
    assert "style=" not in page.text
    for name in ("report.html", "result.xlsx", "awards.parquet", "draft.html", "draft.xlsx"):
        assert client.get(f"{address}/{name}").status_code == 200
    awards = pl.read_parquet(io.BytesIO(client.get(f"{address}/awards.parquet").content))
    assert awards["org_id"].n_unique() <= 300
    assert "A population computed" in client.get(f"/en{address}").text
    assert client.post(f"{address}/delete", follow_redirects=False).status_code == 303
    assert client.get(address).status_code == 404


def test_the_pools_of_a_draft_are_those_of_the_law_on_the_same_page(client: Any) -> None:
    """Both assume the same share of applicants, and groups bind the claims of both."""
    page = done(client, started(client, draft=DRAFT, orgs="2000", takeup="50")).text
    section = page.split("草案下的资金池与名额</h2>")[1].split("</section>")[0]
    found = re.search(r"杭州算力券 2025。现行：规模 2.5 亿元，申请 (\S+ 笔)、(.+?)，", section)
    assert found is not None
    assert "其中 50% 提出申请" in section
    (row,) = (
        row
        for row in rows_of(page, "资金池：先到先得，按推定的申请时间")
        if row[0] == "杭州算力券 2025"
    )
    assert (row[3].split("，")[0], row[4]) == found.groups()


def test_tables_that_are_sent_are_computed_and_their_faults_told(client: Any) -> None:
    table = "org_id,place,kind\nA,shenzhen,enterprise\nB,shenzen,enterprise\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("orgs.csv", table)
    for name, body in (("firms.csv", table.encode()), ("all.zip", packed.getvalue())):
        page = done(client, started(client, [("tables", (name, body))], source="upload"))
        assert "人群测算：1 家企业" in page.text
        assert "shenzen" in page.text


def rows_of(page: str, title: str) -> list[list[str]]:
    """The table of this caption: the cells of its rows."""
    table = page.split(f'<caption class="sr">{title}</caption>')[1].split("</table>", maxsplit=1)[0]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[2:]]


def test_places_and_vouchers_are_told_in_their_own_words(client: Any) -> None:
    """2,100 small manufacturers for 2,000 vouchers, seven developers of vertical models for five places."""
    people = "org_id,place,kind,size,traits\n"
    people += "".join(
        f"F{n},guangzhou/huangpu,enterprise,small,manufacturing\n" for n in range(2100)
    )
    people += "".join(f"V{n},guangzhou/huangpu,enterprise,large,vertical_model\n" for n in range(7))
    spent = "org_id,item,mode,traits,amount_yuan,paid_yuan\n"
    spent += "".join(f"V{n},compute,rent,district_compute,2000000,2000000\n" for n in range(7))
    sent = [
        ("tables", ("orgs.csv", people.encode())),
        ("tables", ("contracts.csv", spent.encode())),
    ]
    address = started(client, sent, source="upload", takeup="100")
    page = done(client, address).text
    rows = {row[0]: row[1:] for row in rows_of(page, "名额与限量的券")}
    assert rows["云服务券 / 大模型券"] == [
        "广州", "2,000 张", "2,100 张", "2,000 张", "100 笔", "先到先得，2025年12月10日发完",
    ]  # fmt: skip
    assert rows["垂直大模型主体算力补助"] == ["广州", "5 家", "7 家", "5 家", "2 家", "抽签"]
    assert "够用" not in "".join(cell for row in rows.values() for cell in row)
    english = rows_of(client.get(f"/en{address}").text, "Places and limited vouchers")
    assert ["5 places", "7 firms", "5 firms", "2 firms", "lottery"] in [row[2:] for row in english]
    book = pl.read_excel(
        io.BytesIO(client.get(f"{address}/result.xlsx").content), sheet_name="资金池"
    )
    (quota,) = book.filter(pl.col("编号").str.ends_with("vertical-compute:quota")).rows(named=True)
    assert (quota["名额（家）或券（张）"], quota["申请（家、张）"], quota["得到（家、张）"]) == (
        5,
        7,
        5,
    )
    assert quota["用完"] is quota["规模（元）"] is None


BAD: list[tuple[dict[str, str], Any, str]] = [
    ({"orgs": "0"}, None, "1 到 200,000 的整数"),
    ({"orgs": "999999"}, None, "1 到 200,000 的整数"),
    ({"as_of": "soon"}, None, "申报日写作 2025-06-30"),
    ({"source": "upload"}, None, "没有收到文件"),
    ({"source": "upload"}, [("tables", ("a.exe", b"x"))], "不是表"),
    ({"source": "upload"}, [("tables", ("a.zip", b"x"))], "打不开"),
    ({"draft": "upload"}, None, "没有收到草案文件"),
    ({"draft": "upload"}, [("overlay", ("d.yaml", b"overlay: x\nchange: {}\n"))], "change"),
]


@pytest.mark.parametrize(("form", "files", "says"), BAD)
def test_what_is_wrong_is_told_on_the_form(
    client: Any, form: dict[str, str], files: Any, says: str
) -> None:
    answer = client.post(PATH, data={**FORM, **form}, files=files, follow_redirects=False)
    assert answer.status_code == 400
    assert says in answer.text


def test_a_job_that_is_not_there_is_not_found(client: Any) -> None:
    for name in ("x", "../etc", "A" * 22, "A" * 22 + "/report.html"):
        assert client.get(f"{PATH}/{name}").status_code == 404


def test_the_example_is_the_one_of_the_docs() -> None:
    root = Path(__file__).parents[2]
    shipped = root / "src/huice/samples/drafts" / f"{DRAFT}.yaml"
    assert shipped.read_bytes() == (root / "docs/examples" / f"{DRAFT}.yaml").read_bytes()


@pytest.mark.parametrize("width", list(WIDTHS))
def test_it_works_in_a_browser_without_script(browser: Browser, base: str, width: str) -> None:
    address = ""
    for page in opened(browser, width, java_script_enabled=False):
        page.goto(base)
        page.get_by_role("link", name="人群测算").click()
        page.get_by_label("企业数").fill("300")
        page.get_by_label(re.compile("示例：")).check(force=True)
        page.get_by_role("button", name="开始测算").click()
        shown = page.get_by_role("heading", name=re.compile("合成样本 300 家"))
        expect(shown).to_be_visible(timeout=60_000)
        address = page.url
    for page in opened(browser, width):
        for path in (f"{base}{PATH}", address, address.replace(PATH, f"/en{PATH}")):
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    wide, high = WIDTHS[width]
    context = browser.new_context(viewport={"width": wide, "height": high})
    page = context.new_page()
    for path in (f"{base}{PATH}", address):
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        check(page, path)
    context.close()


def test_the_draft_of_the_page_is_the_one_of_the_docs() -> None:
    root = Path(__file__).parents[2]
    shown = root / "src" / "huice" / "samples" / "drafts" / "hangzhou-marginal.yaml"
    told = root / "docs" / "examples" / "hangzhou-marginal.yaml"
    assert shown.read_bytes() == told.read_bytes()
