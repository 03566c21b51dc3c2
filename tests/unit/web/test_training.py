"""Skills, examples and models at the desk: over files, the audit trail, and commands that run as processes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from small_project import EXAMPLES, write_project
from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER

PATIENCE_S = 60


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    """The skills of the project that `client` opens."""
    return write_project(tmp_path)


def ask(client: TestClient, method: str, path: str, status: int = 200, **body: object) -> Any:
    answer = client.request(method, f"/api/v1{path}", json=body or {}, headers=AS_OPERATOR)
    assert answer.status_code == status, answer.text
    return answer.json()


def texts(client: TestClient, intent: str) -> list[str]:
    return [one["text"] for one in ask(client, "GET", f"/training/examples?intent={intent}")]


def finish(client: TestClient, kind: str, **body: object) -> Any:
    """Start work, and wait for what comes of it."""
    assert ask(client, "POST", f"/training/jobs/{kind}", **body)["state"] in ("running", "done")
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job = ask(client, "GET", f"/training/jobs/{kind}")
        if job["state"] != "running":
            assert job["state"] == "done", job
            return job["result"]
        time.sleep(0.05)
    raise AssertionError(f"{kind} does not end")


def test_sentences_are_added_once_at_the_end_of_their_section(skills: Path, client: TestClient) -> None:
    added = {"intent": "hours", "language": "zh", "texts": ["  早上 几点开门 ", "几点开门", "", "早上 几点开门"]}
    assert ask(client, "POST", "/training/examples", **added) == {"added": ["早上 几点开门"]}
    assert texts(client, "hours") == [*EXAMPLES["hours"], "早上 几点开门"]
    file = skills / "hours" / "examples.zh.txt"
    assert file.read_text("utf-8") == "\n".join(["[hours]", *EXAMPLES["hours"], "早上 几点开门", ""])


@pytest.mark.parametrize(
    ("wish", "status"),
    [
        ({"texts": ["[thanks]"]}, 422),
        ({"texts": ["# 注释"]}, 422),
        ({"texts": ["长" * 501]}, 422),
        ({"texts": [" "]}, 422),
        ({"language": "en"}, 422),
        ({"intent": "nothing"}, 404),
        ({"intent": "../hours"}, 404),
    ],
)
def test_what_would_be_read_as_something_else_is_refused(
    skills: Path, client: TestClient, wish: dict[str, object], status: int
) -> None:
    before = (skills / "hours" / "examples.zh.txt").read_text("utf-8")
    ask(client, "POST", "/training/examples", status, **{"intent": "hours", "language": "zh", "texts": ["a"], **wish})
    assert (skills / "hours" / "examples.zh.txt").read_text("utf-8") == before
    assert ask(client, "GET", "/audit?what=training") == []


def test_a_sentence_moves_to_the_file_of_its_new_intent_and_back(skills: Path, client: TestClient) -> None:
    (first, *_) = ask(client, "GET", "/training/examples?intent=thanks")
    wish = {"place": first["place"], "text": first["text"], "new": "谢谢啦", "intent": "hours"}
    ask(client, "PATCH", "/training/examples", **wish)
    assert (texts(client, "hours")[-1], texts(client, "thanks")) == ("谢谢啦", list(EXAMPLES["thanks"][1:]))
    ask(client, "PATCH", "/training/examples", 422, **wish)
    assert set(ask(client, "POST", "/training/undo")["files"]) == {"hours/examples.zh.txt", "thanks/examples.zh.txt"}
    assert (texts(client, "hours"), texts(client, "thanks")) == (list(EXAMPLES["hours"]), list(EXAMPLES["thanks"]))
    ask(client, "DELETE", "/training/examples", place=first["place"], text=first["text"])
    assert texts(client, "thanks") == list(EXAMPLES["thanks"][1:])
    (removed, undone, moved) = ask(client, "GET", "/audit?what=training")
    assert [one["what"] for one in (moved, undone, removed)] == ["training.change", "training.undo", "training.remove"]
    assert "谢谢" not in str([removed, undone, moved])


def test_a_correction_becomes_an_example_without_what_is_personal(skills: Path, client: TestClient) -> None:
    said = client.post("/api/v1/messages", json={"sender": "L1", "text": "学到哪"}, headers=AS_SERVER).json()
    correct = {"deed": "correct", "turn_id": said["turn"], "text": "我是 13912345678，几点开", "intent": "hours"}
    ask(client, "POST", f"/conversations/{said['conversation']}/deeds", deeds=[correct])
    (open_,) = ask(client, "GET", "/training/corrections")
    assert open_["intent"] == "hours"
    page = client.get("/desk/examples", headers=AS_OPERATOR).text
    assert "13912345678" not in page
    (added,) = ask(client, "POST", f"/training/corrections/{said['turn']}/adopt")["added"]
    assert "13912345678" not in added
    assert ask(client, "GET", "/training/corrections") == []
    (marked,) = [one for one in ask(client, "GET", "/training/examples") if one["corrected"]]
    assert marked["text"] == added
    ask(client, "POST", f"/training/corrections/{said['turn']}/dismiss", 404)


def test_the_check_marks_what_it_finds(skills: Path, client: TestClient) -> None:
    ask(client, "POST", "/training/examples", intent="hours", language="zh", texts=["谢谢"])
    found = finish(client, "check")
    assert found["counts"]["contradiction"] == 1
    marked = [one for one in ask(client, "GET", "/training/examples") if one["findings"]]
    assert {one["text"] for one in marked} >= {"谢谢"}
    page = client.get("/desk/examples?marked=found&lang=zh", headers=AS_OPERATOR).text
    assert "两个意图" in page
    assert "营业时间是什么时候" not in page.partition("</form>")[2].rpartition("<ul class")[2]


def test_training_serves_what_is_not_worse_and_can_be_walked_back(skills: Path, client: TestClient) -> None:
    assert finish(client, "train")["promoted"]
    ask(client, "POST", "/training/examples", intent="hours", language="zh", texts=["中午休息吗"])
    second = finish(client, "train")
    models = {one["name"]: one["state"] for one in ask(client, "GET", "/models")}
    assert sorted(models.values()) == ["current", "previous"]
    assert models[second["name"]] == "current"
    back = ask(client, "POST", "/models/rollback")["version"]
    assert back != second["name"]
    page = client.get("/desk/models?lang=en", headers=AS_OPERATOR).text
    assert "The new version serves." in page
    finish(client, "promote", version=second["name"])
    assert ask(client, "GET", "/models")[0]["state"] == "current"
    ask(client, "POST", "/training/jobs/promote", 404, version="--even-if-worse")
    assert ask(client, "GET", "/audit?what=training.train")[0]["who"] == "api"


def test_work_that_fails_says_why(skills: Path, client: TestClient) -> None:
    (skills / "hours" / "skill.toml").write_text("name = 1 2")
    ask(client, "POST", "/training/jobs/train")
    end = time.monotonic() + PATIENCE_S
    while (job := ask(client, "GET", "/training/jobs/train"))["state"] == "running" and time.monotonic() < end:
        time.sleep(0.05)
    assert job["state"] == "failed"
    assert "hours/skill.toml" in job["problem"]


def test_skills_carry_their_grade_and_what_is_missing_in_the_checks_own_words(skills: Path, client: TestClient) -> None:
    client.post("/api/v1/messages", json={"sender": "L1", "text": "我学到哪了"}, headers=AS_SERVER)
    found = {one["name"]: one for one in ask(client, "GET", "/skills")}
    assert (found["progress"]["conversations"], found["progress"]["grade"]) == (1, "")
    client.post("/api/v1/messages", json={"sender": "L1", "text": "真人"}, headers=AS_SERVER)
    assert {one["name"]: one for one in ask(client, "GET", "/skills")}["progress"]["handed_share"] == 1
    graded = {one["skill"]: one["grade"] for one in finish(client, "grade")}
    assert graded["hours"]["name"] == "bronze"
    assert client.get("/desk/skills/progress", headers=AS_OPERATOR).status_code == 200
    assert client.get("/desk/skills/nothing", headers=AS_OPERATOR).status_code == 404


def test_one_work_at_a_time(skills: Path, client: TestClient, tmp_path: Path) -> None:
    import fcntl

    (tmp_path / ".jobs").mkdir()
    with (tmp_path / ".jobs" / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ask(client, "POST", "/training/jobs/train", 422)
    assert finish(client, "grade")


def test_the_pages_do_what_the_api_does(skills: Path, client: TestClient) -> None:
    form = {"intent": "hours", "language": "zh", "texts": "一\n二", "at_intent": "hours"}
    done = client.post("/desk/examples/add", data=form, headers=AS_OPERATOR, follow_redirects=False)
    assert done.headers["location"] == "/desk/examples?intent=hours&done=add"
    assert texts(client, "hours")[-2:] == ["一", "二"]
    refused = client.post("/desk/examples/add?lang=en", data={**form, "texts": "[x]"}, headers=AS_OPERATOR)
    assert refused.status_code == 422
    assert "Nothing was changed" in refused.text
    place = ask(client, "GET", "/training/examples?intent=hours")[-1]["place"]
    client.post("/desk/examples/remove", data={"place": place, "text": "二"}, headers=AS_OPERATOR)
    assert texts(client, "hours")[-1] == "一"
    client.post("/desk/examples/undo", headers=AS_OPERATOR)
    assert texts(client, "hours")[-1] == "二"
    assert client.post("/desk/examples/eat", headers=AS_OPERATOR).status_code == 404
    assert client.post("/desk/jobs/eat", headers=AS_OPERATOR).status_code == 404
