"""Files in the shape that other systems write them, and files that are wrong."""

from __future__ import annotations

import json

import pytest

from kefu.ai.training.corpus import Mark, Name, Pattern, Sentence
from kefu.ai.training.formats import read_files
from kefu.ai.training.formats.document import DEEPEST
from kefu.core.errors import BadInput
from kefu.core.ports.reader import OUT_OF_SCOPE

RASA_YAML = """\
version: "3.1"
nlu:
- intent: progress
  examples: |
    - how far am I
    - how far am I in [English](course)
    - move me from [Monday]{"entity": "day", "role": "from"} to [Tue](day:Tuesday)
    this line has no dash
- intent: faq/ask_price
  metadata: {sentiment: neutral}
  examples:
  - text: |
      what does it cost
  - text: price?
    metadata: {checked: true}
- synonym: Tuesday
  examples: |
    - Tue
- lookup: course
  examples: |
    - English
    - Piano
- regex: order_number
  examples: |
    - E\\d{10}
stories:
- story: happy
  steps: [{intent: progress}]
"""


def test_rasa_yaml() -> None:
    loaded, formats = read_files({"data/nlu.yml": RASA_YAML})
    assert formats == ("rasa-yaml",)
    assert loaded.corpus.sentences == (
        Sentence("how far am I", "progress"),
        Sentence("how far am I in English", "progress", "", (Mark(16, 23, "course"),)),
        Sentence(
            "move me from Monday to Tue",
            "progress",
            "",
            (Mark(13, 19, "day", None, "from"), Mark(23, 26, "day", "Tuesday")),
        ),
        Sentence("what does it cost", "faq/ask_price"),
        Sentence("price?", "faq/ask_price"),
    )
    assert [one.place for one in loaded.corpus.sentences] == [f"data/nlu.yml:{n}" for n in (5, 6, 7, 13, 14)]
    assert loaded.corpus.names == (Name("course", "English"), Name("course", "Piano"), Name("", "Tuesday", ("Tue",)))
    assert loaded.corpus.patterns == (Pattern("order_number", r"E\d{10}"),)
    assert {loss.what for loss in loaded.losses} == {
        "this line has no dash",
        "metadata of faq/ask_price",
        "price?",
        "stories",
    }


def test_rasa_json() -> None:
    entity = {"start": 4, "end": 11, "value": "en", "entity": "course", "role": "wanted"}
    data = {
        "common_examples": [
            {"text": "see english", "intent": "progress", "entities": [entity]},
            {"text": "english", "entities": [entity | {"start": 0, "end": 7}]},
        ],
        "regex_features": [{"name": "zip", "pattern": "[0-9]{5}"}],
        "lookup_tables": [{"name": "city", "elements": "data/cities.txt"}],
        "entity_synonyms": [{"value": "en", "synonyms": ["english"]}],
    }
    loaded, formats = read_files({"nlu.en.json": json.dumps({"rasa_nlu_data": data}, indent=2)})
    assert formats == ("rasa-json",)
    mark = Mark(4, 11, "course", "en", "wanted")
    assert loaded.corpus.sentences == (Sentence("see english", "progress", "en", (mark,)),)
    assert loaded.corpus.names == (Name("", "en", ("english",)),)
    assert [loss.what for loss in loaded.losses] == ["english", "lookup table city"]


def test_dialogflow_folder() -> None:
    says = [
        {
            "id": "8f2a",
            "data": [
                {"text": "在", "userDefined": False},
                {"text": "周三", "meta": "@sys.date", "alias": "date", "userDefined": True},
                {"text": "看", "meta": "@sys.ignore", "userDefined": False},
                {"text": "英语课", "meta": "@course", "alias": "wanted", "userDefined": True},
            ],
            "isTemplate": False,
            "count": 0,
        },
        {"data": [{"text": "@sys.date:date"}], "isTemplate": True},
    ]
    intent = {"name": "查 课程", "auto": True, "responses": [{"messages": [{"type": "0", "speech": ["好"]}]}]}
    loaded, formats = read_files(
        {
            "school/agent.json": json.dumps({"language": "zh-cn", "supportedLanguages": ["en"]}),
            "school/package.json": json.dumps({"version": "1.0.0"}),
            "school/intents/查 课程.json": json.dumps(intent),
            "school/intents/查 课程_usersays_zh-cn.json": json.dumps(says),
            "school/intents/Fallback.json": json.dumps({"name": "F", "responses": [], "fallbackIntent": True}),
            "school/intents/Fallback_usersays_en.json": json.dumps([{"data": [{"text": "tell me a joke"}]}]),
            "school/entities/course.json": json.dumps({"name": "course", "isEnum": False, "isRegexp": False}),
            "school/entities/course_entries_zh-cn.json": json.dumps(
                [{"value": "英语口语", "synonyms": ["英语口语", "英语课"]}]
            ),
            "school/entities/order.json": json.dumps({"name": "order", "isRegexp": True}),
            "school/entities/order_entries_zh-cn.json": json.dumps([{"value": r"E\d+", "synonyms": []}]),
        }
    )
    assert formats == ("dialogflow",)
    marks = (Mark(1, 3, "sys.date"), Mark(4, 7, "course", None, "wanted"))
    assert set(loaded.corpus.sentences) == {
        Sentence("在周三看英语课", "查 课程", "zh", marks),
        Sentence("tell me a joke", OUT_OF_SCOPE, "en"),
    }
    assert loaded.corpus.names == (Name("course", "英语口语", ("英语课",)),)
    assert loaded.corpus.patterns == (Pattern("order", r"E\d+"),)
    assert [loss.what for loss in loaded.losses] == ["@sys.date:date", "responses of 1 intents"]


def test_luis_counts_in_code_units_and_includes_the_last() -> None:
    app = {
        "luis_schema_version": "7.0.0",
        "culture": "en-us",
        "intents": [{"name": "Book"}, {"name": "None"}],
        "closedLists": [{"name": "city", "subLists": [{"canonicalForm": "Paris", "list": ["paname"]}], "roles": []}],
        "patterns": [{"pattern": "book {city}", "intent": "Book"}],
        "utterances": [
            {
                "text": "😀 to paris now",
                "intent": "Book",
                "entities": [{"entity": "city", "startPos": 6, "endPos": 10, "role": "to", "children": []}],
            }
        ],
    }
    loaded, formats = read_files({"app.json": json.dumps(app)})
    assert formats == ("luis",)
    (sentence,) = loaded.corpus.sentences
    assert sentence == Sentence("😀 to paris now", "Book", "en", (Mark(5, 10, "city", None, "to"),))
    assert sentence.text[5:10] == "paris"
    assert loaded.corpus.names == (Name("city", "Paris", ("paname",)),)
    assert [loss.what for loss in loaded.losses] == ["1 patterns"]


def test_clu_project() -> None:
    project = {
        "projectFileVersion": "2023-04-01",
        "stringIndexType": "Utf16CodeUnit",
        "metadata": {"projectKind": "Conversation", "language": "en-us"},
        "assets": {
            "projectKind": "Conversation",
            "intents": [{"category": "Book"}],
            "entities": [{"category": "when", "prebuilts": [{"category": "DateTime"}]}],
            "utterances": [
                {
                    "text": "book 明天",
                    "intent": "Book",
                    "language": "zh-hans",
                    "dataset": "Train",
                    "entities": [{"category": "when", "offset": 5, "length": 2}],
                },
                {"text": "book it", "intent": "Book", "entities": []},
            ],
        },
    }
    loaded, formats = read_files({"project.json": json.dumps(project)})
    assert formats == ("clu",)
    assert loaded.corpus.sentences == (
        Sentence("book 明天", "Book", "zh", (Mark(5, 7, "when"),)),
        Sentence("book it", "Book", "en"),
    )
    assert [loss.what for loss in loaded.losses] == ["when"]


def test_snips_yaml() -> None:
    text = """\
---
type: intent
name: turnLightOn
slots:
  - name: place
    entity: room
utterances:
  - Turn on the lights in the [place](kitchen)
  - light [t:snips/datetime](tonight) please
  - light in [place:room]
---
type: entity
name: room
automatically_extensible: yes
values:
- bedroom
- [living room, main room]
"""
    loaded, formats = read_files({"dataset.yaml": text})
    assert formats == ("snips-yaml",)
    assert loaded.corpus.sentences == (
        Sentence("Turn on the lights in the kitchen", "turnLightOn", "", (Mark(26, 33, "room", None, "place"),)),
        Sentence("light tonight please", "turnLightOn", "", (Mark(6, 13, "snips/datetime", None, "t"),)),
    )
    assert loaded.corpus.names == (Name("room", "bedroom"), Name("room", "living room", ("main room",)))
    assert [loss.place for loss in loaded.losses] == ["dataset.yaml:10"]


def test_snips_json() -> None:
    data = {
        "language": "en",
        "intents": {
            "turnLightOn": {
                "utterances": [
                    {"data": [{"text": "light in "}, {"text": "hall", "entity": "room", "slot_name": "room"}]}
                ]
            }
        },
        "entities": {"room": {"data": [{"value": "hall", "synonyms": ["lobby"]}], "use_synonyms": True}},
    }
    loaded, formats = read_files({"dataset.json": json.dumps(data)})
    assert formats == ("snips-json",)
    assert loaded.corpus.sentences == (Sentence("light in hall", "turnLightOn", "en", (Mark(9, 13, "room"),)),)
    assert loaded.corpus.names == (Name("room", "hall", ("lobby",)),)


def test_csv_in_its_dialects() -> None:
    files = {
        "a.csv": 'text,label\n"two\nlines, quoted ""so""",card\nplain,card\n',
        "b.tsv": "Intent\tUtterance\tsource\r\ncard\twhere is it\tweb\r\n",
        "c.csv": "text;label;language\n退卡;card;zh-CN\ntoo;few\n",
    }
    loaded, formats = read_files(files)
    assert formats == ("csv",)
    assert [(one.text, one.place, one.language) for one in loaded.corpus.sentences] == [
        ('two\nlines, quoted "so"', "a.csv:2", ""),
        ("plain", "a.csv:4", ""),
        ("where is it", "b.tsv:2", ""),
        ("退卡", "c.csv:2", "zh"),
    ]
    assert [loss.place for loss in loaded.losses] == ["b.tsv:1", "c.csv:3"]


def test_json_lines_and_a_file_of_no_format_beside_it() -> None:
    text = '{"text": "hi", "intent": "greet"}\n\n{"text": "你好", "intent": "greet", "lang": "zh"}\n'
    loaded, formats = read_files({"a.jsonl": text, "notes.txt": "hello there"})
    assert formats == ("jsonl",)
    assert [(one.text, one.place) for one in loaded.corpus.sentences] == [("hi", "a.jsonl:1"), ("你好", "a.jsonl:3")]
    assert [loss.place for loss in loaded.losses] == ["notes.txt"]


def test_what_can_not_be_kept_is_listed() -> None:
    rows = [
        {"text": " ", "label": "a"},
        {"text": "x" * 10_001, "label": "a"},
        {"text": "ab", "label": "a", "entities": [{"start": 1, "end": 5, "entity": "k"}]},
        {"text": "half \ud83d", "label": "a"},
    ]
    loaded, _ = read_files({"a.jsonl": "\n".join(map(json.dumps, rows))})
    assert loaded.corpus.sentences == ()
    assert [loss.place for loss in loaded.losses] == [f"a.jsonl:{number}" for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"rasa_nlu_data":\n {"common_examples": [}}', "x:2: not valid JSON"),
        ('{"rasa_nlu_data": {"common_examples": [\n{"text": 3}]}}', "x:2: 'text' must be a text, not 3"),
        ('{"text": "hi", "label": "a"}\n{"text": "ho"}', "x:2: needs a text"),
        ('{"text": "hi", "label": "a"}\n{"text": "ho', "x:2: not valid JSON"),
        ("[" * 100_000, f"x:1: not valid JSON: more than {DEEPEST} levels deep"),
        ("nlu: " + "[" * 100_000, "levels deep"),
        ("nlu:\n- intent: a\n  examples: {a: b}", "x:2: 'examples' must be a text"),
        ("nlu:\n  - intent: 'a", "not valid YAML"),
        ("a: &a [x]\nb: [*a, *a]", "x:2: references"),
        ("nlu:\n- !!python/object/apply:os.system ['true']", "x:2: the tag"),
        ("sentence,note\nhi,a", "x:1: needs a column text and a column label"),
        ("hello", "no training data; known are rasa-yaml"),
    ],
)
def test_a_mistake_is_named_with_file_and_line(text: str, said: str) -> None:
    with pytest.raises(BadInput, match="x") as caught:
        read_files({"x": text})
    assert said in caught.value.message
