"""The API does what /openapi.json says, whatever is sent to it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from fakes import scene
from web import client, page, service

from camrec.stream.health import Health
from camrec.web import api_live
from camrec.web.app import create_app
from camrec.web.gate import Admission
from camrec.web.live import Live

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")  # fmt: skip

from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance

DOCS = Path(__file__).parents[1] / "docs"
PAGE = page()
OPERATIONS = (
    "POST /api/read",
    "GET /api/config",
    "GET /api/model",
    "GET /api/health",
    "POST /api/explain",
    "POST /api/feedback",
    "GET /api/feedback",
    "DELETE /api/feedback",
    "DELETE /api/feedback/{entry}",
    "GET /api/live",
)


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(api_live, "PATIENCE_S", 0.01)


def test_every_address_tells_its_errors():
    schema = client().get("/openapi.json").json()
    assert schema["info"]["title"] == "camrec"
    found = {f"{m.upper()} {p}" for p, told in schema["paths"].items() for m in told}
    assert found == set(OPERATIONS)
    for path, methods in schema["paths"].items():
        for method, told in methods.items():
            statuses = set(told["responses"])
            assert {"403", "421"} < statuses, (path, method)
            assert told["summary"] and told["description"], (path, method)
            for status in statuses - {"200", "201", "204"}:
                content = told["responses"][status]["content"]["application/json"]
                assert content["schema"]["$ref"].endswith("/ErrorAnswer"), (
                    path,
                    status,
                )


def test_every_status_of_an_error_is_explained():
    schema = client().get("/openapi.json").json()
    statuses = {status for methods in schema["paths"].values() for told in methods.values() for status in told["responses"]}  # fmt: skip
    told = (DOCS / "api.md").read_text(encoding="utf-8")
    table = {status for row in re.findall(r"^\| (\d[\d, ]+) \|", told, re.MULTILINE) for status in row.split(", ")}  # fmt: skip
    assert statuses - {"200", "201", "204"} | {"405", "500"} == table
    for path in schema["paths"]:
        assert path.removesuffix("/{entry}") in told


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory):
    """The schema of a server that keeps feedback and shows a camera."""
    live = Live("camera 0")
    live.show(scene("47"), Health())
    feedback = tmp_path_factory.mktemp("schema") / "said.db"
    admission = Admission(frozenset({"testserver"}))
    app = create_app(service(feedback=feedback, live=live), admission)
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_answers_are_those_of_the_schema(loaded, operation: str):
    method, path = operation.split()

    @given(case=loaded[path][method].as_strategy())
    @settings(
        max_examples=40,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def check(case) -> None:
        if isinstance(case.body, bytes) and len(case.body) % 2:
            case.body = PAGE  # random bytes are never a picture
        # Whether bytes are a picture, and a text is a pattern, no schema can tell.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    check()
