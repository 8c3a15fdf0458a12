"""What the tests of the pages share: a client without a browser, a server and a browser."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar import Litestar
from litestar.testing import TestClient
from playwright.sync_api import Browser, sync_playwright

from huice.web.app import create_app
from tests.web.server import ARGS, CHROMIUM, TODAY, running

SAMPLES = ("1-model-startup", "2-vertical-application", "3-platform")


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient[Litestar]]:
    logging.getLogger("httpx").setLevel(logging.WARNING)
    with TestClient(create_app(today=lambda: TODAY)) as made:
        yield made


@pytest.fixture(scope="session")
def base() -> Iterator[str]:
    with running() as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("no Chromium here: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield made
        made.close()
