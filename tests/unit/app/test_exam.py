"""`kefu test` as a user runs it: figures, a report, a page."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from small_school import make_school, run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = make_school(tmp_path_factory.mktemp("exam") / "school", trained=False)
    done = run("test", str(home), "--folds", "2", "--robust", "--out", str(home / "report"))
    assert done.exit_code in {0, 1}, done.output
    assert "urgency en, yes: " in done.output
    assert str(home / "report" / "index.html") in done.output.replace("\n", "")
    return home / "report"


def test_the_figures_fit_together(report: Path) -> None:
    found = json.loads((report / "report.json").read_text("utf-8"))
    assert found["examples"] > 250
    assert 0.5 < found["accuracy"] < 1
    assert len(found["errors"]) == round(found["examples"] * (1 - found["accuracy"]))
    sure = [one["sure"] for one in found["errors"]]
    assert sure == sorted(sure, reverse=True)
    assert 0.5 < found["auroc"] <= 1
    by_intent = json.loads((report / "intent_report.json").read_text("utf-8"))
    assert by_intent["accuracy_interval"][0] < found["accuracy"] < by_intent["accuracy_interval"][1]
    assert sum(one["examples"] for one in found["intents"]) == found["examples"]
    refund = by_intent["refund_request"] if "refund_request" in by_intent else by_intent[found["intents"][0]["name"]]
    assert {"precision", "recall", "f1-score", "support", "confused_with"} <= set(refund)


def test_tone_is_heard_by_models_that_have_not_seen_the_sentence(report: Path) -> None:
    tone = {(one["language"], one["question"]): one for one in json.loads((report / "report.json").read_text())["tone"]}
    assert len(tone) == 8
    for one in tone.values():
        assert sum(sum(met.values()) for met in one["confusion"].values()) == one["sentences"]
        assert one["accuracy_interval"][0] < one["accuracy"] < one["accuracy_interval"][1]
        assert one["macro_f1_interval"][0] < one["macro_f1"] < one["macro_f1_interval"][1]
    for language in ("zh", "en"):
        assert tone[language, "sentiment"]["sentences"] > 150
        assert tone[language, "sentiment"]["commonest"] + 0.1 < tone[language, "sentiment"]["accuracy"] < 1


def test_every_noise_costs_something_and_is_said(report: Path) -> None:
    spoilt = {one["noise"]: one for one in json.loads((report / "report.json").read_text("utf-8"))["spoilt"]}
    assert set(spoilt) == {"typos", "homophones", "traditional", "heard", "mixed"}
    assert all(one["changed"] > 50 for one in spoilt.values())
    before, after = (sum(one[when] for one in spoilt.values()) for when in ("before", "after"))
    assert after < before
    assert spoilt["traditional"]["after"] == pytest.approx(spoilt["traditional"]["before"], abs=0.06)


def test_all_errors_are_in_a_table(report: Path) -> None:
    with (report / "intent_errors.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(json.loads((report / "report.json").read_text("utf-8"))["errors"])
    assert all(row["intent"] != row["read_as"] for row in rows)


@pytest.mark.parametrize(
    ("page", "words"),
    [("index.html", "Errors, the surest first"), ("index.html", "urgency · Chinese"), ("index.zh.html", "紧急 · 英文")],
)
def test_the_page_needs_nothing_else(report: Path, page: str, words: str) -> None:
    html = (report / page).read_text("utf-8")
    assert words in html
    assert html.count("<svg") == 4
    assert "<script" not in html
    assert "default-src 'none'" in html
    for picture in ("confusion", "histogram", "reliability", "risk_coverage"):
        assert "<text" in (report / f"{picture}.svg").read_text("utf-8")


def test_a_second_run_comes_out_the_same(report: Path) -> None:
    again = run("test", str(report.parent), "--folds", "2", "--robust", "--no-report", "--json")
    found = json.loads(again.stdout)
    before = json.loads((report / "report.json").read_text("utf-8"))
    assert {key: before[key] for key in found} == found
    assert not (report.parent / "reports").exists()
