"""What holds for every request: size, headers, errors, counting."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from web_house import AS_SERVER, WebHouse, make_config

from kefu.core.errors import RecordsFailed

EVERYWHERE = (
    "/healthz",
    "/desk/sign-in",
    "/api/v1/docs",
    "/widget.js",
    "/static/desk.css",
    "/nothing",
    "/api/v1/nothing",
)


@pytest.mark.parametrize("path", EVERYWHERE)
def test_every_answer_is_guarded(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "unsafe" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-request-id"]


def test_the_desk_is_found_without_its_last_stroke(client: TestClient) -> None:
    led = client.get("/desk", follow_redirects=False)
    assert (led.status_code, led.headers["location"]) == (303, "/desk/")


def test_only_the_widgets_files_are_for_other_sites(client: TestClient) -> None:
    assert client.get("/widget/panel.js").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/healthz").headers


def test_a_request_keeps_its_id_if_that_may_stand_in_a_log(client: TestClient) -> None:
    assert client.get("/healthz", headers={"X-Request-Id": "shop-12345678"}).headers["x-request-id"] == "shop-12345678"
    assert client.get("/healthz", headers={"X-Request-Id": "a b\tc"}).headers["x-request-id"] != "a b\tc"


@pytest.mark.parametrize("path", ["/webhooks/rest/webhook", "/api/v1/chat/sessions", "/desk/sign-in", "/model/parse"])
def test_a_body_is_not_read_beyond_the_limit(open_client: Any, path: str) -> None:
    client = open_client(limits__body_kb=1)
    read = 0

    def endless() -> Iterator[bytes]:
        nonlocal read
        for _ in range(64):
            read += 512
            yield b" " * 512

    assert client.post(path, content=b" " * 1025).status_code == 413
    assert client.post(path, content=endless(), headers={"Transfer-Encoding": "chunked"}).status_code == 413


def test_unknown_addresses_and_methods_say_so_in_json(client: TestClient) -> None:
    for method, path, status in (
        ("GET", "/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("GET", "/webhooks/rest/webhook", 405),
        ("DELETE", "/api/v1/chat/messages", 405),
    ):
        answer = client.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, "access.not_found")


def test_what_goes_wrong_inside_is_not_told(open_client: Any, tmp_path: Path) -> None:
    house = WebHouse(make_config(tmp_path))
    house.bench.house = replace(house.bench.house, gate=None)  # type: ignore[arg-type]
    client = open_client(house, crash=False)
    answer = client.post(
        "/webhooks/rest/webhook", json={"sender": "x", "message": "hi"}, headers={"Accept-Language": "en"}
    )
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {"code": "house", "message": "Something went wrong; please try again in a while."}
    }
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_readiness_names_what_is_missing(open_client: Any, tmp_path: Path) -> None:
    house = WebHouse(make_config(tmp_path))
    client = open_client(house)
    assert client.get("/readyz").json() == {"status": "ok", "store": "ok", "model": "ok", "records.school": "ok"}

    async def fail(*_: object) -> None:
        raise RecordsFailed

    house.bench.house.records["school"].find = fail  # type: ignore[method-assign,assignment]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["records.school"]) == (503, "records.failed")


def test_turns_and_requests_are_counted(client: TestClient) -> None:
    client.post("/webhooks/rest/webhook", json={"sender": "L1", "message": "我学到哪了"}, headers=AS_SERVER)
    client.post("/webhooks/rest/webhook", json={"sender": "L1", "message": "真人"}, headers=AS_SERVER)
    client.get("/some/made-up/path")
    text = client.get("/metrics", headers=AS_SERVER).text
    for line in (
        'kefu_turns_total{channel="rasa",decision="run"} 1.0',
        'kefu_turns_total{channel="rasa",decision="hand_off"} 1.0',
        'kefu_stage_seconds_count{channel="rasa",stage="understand"} 2.0',
        'kefu_http_requests_total{area="webhooks",method="POST",status="200"} 2.0',
        'kefu_http_requests_total{area="site",method="GET",status="404"} 1.0',
        "kefu_waiting 1.0",
        "kefu_conversations 1.0",
    ):
        assert line in text
    assert "made-up" not in text


def test_the_front_door_leads_somewhere(client: TestClient) -> None:
    assert client.get("/", follow_redirects=False).headers["location"] == "/desk/"
