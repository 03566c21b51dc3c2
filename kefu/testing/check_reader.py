"""Conformance of a Reader: what every model must keep, ours and an outsider's alike.

    @pytest.mark.parametrize("check", READER_CHECKS, ids=lambda check: check.__name__)
    def test_reader(check, tmp_path):
        check(lambda: open_reader({}), tmp_path)

Each check gets a function that opens a fresh reader and an empty folder; checks that get
the same function share what it learned. The sample sentences are few, so the checks ask
for what is needed, not for what is best.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path
from typing import get_args

from kefu.core.errors import ModelMissing
from kefu.core.nouns import Language, Reading
from kefu.core.ports.reader import Example, Term, TrainableReader

Open = Callable[[], TrainableReader]
"""Opens a reader that knows nothing yet."""

COURSES = (
    Term("英语口语入门", "C001", ("Spoken English for Beginners",)),
    Term("高中数学函数", "C002", ("High School Functions",)),
    Term("零基础编程", "C003", ("Coding from Zero",)),
)
ASKED: Sequence[tuple[str, Language, str]] = (
    ("请问退款什么时候能到账", "zh", "refund_status"),
    ("我忘了密码，登录不了", "zh", "password"),
    ("我想申请退款", "zh", "refund"),
    ("能给我开发票吗", "zh", "invoice"),
    ("您好", "zh", "greet"),
    ("I forgot my password and can't log in", "en", "password"),
    ("when will my refund arrive?", "en", "refund_status"),
    ("I need an invoice", "en", "invoice"),
    ("hello there", "en", "greet"),
)
FOREIGN = ("asdkjh qwpoei zxmnb", "昨晚的球赛谁赢了", "the moon is made of basalt", "？？？", "")
STRANGE = (
    "",
    " ",
    "\x00",
    "\ud800",
    "a\udfffb",
    "\u200b\u200d\ufe0f",
    "👨‍👩‍👧‍👦" * 50,
    "שלום עולם",
    "ﷺ" * 100,
    "e" + "\u0301" * 300,
    "/refund{",
    "[a](b)",
    "好" * 10_000,
    "x " * 5_000,
    "1" * 3_000,
    "第" * 500,
    ",。" * 2_000,
    "\u202eabc",
)
SURE, UNKNOWN = 0.6, 0.3
"""From `SURE` kefu acts, below `UNKNOWN` it does not even ask back."""

CUES = frozenset(("affirm", "deny", "cancel", "correct", "person", "more"))


@cache
def sample_examples() -> tuple[Example, ...]:
    """192 sentences of an online school: eight intents, two languages, twelve sentences each."""
    found = []
    for language in get_args(Language):
        intent = ""
        for line in (files(__package__) / f"reader.{language}.txt").read_text("utf-8").splitlines():
            header = re.fullmatch(r"\[(\w+)\]", line)
            if header:
                intent = header[1]
            elif line and not line.startswith("#"):
                found.append(Example(line, intent, language))
    return tuple(found)


@lru_cache(maxsize=8)
def _learned(open_reader: Open) -> TrainableReader:
    """A reader that has learned; training takes most of the time, so checks of the same `open_reader` share it."""
    return _taught(open_reader, sample_examples())


def _taught(open_reader: Open, examples: Sequence[Example]) -> TrainableReader:
    reader = open_reader()
    reader.fit(examples, lambda *_: None)
    return reader


def _fitted(open_reader: Open) -> TrainableReader:
    reader = _learned(open_reader)
    reader.know({"course": COURSES})
    return reader


def _refusal(reader: TrainableReader, folder: Path) -> str:
    """What a reader says when it does not load a model; empty when it does."""
    try:
        reader.load(folder)
    except ModelMissing as error:
        return error.message
    return ""


def _assert_sound(reading: Reading, text: str) -> None:
    """What holds for every reading of every text."""
    assert reading.language in get_args(Language)
    assert reading.asks, "asks holds the whole message first"
    assert reading.asks[0].text == text
    assert len(reading.asks) != 2, "one request is the whole message; several follow it"
    for ask in reading.asks:
        probabilities = [score.probability for score in ask.intents]
        assert probabilities == sorted(probabilities, reverse=True), "likeliest first"
        assert all(0 <= probability <= 1 for probability in probabilities)
        assert sum(probabilities) < 1.001, "probabilities of intents sum to at most 1"
    for entity in reading.entities:
        assert text[entity.start : entity.end] == entity.text, "start and end index the text"
        assert 0 < entity.score <= 1
    for token in reading.tokens:
        assert text[token.start : token.end] == token.text, "start and end index the text"
    assert reading.cues <= CUES
    assert -1 <= reading.sentiment <= 1
    assert 0 <= reading.urgency <= 1


def check_reads_what_it_learned(open_reader: Open, _folder: Path) -> None:
    """Sentences like the examples are understood, in both languages."""
    reader = _fitted(open_reader)
    for text, language, intent in ASKED:
        reading = reader.read(text)
        _assert_sound(reading, text)
        assert reading.language == language, text
        assert reading.best.name == intent, f"{text!r} was read as {reading.best}"
        assert reading.best.probability > UNKNOWN, f"{text!r} was read as {reading.best}"
        assert reading.reader == reader.version


def check_knows_when_it_does_not_know(open_reader: Open, _folder: Path) -> None:
    """What no intent covers stays under the probability from which kefu acts."""
    reader = _fitted(open_reader)
    for text in FOREIGN:
        assert reader.read(text).best.probability < SURE, text


def check_never_raises(open_reader: Open, _folder: Path) -> None:
    """Any text has a sound reading, before training too."""
    for reader in (open_reader(), _fitted(open_reader)):
        for text in STRANGE:
            _assert_sound(reader.read(text), text)


def check_finds_names(open_reader: Open, _folder: Path) -> None:
    """Names from the records are entities with their values, and may be replaced."""
    reader = _fitted(open_reader)
    for text in ("英语口语入门学到哪了", "how far am I in Spoken English for Beginners"):
        assert [(e.kind, e.value) for e in reader.read(text).entities] == [("course", "C001")], text
    reader.know({})
    assert "C001" not in [entity.value for entity in reader.read("英语口语入门学到哪了").entities]


def check_intent_is_blind_to_names(open_reader: Open, _folder: Path) -> None:
    """Which of the known names is named changes nothing about what is wanted."""
    reader = _fitted(open_reader)
    readings = [reader.read(f"我想给{course.text}退款") for course in COURSES]
    assert {reading.best.name for reading in readings} == {"refund"}
    assert len({reading.best.probability for reading in readings}) == 1


def check_uses_the_conversation(open_reader: Open, _folder: Path) -> None:
    """A text too short to tell is in the conversation's language."""
    reader = _fitted(open_reader)
    for language in get_args(Language):
        assert reader.read("2", language).language == language
    assert reader.read("我想退款", "en").language == "zh"


def check_learns_the_same_twice(open_reader: Open, _folder: Path) -> None:
    """Training is deterministic: the same examples give the same version."""
    version = _fitted(open_reader).version
    assert _taught(open_reader, sample_examples()).version == version
    assert _taught(open_reader, sample_examples()[:-1]).version != version


def check_tells_its_progress(open_reader: Open, _folder: Path) -> None:
    """Training reports what it does, never more done than there is."""
    steps: list[tuple[str, int, int]] = []
    open_reader().fit(sample_examples(), lambda what, done, total: steps.append((what, done, total)))
    assert steps
    assert all(what and 0 <= done <= total for what, done, total in steps)


def check_survives_saving(open_reader: Open, folder: Path) -> None:
    """A saved model reads as the fitted one does, under the same version."""
    fitted, loaded = _fitted(open_reader), open_reader()
    fitted.save(folder)
    loaded.load(folder)
    loaded.know({"course": COURSES})
    assert loaded.version == fitted.version
    for text, _, _ in ASKED:
        assert loaded.read(text) == fitted.read(text)


def check_refuses_a_damaged_model(open_reader: Open, folder: Path) -> None:
    """Every missing or altered file is noticed, and the error says what to do."""
    refusal = _refusal(open_reader(), folder / "nowhere")
    assert refusal, "a model was loaded from a folder that does not exist"
    assert "kefu train" in refusal
    _fitted(open_reader).save(folder)
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        content = path.read_bytes()
        for damaged in (content[:-1] + bytes([content[-1] ^ 1]), content[: len(content) // 2]):
            path.write_bytes(damaged)
            assert _refusal(open_reader(), folder), f"{path.name} was altered and nobody noticed"
        path.write_bytes(content)
    open_reader().load(folder)


def check_serves_many_threads(open_reader: Open, _folder: Path) -> None:
    """Readings in eight threads at once equal readings one by one."""
    reader = _fitted(open_reader)
    texts = [text for text, _, _ in ASKED] * 20
    expected = [reader.read(text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(reader.read, texts)) == expected


READER_CHECKS: tuple[Callable[[Open, Path], None], ...] = (
    check_reads_what_it_learned,
    check_knows_when_it_does_not_know,
    check_never_raises,
    check_finds_names,
    check_intent_is_blind_to_names,
    check_uses_the_conversation,
    check_learns_the_same_twice,
    check_tells_its_progress,
    check_survives_saving,
    check_refuses_a_damaged_model,
    check_serves_many_threads,
)
