"""Training data brought in, checked and split, as the commands do it."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kefu.ai.training.alike import families, near_pairs, shape
from kefu.ai.training.corpus import Mark, Sentence
from kefu.ai.training.formats import FORMATS as BY_NAME
from kefu.ai.training.suspects import find_suspects
from kefu.app.data.bring import kind_of, name_of
from kefu.app.data.check import check
from kefu.app.data.split import split
from kefu.app.skills import load_catalog
from kefu.cli import commands
from kefu.cli.data import FORMATS
from kefu.core.errors import BadInput
from kefu.core.ports.reader import Term

NLU = """\
version: "3.1"
nlu:
- intent: refund
  examples: |
    - I want my money back for [English](course)
    - give me a refund
    - I paid twice
- intent: faq/ask_price
  examples: |
    - what does it cost
- intent: 开发票
  examples: |
    - 我要发票
- intent: nlu_fallback
  examples: |
    - tell me a joke
- lookup: course
  examples: |
    - English
"""
REFUND = (
    'name = "refund"\nowner = "team"\nlanguages = ["en"]\nintents = ["refund", "charge"]\nsteps = ["say @intent"]\n'
)
TOPICS = {"card": "my card is {} lost", "invoice": "send the invoice {} please", "lesson": "which lesson {} comes next"}
WORDS = "still now today again really maybe soon here somewhere later quickly finally".split()


def run(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(commands, ["data", *map(str, arguments)], standalone_mode=False)
    assert done.exception is None, done.exception
    assert (done.return_value or 0) == code, done.output
    return done


@pytest.fixture
def skills(tmp_path: Path) -> Path:
    refund = tmp_path / "skills" / "refund"
    refund.mkdir(parents=True)
    (refund / "skill.toml").write_text(REFUND)
    (refund / "replies.en.toml").write_text('[say]\nrefund = "Done."\ncharge = "Done."\n')
    (refund / "examples.en.txt").write_text("[refund]\ngive me a refund\n[charge]\nI paid twice\n")
    return tmp_path / "skills"


@pytest.fixture
def nlu(tmp_path: Path) -> Path:
    file = tmp_path / "nlu.yml"
    file.write_text(NLU, "utf-8")
    return file


def test_import_adds_makes_and_accounts_for_everything(skills: Path, nlu: Path) -> None:
    told = json.loads(run("import", nlu, "--into", skills, "--json").output)
    assert {(one["skill"], one["intent"], one["sentences"]) for one in told["added"]} == {
        ("refund", "refund", 1),
        ("faq", "faq_ask_price", 1),
        ("kai_fa_piao", "kai_fa_piao", 1),
        ("", "out_of_scope", 1),
    }
    assert told["repeats"] == 1
    left = {one["what"]: one["why"] for one in told["left_out"]}
    assert left.keys() == {"I paid twice", "1 names of course"}
    assert left["I paid twice"].startswith("stands at refund/examples.en.txt:4 as charge")
    catalog = load_catalog(skills)
    examples = catalog.skills["refund"].examples["en"]
    assert ("refund", "I want my money back for [English](course)") in examples
    assert ("charge", "I paid twice") in examples
    assert catalog.serving("faq_ask_price") is catalog.skills["faq"]
    assert catalog.skills["kai_fa_piao"].languages == ("zh",)
    assert catalog.skills["faq"].steps[0].kind == "hand_off"
    assert "tell me a joke" in (skills / "out_of_scope.en.txt").read_text("utf-8")


def test_a_whole_rasa_project_is_imported(tmp_path: Path) -> None:
    files = {
        "config.yml": "language: en\npipeline:\n- name: WhitespaceTokenizer\n",
        "domain.yml": "intents: [refund]\nresponses:\n  utter_hi: [{text: hi}]\n",
        "data/nlu.yml": NLU,
        "data/stories.yml": "stories:\n- story: a\n  steps:\n  - intent: refund\n",
        "data/empty.yml": "",
        "actions/actions.py": "def f(:\n",
        ".rasa/cache.json": "{",
    }
    for name, text in files.items():
        (tmp_path / "bot" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "bot" / name).write_text(text, "utf-8")
    told = json.loads(run("import", tmp_path / "bot", "--into", tmp_path / "skills", "--json").output)
    assert sum(one["sentences"] for one in told["added"]) == 6
    left = {(one["place"], one["what"]) for one in told["left_out"] if one["place"]}
    assert left == {
        ("actions/actions.py", "the file"),
        ("config.yml", "the file"),
        ("data/empty.yml", "the file"),
        ("data/stories.yml", "stories"),
        ("domain.yml", "responses"),
    }


def test_a_folder_without_training_data_says_what_is_known(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir()
    done = CliRunner().invoke(commands, ["data", "import", str(tmp_path / "bot"), "--into", str(tmp_path / "s")])
    assert isinstance(done.exception, BadInput)
    assert "rasa-yaml" in done.exception.message


def test_import_twice_adds_nothing(skills: Path, nlu: Path) -> None:
    run("import", nlu, "--into", skills)
    before = {path: path.read_bytes() for path in skills.rglob("*") if path.is_file()}
    told = json.loads(run("import", nlu, "--into", skills, "--json").output)
    assert told["added"] == []
    assert {path: path.read_bytes() for path in skills.rglob("*") if path.is_file()} == before


def test_a_dry_run_writes_nothing(skills: Path, nlu: Path) -> None:
    before = sorted(skills.rglob("*"))
    assert "would add 4 sentences" in run("import", nlu, "--into", skills, "--dry-run").output
    assert sorted(skills.rglob("*")) == before


def test_import_leaves_out_what_an_example_can_not_hold(tmp_path: Path) -> None:
    rows = [
        {"text": "# a comment", "label": "a"},
        {"text": "literal [x](y)", "label": "a"},
        {"text": "guten Tag zusammen", "label": "a", "language": "de"},
        {"text": "two\nlines", "label": "a"},
        {"text": "in May", "label": "a", "entities": [{"start": 3, "end": 6, "entity": "@sys.date", "role": "from"}]},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), "utf-8")
    told = json.loads(run("import", tmp_path / "a.jsonl", "--into", tmp_path / "new", "--json").output)
    assert told["made"] == ["a"]
    assert told["renamed"] == {"@sys.date": "date"}
    assert [one["place"] for one in told["left_out"]] == [f"a.jsonl:{number}" for number in (1, 2, 3, 4, 5)]
    assert load_catalog(tmp_path / "new").skills["a"].examples["en"] == (("a", "two lines"), ("a", "in [May](date)"))


def test_an_imported_intent_does_not_slip_into_a_skill_that_only_shares_its_name(tmp_path: Path, skills: Path) -> None:
    manifest = skills / "refund" / "skill.toml"
    manifest.write_text(REFUND.replace('["refund", "charge"]', '["charge"]'))
    (tmp_path / "a.csv").write_text("text,label\nmoney back,refund\n")
    run("import", tmp_path / "a.csv", "--into", skills)
    served = load_catalog(skills).serving("refund")
    assert served is not None
    assert served.name == "refund_imported"


@pytest.mark.parametrize(
    ("wanted", "name"),
    [("Refund_not_showing_up", "refund_not_showing_up"), ("BookFlight", "book_flight"), ("退款", "tui_kuan"),
     ("faq/ask", "faq_ask"), ("2fa", "intent_2fa"), ("Größe", "groe"), ("!!", "intent")],
)  # fmt: skip
def test_names_become_names_of_skills(wanted: str, name: str) -> None:
    assert name_of(wanted) == name


def test_kinds_of_other_systems_become_ours() -> None:
    assert [kind_of(one) for one in ("@sys.phone-number", "snips/datetime", "course", "first-name")] == [
        "phone", "date", "course", "first_name",
    ]  # fmt: skip


def test_export_is_read_back(skills: Path, tmp_path: Path) -> None:
    assert "Wrote 2 sentences" in run("export", skills, "--format", "rasa-yaml", "--out", tmp_path / "rasa").output
    told = json.loads(run("import", tmp_path / "rasa", "--into", skills, "--json").output)
    assert (told["added"], told["repeats"]) == ([], 2)


def test_every_format_can_be_named() -> None:
    assert tuple(BY_NAME) == FORMATS


def test_no_file_leaves_the_folder_that_was_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label,language\nhello there,../../x,../../y\n")
    run("export", tmp_path / "a.csv", "--format", "dialogflow", "--out", tmp_path / "deep" / "out")
    run("export", tmp_path / "a.csv", "--format", "luis", "--out", tmp_path / "deep" / "out")
    run("import", tmp_path / "a.csv", "--into", tmp_path / "deep" / "skills")
    made = {path for path in tmp_path.rglob("*") if path.is_file()} - {tmp_path / "a.csv"}
    assert made
    assert all({"out", "skills", ".cleaned"} & set(path.relative_to(tmp_path / "deep").parts[:1]) for path in made)


def test_a_terminal_is_not_steered_by_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label\ngo \x1b[2J [red],a\ngo \x1b[2J [red],b\n")
    out = run("check", tmp_path / "a.csv", code=1).output
    assert "·[2J [red] [a]" in out
    assert "\x1b" not in out


def test_what_was_lost_in_an_export_is_said(tmp_path: Path) -> None:
    row = {"text": "see English", "label": "a", "entities": [{"start": 4, "end": 11, "entity": "course"}]}
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    assert "no place in CSV" in run("export", tmp_path / "a.jsonl", "--format", "csv", "--out", tmp_path / "o").output


def sentences() -> list[Sentence]:
    return [
        Sentence(text.format(word), intent, "en", (), f"{intent}:{number}")
        for intent, text in TOPICS.items()
        for number, word in enumerate(WORDS)
    ]


def kinds(found: list[Sentence], **more: object) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for one in check(found, **more):  # type: ignore[arg-type]
        made.setdefault(one.kind, []).append(one.place)
    return made


def test_check_finds_each_kind_of_fault() -> None:
    clean = [one for one in sentences() if one.intent != "lesson"]
    spoilt = [
        Sentence("My card is still lost!", "invoice", "en", (), "contradiction"),
        Sentence("my card is now lost", "card", "en", (), "repeat"),
        Sentence("call me on 13812345678 about the invoice", "invoice", "en", (), "personal"),
        Sentence("我的卡丢了怎么办", "card", "en", (), "language"),
        Sentence("send the invoice for Chess", "invoice", "en", (Mark(21, 26, "course"),), "entity"),
        Sentence("send the invoice for English", "invoice", "en", (Mark(21, 28, "course"),), "known"),
        Sentence("hello there", "greet", "en", (), "few"),
    ]
    names = {"course": [Term("English", "C1")]}
    held_out = [
        Sentence("Which card is lost", "card", "en", (), "fresh"),
        Sentence("my card is NOW lost", "card", "en", (), "leak"),
    ]
    found = kinds([*clean, *spoilt], names=names, held_out=held_out)
    assert found["contradiction"] == ["contradiction"]
    assert found["repeat"] == ["repeat"]
    assert found["personal"] == ["personal"]
    assert found["language"] == ["language"]
    assert found["entity"] == ["entity"]
    assert found["leak"] == ["leak"]
    assert "few" in found["few"]


def test_a_report_does_not_spread_personal_data() -> None:
    (finding,) = [one for one in check([Sentence("call 13812345678", "a", "en")]) if one.kind == "personal"]
    assert "13812345678" not in str(finding.as_dict())
    assert finding.detail == "phone"


def test_a_wrong_label_is_suspected_first() -> None:
    spoilt = [*sentences(), Sentence("my card is certainly lost", "lesson", "en", (), "wrong")]
    first = find_suspects(spoilt)[0]
    assert (spoilt[first.at].place, first.reads_like) == ("wrong", "card")
    assert spoilt[first.nearest].intent == "card"


def test_near_duplicates_are_those_that_share_enough() -> None:
    texts = ["how do i cancel my card", "how do i cancel my cards", "where is my parcel", "how can i cancel my card"]

    def grams(text: str) -> set[str]:
        return {f" {text} "[at : at + 3] for at in range(len(text))}

    wanted = {
        (a, b)
        for a in range(4)
        for b in range(a + 1, 4)
        if len(grams(texts[a]) & grams(texts[b])) >= 0.75 * len(grams(texts[a]) | grams(texts[b]))
    }
    assert {(a, b) for a, b, _ in near_pairs(texts)} == wanted
    assert (0, 1) in wanted


def test_what_differs_in_a_marked_name_alone_is_one_family() -> None:
    said = [
        Sentence("see English now", "a", "en", (Mark(4, 11, "course"),)),
        Sentence("see Ceramics for beginners now", "a", "en", (Mark(4, 26, "course"),)),
        Sentence("something else entirely", "a", "en"),
    ]
    numbers = families([shape(one) for one in said])
    assert numbers[0] == numbers[1] != numbers[2]


def test_a_split_is_stratified_reproducible_and_keeps_families_together() -> None:
    words = [f"{a} {b}" for a in "red blue green yellow purple".split() for b in "dog house river engine".split()]
    said = [Sentence(f"{word} {topic} {n}", topic, "en") for topic in ("x", "y") for n, word in enumerate(words)]
    made = split(said, 0.2, seed=1)
    assert made == split(said, 0.2, seed=1)
    assert made.test != split(said, 0.2, seed=2).test
    assert Counter(made.train) + Counter(made.test) == Counter(said)
    assert set(Counter(one.intent for one in made.test).values()) <= {2, 3, 4}
    doubled = [*said, *(Sentence(one.text.upper() + "!", one.intent, "en") for one in said)]
    parts = split(doubled, 0.3, seed=5)
    assert not {shape(one) for one in parts.train} & {shape(one) for one in parts.test}


def test_the_commands_check_report_and_split(tmp_path: Path) -> None:
    with (tmp_path / "a.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("text", "label"))
        writer.writerows((one.text, one.intent) for one in sentences())
        writer.writerow(("my card is | still lost", "invoice"))
    out = run("check", tmp_path / "a.csv", "--report", tmp_path / "r", code=1).output
    assert "a.csv:38  my card is | still lost [invoice]" in out
    assert "a.csv:2  my card is still lost [card]" in out
    assert r"my card is \| still lost" in (tmp_path / "r" / "report.md").read_text("utf-8")
    assert (tmp_path / "r" / "findings.csv").read_text("utf-8-sig").startswith("do,to,kind,place,text")
    told = json.loads(run("split", tmp_path / "a.csv", "--test", "0.25", "--out", tmp_path / "s", "--json").output)
    assert told["train"] + told["test"] == 37
    lines = (tmp_path / "s" / "test" / "examples.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == told["test"]
    against = json.loads(run("check", tmp_path / "s" / "train", "--against", tmp_path / "s" / "test", "--json").output)
    assert "leak" not in against["counts"]
