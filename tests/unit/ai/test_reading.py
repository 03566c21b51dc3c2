from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kefu.ai.text import linear, nearest
from kefu.core.errors import BadInput, ModelMissing
from kefu.core.nouns import Language
from kefu.core.ports.reader import Example, Reader, Term, TrainableReader
from kefu.testing.check_reader import COURSES, sample_examples


@pytest.fixture(scope="module")
def reader() -> TrainableReader:
    reader = linear.open_reader({})
    reader.fit(sample_examples(), lambda *_: None)
    reader.know({"course": COURSES})
    return reader


def requests_in(reader: Reader, text: str) -> list[tuple[str, str]]:
    return [(ask.text, ask.best.name) for ask in reader.read(text).asks[1:]]


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("我想退款，另外发票怎么开", [("我想退款", "refund"), ("发票怎么开", "invoice")]),
        ("英语课学到哪了，顺便问下明天有课吗", [("英语课学到哪了", "progress"), ("明天有课吗", "schedule")]),
        ("我的退款到账了吗？发票什么时候开？", [("我的退款到账了吗", "refund_status"), ("发票什么时候开", "invoice")]),
        (
            "I want a refund and how do I get an invoice?",
            [("I want a refund", "refund"), ("how do I get an invoice", "invoice")],
        ),
    ],
)
def test_two_requests_in_one_message(reader: Reader, text: str, requests: list[tuple[str, str]]) -> None:
    assert requests_in(reader, text) == requests


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("我想退款，因为老师讲得不好", "refund"),
        ("我想退款，老师讲得不好", "refund"),
        ("你好，我想退款", "refund"),
        ("你好！我想开发票", "invoice"),
        ("忘记密码了，登录不上", "password"),
        ("退款什么时候到账？退款到哪一步了？", "refund_status"),
        ("Hello, I want a refund", "refund"),
        ("I forgot my password, I can't log in", "password"),
    ],
)
def test_one_request(reader: Reader, text: str, intent: str) -> None:
    assert requests_in(reader, text) == []
    assert reader.read(text).best.name == intent


@pytest.mark.parametrize("text", ["我要腿款", "我要推款", "請問我想退款", "我想退款！！！！！", "I WANT A REFUND"])
def test_spelling_and_script_do_not_matter(reader: Reader, text: str) -> None:
    assert reader.read(text).best.name == "refund"
    assert reader.read(text).best.probability >= 0.6


def test_places_index_the_text_as_written(reader: Reader) -> None:
    text = "　您好，英語口語入門學到第十二課了，訂單Ｅ２６０３０１０００１"
    reading = reader.read(text)
    assert [(entity.kind, entity.text, entity.value) for entity in reading.entities] == [
        ("course", "英語口語入門", "C001"),
        ("part", "第十二課", 12),
        ("order_number", "Ｅ２６０３０１０００１", "E2603010001"),
    ]
    assert "".join(token.text for token in reading.tokens) == text.strip("　")


@pytest.mark.parametrize(
    ("text", "before", "language"),
    [
        ("我想退款", "en", "zh"),
        ("I want a refund", "zh", "en"),
        ("帮我cancel一下订单", None, "zh"),
        ("please cancel 订单 for me today", None, "en"),
        ("我的Spoken English for Beginners", "en", "zh"),
        ("2", "en", "en"),
        ("99330106MA00QHWX8L", "zh", "zh"),
        ("li@example.com", "zh", "zh"),
        ("caiwu.example.com", "zh", "zh"),
        ("see example.com for my order", "zh", "en"),
        ("It broke.", "zh", "en"),
        ("ok", "zh", "zh"),
        ("ok", None, "zh"),
        ("refund", None, "en"),
        ("Python", "zh", "zh"),
        ("😀", "en", "en"),
        ("", None, "zh"),
        ("je voudrais un remboursement", "zh", "en"),
    ],
)
def test_language(reader: Reader, text: str, before: Language | None, language: Language) -> None:
    assert reader.read(text, before).language == language


def test_the_language_of_nothing_is_a_setting() -> None:
    assert linear.open_reader({"language": "en"}).read("2").language == "en"


def test_a_shortcut_is_certain(reader: Reader) -> None:
    reading = reader.read('/refund{"order": "E2603010001", "parts": 2, "list": [1]}', "en")
    assert (reading.best.name, reading.best.probability, reading.language) == ("refund", 1.0, "en")
    assert [(entity.kind, entity.value) for entity in reading.entities] == [("order", "E2603010001"), ("parts", 2)]
    assert reader.read("/progress").best.probability == 1.0


@pytest.mark.parametrize("text", ["/nothing", "/refund{", "/", "//refund", "/refund me please"])
def test_what_is_no_shortcut_is_read(reader: Reader, text: str) -> None:
    assert reader.read(text).best.probability < 1


def test_entities_of_unmarked_kinds_leave_the_intent_alone(reader: Reader) -> None:
    before = reader.read("我想退款").asks
    reader.know({"course": COURSES, "reason": [Term("我想退款", "R1")]})
    try:
        assert reader.read("我想退款").asks == before
        assert [entity.kind for entity in reader.read("我想退款").entities] == ["reason"]
    finally:
        reader.know({"course": COURSES})


@settings(max_examples=150, deadline=None)
@given(st.text(st.characters(exclude_categories=[]), max_size=200))
def test_any_text_has_a_reading(reader: Reader, text: str) -> None:
    reading = reader.read(text)
    assert reading.asks[0].text == text
    assert all(text[entity.start : entity.end] == entity.text for entity in reading.entities)
    assert all(text[token.start : token.end] == token.text for token in reading.tokens)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            "我 想 退款 英语 口语 课 第 十 二 个 点 不 , 。 ？ / { [ ( E26 1380 @ a.b refund the last 😀 \n".split(" ")
        )
    )
)
def test_any_heap_of_familiar_pieces_has_a_reading(reader: Reader, pieces: list[str]) -> None:
    reader.read("".join(pieces))
    reader.read(" ".join(pieces))


@pytest.mark.parametrize("module", [linear, nearest])
def test_few_intents_are_enough(module) -> None:
    for n_intents in (1, 2, 3):
        examples = [
            Example(f"{word}问题{n}", word, "zh") for word in ("退款", "发票", "进度")[:n_intents] for n in "甲乙"
        ]
        reader = module.open_reader({})
        reader.fit(examples, lambda *_: None)
        assert reader.read("退款问题").best.name == "退款"


def test_nothing_to_learn_from() -> None:
    with pytest.raises(BadInput, match="examples"):
        linear.open_reader({}).fit([], lambda *_: None)


def test_nothing_to_save(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        linear.open_reader({}).save(tmp_path)


def test_a_model_of_another_reader_is_refused(tmp_path: Path) -> None:
    other = nearest.open_reader({})
    other.fit(sample_examples(), lambda *_: None)
    other.save(tmp_path)
    with pytest.raises(ModelMissing, match=r"nearest\.v1, not linear\.v1"):
        linear.open_reader({}).load(tmp_path)


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"maker": "linear.v1", "sha256": {"../x": ""}}'])
def test_a_manifest_must_be_one(tmp_path: Path, manifest: str) -> None:
    (tmp_path / "manifest.json").write_text(manifest)
    with pytest.raises(ModelMissing, match="kefu train"):
        linear.open_reader({}).load(tmp_path)
