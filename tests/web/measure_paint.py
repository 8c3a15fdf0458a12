"""First paint and interaction of the result page on a slow device: processor at a quarter, 1.6 Mbit/s."""

from __future__ import annotations

import json
import statistics

from playwright.sync_api import sync_playwright

from tests.web.server import ARGS, CHROMIUM, running

PAINT = """() => new Promise(done => {
  const last = {};
  new PerformanceObserver(list => { for (const e of list.getEntries()) last.lcp = e.startTime })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  setTimeout(() => {
    last.fcp = performance.getEntriesByName('first-contentful-paint')[0].startTime;
    last.interactive = performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart;
    done(last) }, 500) })"""


def main() -> None:
    """Prints the medians of nine cold loads at phone width, and the time from an answer to its figures."""
    with running() as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        seen: dict[str, list[float]] = {}
        for _ in range(9):
            context = browser.new_context(viewport={"width": 390, "height": 844})
            page = context.new_page()
            session = context.new_cdp_session(page)
            session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
            session.send(
                "Network.emulateNetworkConditions",
                {
                    "offline": False,
                    "latency": 150,
                    "downloadThroughput": 200_000,
                    "uploadThroughput": 93_750,
                },
            )
            page.goto(base + "/calc?sample=2-vertical-application", wait_until="load")
            for name, value in page.evaluate(PAINT).items():
                seen.setdefault(name, []).append(value)
            took = page.evaluate(
                """() => new Promise(done => {
                const from = performance.now(), box = document.querySelector("[name='org.size'][value='large']");
                new MutationObserver((_, o) => { o.disconnect(); requestAnimationFrame(() => done(performance.now() - from)) })
                  .observe(document.querySelector('#result'), { childList: true });
                box.click() })"""
            )
            seen.setdefault("answer", []).append(took)
            context.close()
        browser.close()
    print(json.dumps({name: round(statistics.median(values)) for name, values in seen.items()}))  # noqa: T201


if __name__ == "__main__":
    main()
