"""The pages in Chromium: a first visit in eight timed steps, keyboard, print, zoom, and axe on every page."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # no types
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import SAMPLES

WIDTHS = {"phone": (390, 844), "desktop": (1366, 900)}
SIZES = pytest.mark.parametrize("page", list(WIDTHS), indirect=True)
PLAIN_SIZES = pytest.mark.parametrize("plain", list(WIDTHS), indirect=True)
AXE = Axe()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def opened(browser: Browser, width: str = "desktop", **more: Any) -> Iterator[Page]:
    wide, high = WIDTHS[width]
    context = browser.new_context(
        viewport={"width": wide, "height": high}, locale="zh-CN", accept_downloads=True, **more
    )
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on(
        "console",
        lambda message: errors.append(message.text) if message.type == "error" else None,
    )
    page.set_default_timeout(10_000)
    yield page
    context.close()
    assert not [error for error in errors if "404" not in error], errors


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    yield from opened(browser, getattr(request, "param", "desktop"))


@pytest.fixture
def plain(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page without JavaScript."""
    yield from opened(browser, getattr(request, "param", "desktop"), java_script_enabled=False)


def width_of(page: Page) -> str:
    size = page.viewport_size
    return next(name for name, (wide, _) in WIDTHS.items() if size and size["width"] == wide)


def undecided(page: Page) -> int:
    return int(re.findall(r"\d+", page.locator("dl.sum .open dd").inner_text())[0])


def pill(page: Page, question: str, label: str) -> None:
    box = page.get_by_role("group", name=question).first
    box.get_by_label(label, exact=True).first.check(force=True)


def settled(page: Page) -> None:
    """The next answer of the server has been shown."""
    page.wait_for_timeout(300)
    page.wait_for_load_state("networkidle")


@SIZES
def test_a_first_visit_in_eight_steps(  # noqa: PLR0915  # eight steps are one visit
    page: Page, base: str
) -> None:
    width = width_of(page)
    begun = time.monotonic()
    marks: dict[str, float] = {}

    # 1. A complete sample result without typing, with one number defined in a tooltip.
    page.goto(base)
    page.get_by_role("link", name=re.compile("垂类应用企业")).click()
    expect(page.locator("dl.sum .most dd")).to_contain_text("万元")
    page.get_by_role("button", name="确定额", exact=False).first.click()
    expect(page.locator("#def-certain")).to_be_visible()
    expect(page.locator("#def-certain")).to_contain_text("条文即给定的金额")
    page.keyboard.press("Escape")
    marks["1 sample"] = time.monotonic() - begun

    # 2. Six facts, one of them 暂不清楚; five cities ranked by ceiling and by certain sum.
    page.get_by_role("button", name="新建").click()
    page.wait_for_url("**/calc")
    pill(page, "申请主体属于哪一类", "企业")
    page.get_by_role("group", name=re.compile("企业何时注册成立")).locator("input[type=date]").fill(
        "2024-03-18"
    )
    pill(page, "业务特征", "垂直（行业）大模型研发")
    pill(page, "申报年度主营业务收入", "暂不清楚")
    pill(page, "这笔合同采购的是什么", "模型 / 模型服务")
    page.get_by_role("group", name=re.compile("合同金额中归属申报年度")).get_by_role(
        "textbox"
    ).fill("200")
    settled(page)
    ranks = page.locator(".rank")
    expect(ranks.nth(0).locator("span")).to_have_count(5)
    expect(ranks.nth(1).locator("span")).to_have_count(5)
    assert ranks.nth(0).locator("span").all_inner_texts()[0].startswith("1 ")
    marks["2 six facts"] = time.monotonic() - begun

    # 5 (done here, while the form is open). The proposed question: answering it lowers 待确认.
    page.get_by_label("注册地（或拟落户地）").select_option("shanghai/xuhui")
    settled(page)
    before, ceiling = undecided(page), page.locator("dl.sum .most dd").inner_text()
    for _ in range(12):
        if page.locator(".next .ask a").count() == 0:
            break
        page.locator(".next .ask a").click()
        target = page.locator(".q.target")
        expect(target).to_be_in_viewport()
        none = target.get_by_label(re.compile("^(都没有|其他|0)$"))
        if none.count():
            none.first.check(force=True)
        elif target.locator("input[type=radio]").count():
            target.locator("input[type=radio]").first.check(force=True)
        else:
            target.locator("input").first.fill(
                "100" if target.locator("input.num").count() else "2025-01-01"
            )
        settled(page)
        now = page.locator("dl.sum .most dd").inner_text()
        if undecided(page) < before and now != ceiling:
            break
    assert undecided(page) < before
    assert page.locator("dl.sum .most dd").inner_text() != ceiling
    marks["5 next question"] = time.monotonic() - begun

    # 6. A 不符合 item, and what would make it 符合.
    page.locator(".refused summary").click()
    page.locator(".refused .link").first.click()
    expect(page.get_by_role("heading", name="如何才能满足")).to_be_visible()
    expect(page.locator(".wants li").first).to_contain_text("取决于")
    page.get_by_role("button", name="返回结果").click()
    marks["6 refused"] = time.monotonic() - begun

    # 3 and 4. One benefit: the sentence that gives the amount; why it is 150 and not the advertised 500.
    page.goto(base + "/calc?sample=2-vertical-application")
    page.get_by_role("button", name="上海模型券").first.click()
    expect(page.locator("blockquote mark").first).to_be_visible()
    expect(page.locator("blockquote")).to_contain_text("给予核定合同额最高")
    expect(page.locator(".conclusion")).to_contain_text(
        "不是 500 万元，因为合同金额 300 万元 × 最高 50% = 150 万元"
    )
    marks["3 and 4 sentence"] = time.monotonic() - begun

    # 7. The next deadline and three documents.
    page.get_by_role("button", name="返回结果").click()
    expect(page.locator(".when li").first).to_be_visible()
    expect(page.locator(".papers").first.locator("li")).to_have_count(3)

    # 8. Leave with a link and a file; nothing was uploaded, no account.
    page.get_by_role("button", name="复制链接（不含数据）").click()
    expect(page.locator(".said")).to_contain_text("链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    assert "v=" in link
    assert "#" not in link
    with page.expect_download() as got:
        page.get_by_role("button", name="CSV 表格").click()
    assert got.value.suggested_filename == "huice.csv"
    marks["8 leave"] = time.monotonic() - begun
    assert time.monotonic() - begun < 180
    print(json.dumps({width: {k: round(v, 1) for k, v in marks.items()}}))  # noqa: T201  # the timing is the point


@PLAIN_SIZES
def test_the_same_without_javascript(plain: Page, base: str) -> None:
    page = plain
    page.goto(base + "/calc")
    pill(page, "申请主体属于哪一类", "企业")
    pill(page, "业务特征", "垂直（行业）大模型研发")
    pill(page, "申报年度主营业务收入", "暂不清楚")
    pill(page, "这笔合同采购的是什么", "模型 / 模型服务")
    page.get_by_role("group", name=re.compile("合同金额中归属申报年度")).get_by_role(
        "textbox"
    ).fill("200")
    page.get_by_label("注册地（或拟落户地）").select_option("shanghai/xuhui")
    page.get_by_role("button", name="更新结果").click()
    assert page.url == base + "/calc"
    expect(page.locator("dl.sum .most dd")).to_contain_text("万元")
    assert undecided(page) > 0
    expect(page.get_by_label("注册地（或拟落户地）")).to_have_value("shanghai/xuhui")
    page.get_by_role("button", name="再加一份 合同").click()
    expect(page.locator("#of-spending .block")).to_have_count(2)
    page.get_by_role("button", name="上海模型券").first.click()
    expect(page.locator("blockquote mark").first).to_be_visible()
    page.get_by_role("button", name="返回结果").click()
    expect(page.get_by_label("注册地（或拟落户地）")).to_have_value("shanghai/xuhui")
    with page.expect_download() as got:
        page.get_by_role("button", name="画像 YAML").click()
    text = Path(got.value.path()).read_text(encoding="utf-8")
    assert "amount_yuan: 200万元" in text
    page.get_by_role("button", name=re.compile("看全部")).click()
    expect(page.locator("table.differ tbody tr")).to_have_count(13)


def test_profiles_stay_in_the_browser(page: Page, base: str) -> None:
    sent: list[str] = []
    page.on("request", lambda request: sent.append(f"{request.method} {request.url}"))
    page.goto(base + "/calc")
    page.get_by_label("企业名称（只作标记）").fill("甲公司")
    pill(page, "申请主体属于哪一类", "企业")
    settled(page)
    page.get_by_label("企业名称（只作标记）").fill("乙公司")
    page.get_by_label("注册地（或拟落户地）").select_option("shenzhen")
    settled(page)
    page.goto(base + "/calc")
    expect(page.get_by_label("注册地（或拟落户地）")).to_have_value("shenzhen")
    expect(page.get_by_label("我的企业")).to_contain_text("甲公司")
    page.get_by_label("我的企业").select_option("甲公司")
    settled(page)
    expect(page.get_by_label("注册地（或拟落户地）")).to_have_value("")
    page.get_by_role("button", name="复制链接（含数据）").click()
    expect(page.locator(".said")).to_contain_text("链接已复制")
    link = page.evaluate("navigator.clipboard.readText()")
    page.evaluate("localStorage.clear()")
    page.goto("about:blank")
    page.goto(link)
    settled(page)
    expect(page.get_by_label("企业名称（只作标记）")).to_have_value("甲公司")
    assert "#" not in page.url
    assert not [url for url in sent if "甲公司" in url or "%E7%94%B2" in url or "p=" in url]


def test_a_file_can_be_imported_and_scenarios_compared(
    page: Page, base: str, tmp_path: Path
) -> None:
    files = []
    for name, amount in (("a", "100万元"), ("b", "900万元")):
        file = tmp_path / f"{name}.yaml"
        file.write_text(
            f"name: 方案{name}\norg: {{place: shenzhen, kind: enterprise, traits: [general_model]}}\n"
            f"contracts: [{{item: compute, mode: rent, purposes: [training], amount_yuan: {amount}}}]\n",
            encoding="utf-8",
        )
        files.append(file)
    page.goto(base + "/calc")
    page.get_by_label("文件").set_input_files(files[0])
    settled(page)
    expect(page.get_by_label("注册地（或拟落户地）")).to_have_value("shenzhen")
    page.goto(base + "/compare")
    page.get_by_label("画像文件").set_input_files(files)
    page.get_by_role("button", name="并排对比").click()
    expect(page.get_by_role("heading", name="几个方案对比")).to_be_visible()
    expect(page.locator("main")).to_contain_text("100 万元")
    expect(page.locator("main")).to_contain_text("900 万元")
    page.goto(base + "/measures/shenzhen/training-voucher")
    page.get_by_role("button", name="按我的企业测算这一项").click()
    expect(page.locator(".conclusion")).to_contain_text("按条文测算")


def test_a_reading_can_be_switched(page: Page, base: str) -> None:
    page.goto(base + "/calc?sample=2-vertical-application")
    page.get_by_role("button", name="上海模型券").first.click()
    page.get_by_label(re.compile("每份合同各 500 万元")).check(force=True)
    page.get_by_role("button", name="按所选读法重算").click()
    expect(page.get_by_label(re.compile("每份合同各 500 万元"))).to_be_checked()
    page.get_by_role("button", name="返回结果").click()
    expect(page.locator("main")).to_contain_text("导入的画像还带有别的内容")


@SIZES
def test_nothing_is_cut_off_sideways_at_any_zoom(page: Page, base: str) -> None:
    width = width_of(page)
    for path in ("/", "/calc?sample=1-model-startup", "/compare", "/analysis", "/plan", "/policies", "/policies/shanghai/ai-application",
                 "/measures/shanghai/model-voucher", "/glossary", "/developers"):  # fmt: skip
        for prefix in ("", "/en"):
            page.goto(base + prefix + path)
            sizes = [WIDTHS[width][0], 320] if width == "phone" else [1366, 683]
            for size in sizes:  # 683 is what 200 % zoom leaves of 1366
                page.set_viewport_size({"width": size, "height": 800})
                over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
                assert over <= 0, (prefix + path, size, over)


@SIZES
def test_chinese_does_not_break_after_every_character(page: Page, base: str) -> None:
    for path in (
        "/calc?sample=1-model-startup",
        "/compare",
        "/analysis",
        "/plan",
        "/measures/shanghai/model-voucher",
        "/policies",
    ):
        page.goto(base + path)
        narrow = page.evaluate(
            """() => [...document.querySelectorAll('th, .st, .button, nav a, .amt, dt, h1, h2, h3, h4, td, p, li, legend')]
            .filter(e => e.offsetParent && !e.closest('.differ thead, .stack thead') && e.innerText.length > 3 && e.clientWidth
                && e.getBoundingClientRect().width < 2.2 * parseFloat(getComputedStyle(e).fontSize))
            .map(e => e.tagName + ' ' + e.innerText.slice(0, 20))"""
        )
        assert not narrow, path


def test_the_form_can_be_filled_by_keyboard_alone(page: Page, base: str) -> None:
    page.goto(base + "/calc")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    seen = set()
    for _ in range(400):
        page.keyboard.press("Tab")
        name = page.evaluate("document.activeElement.name || ''")
        seen.add(name)
        visible = page.evaluate(
            """() => { const e = document.activeElement, at = e.matches('.pill input') ? e.nextElementSibling : e;
            return e === document.body || getComputedStyle(at).outlineStyle !== 'none' }"""
        )
        # Inside a date the browser moves through day, month, year and its calendar button itself.
        inner = page.evaluate("document.activeElement.type === 'date'")
        assert visible or inner, page.evaluate("document.activeElement.outerHTML")
        if name == "org.kind":
            page.keyboard.press("Space")
        if page.evaluate("document.activeElement === document.body"):
            break
    shown = set(
        page.evaluate(
            "[...document.querySelectorAll('#facts input, #facts select')].filter(e => e.offsetParent && e.name).map(e => e.name)"
        )
    )
    assert shown <= seen, shown - seen
    settled(page)
    assert page.locator("[name='org.kind']:checked").count() == 1


@SIZES
def test_targets_are_large_enough(page: Page, base: str) -> None:
    for path in (
        "/",
        "/calc?sample=2-vertical-application",
        "/compare",
        "/analysis",
        "/plan",
        "/measures/shanghai/model-voucher",
    ):
        page.goto(base + path)
        small = page.evaluate(
            """() => [...document.querySelectorAll('button, input:not([type=hidden]), select, summary, .button, nav a, .pill')]
            .filter(e => e.offsetParent && !e.closest('p.note, blockquote') && !e.matches('.choice input'))
            .map(e => [e, e.getBoundingClientRect()])
            .filter(([e, r]) => r.width && (r.height < 23.5 || r.width < 23.5))
            .map(([e, r]) => e.outerHTML.slice(0, 80) + ' ' + r.width + 'x' + r.height)"""
        )
        assert not small, (path, small)


def test_every_field_of_a_plan_has_a_label_of_its_own(page: Page, base: str) -> None:
    page.goto(base + "/plan?sample=2-vertical-application")
    page.locator("details").evaluate_all("all => all.forEach(d => d.open = true)")
    expect(page.get_by_label("几年合计：智能算力·租用")).to_have_value("144")
    expect(page.get_by_label("每年：上海徐汇区")).to_be_visible()
    names = page.evaluate(
        """() => [...document.querySelectorAll('.plan-form input[type=text]')].map(e => e.getAttribute('aria-label'))"""
    )
    assert len(names) == len(set(names)) == 2 * 2 + 13 * 2
    page.get_by_label("几年合计：智能算力·租用").fill("300")
    page.get_by_label("每年：上海徐汇区").fill("600")
    page.get_by_label("目标里减去成本").check(force=True)
    page.get_by_role("button", name="重新规划").click()
    assert page.url == base + "/plan"
    expect(page.locator(".proof")).to_contain_text("已证明最优（差距 0）")
    expect(page.get_by_label("几年合计：智能算力·租用")).to_have_value("300")
    expect(page.locator("main")).to_contain_text("减去成本")


@PLAIN_SIZES
def test_analysis_and_plan_without_javascript(plain: Page, base: str) -> None:
    page = plain
    page.goto(base + "/calc?sample=2-vertical-application")
    page.get_by_role("button", name=re.compile("^分析")).click()
    page.get_by_label("变动哪个数").select_option(label="合同“微调算力”：当年实际发生额")
    page.get_by_label("到", exact=True).fill("6000")
    page.get_by_role("button", name="画曲线").click()
    assert page.url.startswith(base + "/analysis")
    expect(page.locator(".curve").first).to_contain_text("到顶")
    shown = page.locator(".curve .drawn:visible")
    assert shown.count() == page.locator(".curve .drawn").count() // 2
    page.get_by_role("button", name="返回结果").click()
    page.get_by_role("button", name=re.compile("^规划")).click()
    expect(page.locator(".proof")).to_contain_text("已证明最优")
    page.get_by_label("从严").check(force=True)
    page.get_by_role("button", name="重新规划").click()
    expect(page.locator("main")).to_contain_text("叠加口径：从严")


def test_analysis_and_plan_print_in_full(browser: Browser, base: str, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    for path in ("/analysis", "/plan"):
        page.goto(base + path)
        page.emulate_media(media="print")
        hidden = "[...document.querySelectorAll('.asks, .plan-form, .top')].filter(e => e.offsetParent).length"
        assert page.evaluate(hidden) == 0
        shown = "[...document.querySelectorAll('table tbody tr')].filter(e => !e.closest('form')).every(e => e.getBoundingClientRect().height > 0)"
        assert page.evaluate(shown), path
        assert len(page.pdf(path=str(tmp_path / "page.pdf"))) > 20_000
    context.close()


def test_labels_are_found_and_unique(page: Page, base: str) -> None:
    page.goto(base + "/calc?sample=1-model-startup")
    names = page.evaluate(
        """() => [...document.querySelectorAll('#facts input[type=text], #facts input[type=date], #facts select')]
        .filter(e => !e.closest('.dated')).map(e => [...e.labels].map(l => l.textContent.replace(/\\s+/g, ' ').trim()).join(' '))"""
    )
    assert all(len(name) > 1 for name in names)
    assert not {name for name in names if name in {"万元", "从", "到"}}
    doubled = {name for name in names if names.count(name) > 1}
    assert not doubled


def test_print_shows_every_trace(browser: Browser, base: str, tmp_path: Path) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + "/calc?sample=1-model-startup")
    page.emulate_media(media="print")
    hidden = page.evaluate(
        "[...document.querySelectorAll('.facts, .top, .tools, .strip')].filter(e => e.offsetParent).length"
    )
    assert hidden == 0
    shown = page.evaluate(
        "[...document.querySelectorAll('.card blockquote, .card .checks, .refused li')].every(e => e.getBoundingClientRect().height > 0)"
    )
    assert shown
    pdf = page.pdf(path=str(tmp_path / "result.pdf"))
    assert len(pdf) > 20_000
    context.close()


MAIN = (
    "/",
    "/calc?sample=2-vertical-application",
    "/compare",
    "/analysis",
    "/policies/beijing/etown-ai-native",
)
REST = (
    "/calc",
    "/policies",
    "/policies?q=x",
    "/policies/shanghai/llm-innovation",
    "/measures/hangzhou/compute-voucher",
    "/measures/shanghai/talent-bespoke",
    "/glossary",
    "/developers",
    "/nothing-here",
    *(f"/calc?sample={name}" for name in SAMPLES),
)


def looked_at(browser: Browser, base: str, scheme: Any, lang: str, paths: tuple[str, ...]) -> None:
    """Pages with everything open, then a measure that pays, on the way that a visitor takes."""
    context = browser.new_context(
        viewport={"width": 1366, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
    )
    page = context.new_page()
    prefix = "/en" if lang == "en" else ""
    for path in paths:
        page.goto(base + (prefix + path if path != "/" else prefix or "/"))
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        check(page, path)
    page.goto(base + prefix + "/calc?sample=2-vertical-application")
    page.locator(".card .link").first.click()
    check(page, "measure")
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(scheme: str, browser: Browser, base: str) -> None:
    looked_at(browser, base, scheme, "zh", MAIN)


@pytest.mark.long
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_anywhere(scheme: str, lang: str, browser: Browser, base: str) -> None:
    looked_at(browser, base, scheme, lang, (*MAIN, *REST))


def test_axe_finds_nothing_in_states(browser: Browser, base: str) -> None:
    """A measure refused, a form with faults, a phone."""
    context = browser.new_context(reduced_motion="reduce")
    page = context.new_page()
    page.goto(base + "/calc?sample=2-vertical-application")
    page.locator(".refused").evaluate("d => d.open = true")
    page.locator(".refused .link").first.click()
    check(page, "measure refused")
    page.evaluate("localStorage.clear()")
    page.goto(base + "/calc")
    page.locator("[name='org.revenue_yuan']").fill("many")
    page.locator("#facts").evaluate("f => HTMLFormElement.prototype.submit.call(f)")
    page.wait_for_selector(".alert")
    check(page, "faulty form")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(base + "/calc?sample=1-model-startup")
    check(page, "phone")
    context.close()


def check(page: Page, what: str) -> None:
    found = AXE.run(page, options=RULES).response["violations"]
    told = [
        (
            one["id"],
            one["impact"],
            one["nodes"][0]["html"][:160],
            one["nodes"][0].get("failureSummary", "")[:300],
            len(one["nodes"]),
        )
        for one in found
    ]
    assert not told, (what, told)
