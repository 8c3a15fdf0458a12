"""What all tests share: the corpus, and how many examples Hypothesis tries."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, settings

from huice import Corpus

# `make test` must say the same twice, so its examples are derived from the tests themselves. The long run
# looks for new ones each time and prints how to repeat a failure.
_SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]
settings.register_profile(
    "short", derandomize=True, database=None, max_examples=100, deadline=None,
    suppress_health_check=_SLOW,
)  # fmt: skip
settings.register_profile(
    "long", max_examples=3000, deadline=None, print_blob=True, suppress_health_check=_SLOW
)


def pytest_configure(config: pytest.Config) -> None:
    """With the long tests, properties try more examples too (HUICE_EXAMPLES sets their number)."""
    chosen = str(config.getoption("markexpr"))
    settings.load_profile("short" if chosen.strip() == "not long" else "long")
    if number := os.environ.get("HUICE_EXAMPLES"):
        settings.register_profile("asked", settings(), max_examples=int(number))
        settings.load_profile("asked")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What tests load and compile is kept apart from the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HUICE_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """The corpus shipped with the package, loaded once."""
    return Corpus.load()
