"""schemathesis over the whole API: no server error, no answer that the document does not describe."""

from __future__ import annotations

import os
from datetime import date
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from huice import Corpus
from huice.api import application
from huice.api.operations import OPERATIONS

# A profile may keep to its schema and still be refused: the schema cannot say that a day is on the calendar
# and in this age, a period in order, an amount below a hundred trillion, an id used once, a list short.
BEYOND = {"U005", "U006", "U009", "A001"}
# A planning problem holds parts of profiles, amounts and ids that only its reader can judge.
OF_A_PROBLEM = {f"U{number:03}" for number in range(1, 10)} | {
    f"J{number:03}" for number in range(1, 13)
}
# A parameter may name an entry of a list that the profile does not have.
# Sensitivity is of one place: a profile that leaves it open needs the parameter.
NO_SUCH_ENTRY = {"curve": {"U003"}, "sensitivity": {"U003", "U004"}, "plan": OF_A_PROBLEM}
LONG = os.environ.get("HUICE_EXAMPLES")

_APP = application(Corpus.load(), today=lambda: date(2025, 6, 30))
_SCHEMA = schemathesis.openapi.from_asgi(
    "/api/v1/openapi.json",
    _APP,
    config=schemathesis.Config.from_dict(
        {
            "checks": {
                "positive_data_acceptance": {"enabled": False},  # `_accepted` is stricter
                # 503: a machine without a Chinese font makes no PDF
                "not_a_server_error": {"expected-statuses": ["2xx", "3xx", "4xx", 503]},
            }
        }
    ),
)


def _accepted(response: Any, beyond: set[str]) -> None:
    """Data after the schema is accepted, or refused for a reason beyond the schema."""
    if response.status_code in (200, 304):
        return
    told = response.json()
    if told["code"] == "unavailable":
        return
    codes = {one["code"] for one in told["problems"]}
    assert response.status_code == 422 and codes <= beyond, told


def _tried(mode: GenerationMode, name: str, examples: int) -> None:
    operation = next(op for op in OPERATIONS if op.name == name)
    tested = _SCHEMA["/api/v1" + operation.path][operation.method]

    @settings(
        max_examples=examples,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(tested.as_strategy(generation_mode=mode))
    def run(case: Any) -> None:
        response = case.call_and_validate(headers={"Host": "testserver"})
        if mode is GenerationMode.POSITIVE:
            _accepted(response, BEYOND | NO_SUCH_ENTRY.get(name, set()))

    run()


CASES = [(mode, operation.name) for operation in OPERATIONS for mode in GenerationMode]


@pytest.mark.parametrize(("mode", "name"), CASES, ids=[f"{n}-{m.value}" for m, n in CASES])
def test_answers_keep_to_the_document(mode: GenerationMode, name: str) -> None:
    _tried(mode, name, 12)


@pytest.mark.long
@pytest.mark.parametrize(("mode", "name"), CASES, ids=[f"{n}-{m.value}" for m, n in CASES])
def test_answers_keep_to_the_document_long(mode: GenerationMode, name: str) -> None:
    _tried(mode, name, int(LONG or 300))
