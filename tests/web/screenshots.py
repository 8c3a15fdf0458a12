"""`make screenshots`: every page at two widths, in both languages, for people to look at."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.web.server import ARGS, CHROMIUM, running

Step = Callable[[Page], object]


def _click(selector: str) -> Step:
    def act(page: Page) -> None:
        page.locator(selector).first.click()
        page.wait_for_load_state()

    return act


def _open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('.result details').forEach(d => d.open = true)")


PAGES: dict[str, tuple[str, tuple[Step, ...]]] = {
    "home": ("/", ()),
    "calc-empty": ("/calc", ()),
    "calc": ("/calc?sample=1-model-startup", ()),
    "calc-app": ("/calc?sample=2-vertical-application", (_open_all,)),
    "measure": ("/calc?sample=2-vertical-application", (_click(".card .link"),)),
    "measure-no": (
        "/calc?sample=2-vertical-application",
        (
            lambda page: page.locator(".refused").evaluate("d => d.open = true"),
            _click(".refused .link"),
        ),
    ),
    "measure-plain": ("/measures/hangzhou/compute-voucher", ()),
    "compare": ("/compare", ()),
    "analysis": ("/analysis", ()),
    "population": ("/analysis/population", ()),
    "plan": ("/plan", ()),
    "plan-app": ("/plan?sample=2-vertical-application", ()),
    "policies": ("/policies", ()),
    "policy": ("/policies/shenzhen/ai-pioneer-city", ()),
    "glossary": ("/glossary", ()),
    "developers": ("/developers", ()),
    "error": ("/nothing-here", ()),
}
WIDTHS = {"desktop": (1366, 900), "phone": (390, 844)}


def shoot(out: Path, only: list[str], schemes: list[str], langs: list[str]) -> None:
    """Takes the pictures."""
    out.mkdir(parents=True, exist_ok=True)
    with running() as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        for width, (wide, high) in WIDTHS.items():
            for lang in langs:
                for scheme in schemes:
                    context = browser.new_context(
                        viewport={"width": wide, "height": high},
                        color_scheme="dark" if scheme == "dark" else "light",
                        device_scale_factor=1,
                        locale="en" if lang == "en" else "zh-CN",
                    )
                    for name, (path, steps) in PAGES.items():
                        if only and name not in only:
                            continue
                        page = context.new_page()
                        page.goto(base + ("/en" if lang == "en" else "") + path)
                        for step in steps:
                            step(page)
                        page.wait_for_load_state("networkidle")
                        # The whole result, which otherwise scrolls beside the form.
                        page.evaluate(
                            "document.querySelectorAll('.result, .strip').forEach(r =>"
                            " { r.style.maxHeight = 'none'; r.style.position = 'static' })"
                        )
                        file = out / f"{name}-{width}-{lang}-{scheme}.png"
                        page.screenshot(path=str(file), full_page=True)
                        page.close()
                    context.close()
        browser.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("only", nargs="*")
    parser.add_argument("--schemes", nargs="+", default=["light", "dark"])
    parser.add_argument("--langs", nargs="+", default=["zh", "en"])
    given = parser.parse_args()
    shoot(given.out, given.only, given.schemes, given.langs)
