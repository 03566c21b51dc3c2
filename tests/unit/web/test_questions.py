"""The learning queue: what was left is grouped, a colleague's answer offered, and what is accepted live at once."""

from __future__ import annotations

from typing import Any

from starlette.testclient import TestClient
from web_house import AS_OPERATOR, AS_SERVER

QUESTIONS = "/api/v1/questions"


def ask(client: TestClient, sender: str, text: str, number: int = 1) -> dict[str, Any]:
    body = {"sender": sender, "text": text, "message_id": f"{sender}-{number}"}
    answered: dict[str, Any] = client.post("/api/v1/messages", json=body, headers=AS_SERVER).json()
    return answered


def themes(client: TestClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get(QUESTIONS, headers=AS_OPERATOR).json()
    return found


def test_what_was_left_is_grouped_and_answered_from_then_on(client: TestClient) -> None:
    first = ask(client, "c1", "教材可以寄到国外吗")
    ask(client, "c2", "能寄教材到美国吗，我的电话是13800138000")
    ask(client, "c3", "有家长群吗")
    conversation = first["conversation"]
    reply = {"text": "可以，国外邮费自付。", "who": "小美"}
    assert client.post(f"/api/v1/conversations/{conversation}/reply", json=reply, headers=AS_OPERATOR).status_code < 300
    abroad, parents = themes(client)
    assert len(abroad["turns"]) == 2
    assert (abroad["answer"], abroad["who"]) == ("可以，国外邮费自付。", "小美")
    assert not any("13800138000" in one for one in abroad["questions"])
    assert (parents["questions"], parents["answer"], parents["near"]) == (["有家长群吗"], "", None)
    lesson = {"turns": abroad["turns"], "ways": abroad["questions"], "answer": abroad["answer"], "who": "小美"}
    card = client.post(f"{QUESTIONS}/accept", json=lesson, headers=AS_OPERATOR).json()
    assert card["source"].startswith("learned:")
    (reply,) = ask(client, "c4", "教材可以寄到国外吗")["replies"]
    assert reply["text"] == "可以，国外邮费自付。"
    assert reply["statements"][0]["sources"][0]["title"] == "《教材可以寄到国外吗》"
    assert [one["questions"] for one in themes(client)] == [["有家长群吗"]]
    dismissed = client.post(f"{QUESTIONS}/dismiss", json={"turns": parents["turns"]}, headers=AS_OPERATOR)
    assert dismissed.json() == {"dismissed": 1}
    assert themes(client) == []


def test_a_question_that_is_answered_by_now_says_so(client: TestClient) -> None:
    ask(client, "c1", "自习室几点开门")
    draft = {"title": "自习室几点开门", "markdown": "自习室九点开门。", "language": "zh", "who": "小美"}
    client.post("/api/v1/knowledge", json=draft, headers=AS_OPERATOR)
    (theme,) = themes(client)
    assert theme["answered"]
    assert theme["near"]["title"] == "自习室几点开门"


def solve(client: TestClient, sender: str, question: str, answer: str, thanks: str = "好的，谢谢") -> None:
    """A customer asks, a colleague answers, the customer thanks."""
    conversation = ask(client, sender, question)["conversation"]
    body = {"text": answer, "who": "小美" if sender < "d" else "阿强"}
    client.post(f"/api/v1/conversations/{conversation}/reply", json=body, headers=AS_OPERATOR)
    ask(client, sender, thanks, 2)


def test_what_colleagues_solved_is_learned(client: TestClient) -> None:
    solve(client, "c1", "您好，转人工，我想问", "您好，请讲")
    solve(client, "c2", "请问家长可以旁听吗", "您好，家长可以旁听第一节课。还有什么可以帮您？")
    solve(client, "d1", "家长能不能旁听", "家长可以旁听前3节课。")
    solve(
        client, "d2", "Can my parents sit in on a lesson?", "Sure, parents may sit in on the first lesson.", "thanks!"
    )
    chinese, english = themes(client)
    assert (chinese["count"], chinese["resolved"], chinese["skill"], chinese["near"]) == (2, 2, "", None)
    assert set(chinese["questions"]) == {"家长可以旁听吗", "家长能不能旁听"}
    assert chinese["answer"] == "家长可以旁听前3节课。"
    assert [(one["answer"], one["who"]) for one in chinese["contradictions"]] == [("家长可以旁听第一节课。", "小美")]
    assert (english["language"], english["answer"]) == ("en", "Parents may sit in on the first lesson.")
    page = client.get("/desk/questions", headers=AS_OPERATOR).text
    assert "同事解决过 2 次" in page
    assert "说法不同" in page
    lesson = {
        "turns": chinese["turns"],
        "ways": chinese["questions"],
        "answer": "家长可以旁听第一节课。",
        "who": "小美",
    }
    assert client.post(f"{QUESTIONS}/accept", json=lesson, headers=AS_OPERATOR).status_code == 200
    (reply,) = ask(client, "e1", "家长可以旁听吗")["replies"]
    assert reply["text"] == "家长可以旁听第一节课。"
    dismissed = client.post(f"{QUESTIONS}/dismiss", json={"turns": english["turns"]}, headers=AS_OPERATOR)
    assert dismissed.status_code == 200
    assert themes(client) == []


def test_what_a_text_or_a_skill_answers_already_comes_last(client: TestClient) -> None:
    draft = {"title": "自习室几点开门", "markdown": "自习室早上9点开门。", "language": "zh", "who": "小美"}
    solve(client, "c1", "自习室几点开门", "自习室早上8点开门。")
    client.post("/api/v1/knowledge", json=draft, headers=AS_OPERATOR)
    solve(client, "c2", "请问有家长群吗", "有的，扫课程页的二维码加入。")
    conversation = ask(client, "c3", "转人工")["conversation"]
    client.post(f"/api/v1/conversations/{conversation}/take", json={"who": "小美"}, headers=AS_OPERATOR)
    ask(client, "c3", "在哪里看学到第几课", 2)
    reply = {"text": "在课程页的进度条上看。", "who": "小美"}
    client.post(f"/api/v1/conversations/{conversation}/reply", json=reply, headers=AS_OPERATOR)
    client.post(f"/api/v1/conversations/{conversation}/hand_back", json={"who": "小美"}, headers=AS_OPERATOR)
    new, *served = themes(client)
    assert new["questions"] == ["有家长群吗"]
    (known,) = (one for one in served if one["answered"])
    assert [one["questions"] for one in served if one["skill"] == "progress"] == [["在哪里看学到第几课"]]
    assert (known["answered"], known["near"]["title"]) == (True, "自习室几点开门")
    assert [one["title"] for one in known["contradictions"]] == ["自习室几点开门"]
    page = client.get("/desk/questions?lang=en", headers=AS_OPERATOR).text
    assert "The texts answer it already" in page
    assert "The skill “progress” answers it already" in page
    assert "asked once" in page


def test_what_is_wrong_is_said(client: TestClient) -> None:
    lesson = {"turns": ["t0"], "ways": ["x"], "answer": "y"}
    assert client.post(f"{QUESTIONS}/accept", json=lesson, headers=AS_OPERATOR).status_code == 404
    turn = ask(client, "c1", "有家长群吗")["turn"]
    empty = {"turns": [turn], "ways": [" "], "answer": "y"}
    assert client.post(f"{QUESTIONS}/accept", json=empty, headers=AS_OPERATOR).status_code in (400, 422)
    assert client.post(f"{QUESTIONS}/dismiss", json={"turns": []}, headers=AS_OPERATOR).status_code == 422
    assert len(themes(client)) == 1


def test_the_page_accepts_and_dismisses(client: TestClient) -> None:
    page = client.get("/desk/questions", headers=AS_OPERATOR)
    assert "没有待处理的问题" in page.text
    turn = ask(client, "c1", "有家长群吗<script>")["turn"]
    page = client.get("/desk/questions", headers=AS_OPERATOR).text
    assert "有家长群吗&lt;script&gt;" in page
    form = {"turns": turn, "ways": "有家长群吗\n家长群怎么加", "answer": "有，扫课程页的二维码。", "deed": "accept"}
    done = client.post("/desk/questions", data=form, headers=AS_OPERATOR, follow_redirects=False)
    assert done.status_code == 303
    assert "已采纳" in client.get(done.headers["location"], headers=AS_OPERATOR).text
    (reply,) = ask(client, "c2", "家长群怎么加")["replies"]
    assert reply["text"] == "有，扫课程页的二维码。"
    turn = ask(client, "c3", "你们卖鞋吗")["turn"]
    client.post("/desk/questions", data={"turns": turn, "deed": "dismiss"}, headers=AS_OPERATOR)
    assert "没有待处理的问题" in client.get("/desk/questions", headers=AS_OPERATOR).text
