"""A real distance university: who is at risk of not passing, as known on a day of the course.

Every feature is worked out from rows dated up to that day; what came of earlier terms counts once they were over.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from kefu.core.ports.predictor import Lesson, Outcome

KEY = ["code_module", "code_presentation", "id_student"]
TERM = KEY[:2]
GIVEN = {"2013B": 0, "2013J": 242, "2014B": 365}
"""On which day terms began, counted from the first one: B is February, J October."""
LENGTH = 275
"""Days after which a term's results are known."""
EDUCATION = ["No Formal quals", "Lower Than A Level", "A Level or Equivalent", "HE Qualification",
             "Post Graduate Qualification"]  # fmt: skip
AGES = ["0-35", "35-55", "55<="]
SPREAD = ["mean", "tma_last", "cma_mean", "late", "last_day", "weighted", "pre_course_clicks", "date_registration",
          "studied_credits", "deprivation", "education"]  # fmt: skip
"""What is compared with others of the same course and term."""


def students(data: Path, day: int, terms: tuple[str, ...]) -> list[tuple[str, Lesson]]:
    """Whoever was registered on the day: the term, and what was known then with how the course ended."""
    folder = data / "oulad"
    info, entered = pd.read_csv(folder / "studentInfo.csv.gz"), pd.read_csv(folder / "studentRegistration.csv")
    tasks, clicks = pd.read_csv(folder / "assessments.csv"), pd.read_csv(folder / "vle_pre_course_features.csv")
    done = pd.read_csv(folder / "studentAssessment.csv.gz")
    whole = info.merge(entered, on=KEY)
    found = whole[~(whole.date_unregistration <= day) & (whole.date_registration.fillna(0) <= day)]
    found = found.merge(clicks, on=KEY, how="left")
    found = _work(found, tasks, done, day)
    found = _before(found, whole, tasks, done, day)
    found["deprivation"] = found.imd_band.map(
        {band: at for at, band in enumerate(sorted(info.imd_band.dropna().unique()))}
    )
    found["education"] = found.highest_education.map({name: at for at, name in enumerate(EDUCATION)})
    found["age"] = found.age_band.map({name: at for at, name in enumerate(AGES)})
    for name in ("gender", "disability"):
        found[name] = (found[name] == found[name].max()).astype(float)
    for name in SPREAD:
        within = found.groupby(TERM)[name]
        found[f"{name}_apart"] = (found[name] - within.transform("mean")) / within.transform("std").replace(
            0, float("nan")
        )
        found[f"{name}_place"] = within.rank(pct=True)
    return _lessons(found[found.code_presentation.isin(terms)])


def _work(found: pd.DataFrame, tasks: pd.DataFrame, done: pd.DataFrame, day: int) -> pd.DataFrame:
    """What was handed in by the day, how good and how late, also beside others' of the same task."""
    tasks = tasks.assign(due=pd.to_numeric(tasks.date, errors="coerce"))
    tasks["load"] = tasks.weight.astype(float) + 5 * (tasks.assessment_type != "Exam")
    work = done[done.date_submitted <= day].merge(tasks, on="id_assessment")
    work["score"] = pd.to_numeric(work.score, errors="coerce")
    work["late"] = work.date_submitted - work.due
    work["rank"] = work.groupby("id_assessment").score.rank(pct=True)
    work["late_rank"] = work.groupby("id_assessment").date_submitted.rank(pct=True)
    work["points"] = work.load * work.score
    work["was_due"] = work.due <= day
    work = work.sort_values("due")
    mine = work.groupby(KEY)
    of = mine.agg(
        n=("score", "size"), mean=("score", "mean"), lowest=("score", "min"), last=("score", "last"),
        late=("late", "mean"), latest=("late", "max"), last_day=("date_submitted", "max"), banked=("is_banked", "sum"),
        rank=("rank", "mean"), lowest_rank=("rank", "min"), late_rank=("late_rank", "mean"),
        latest_rank=("late_rank", "max"), points=("points", "sum"), done_due=("was_due", "sum"),
    )  # fmt: skip
    for kind in ("TMA", "CMA"):
        part = work[work.assessment_type == kind].groupby(KEY)
        name = kind.lower()
        of[f"{name}_n"], of[f"{name}_mean"], of[f"{name}_last"] = part.size(), part.score.mean(), part.score.last()
        of[f"{name}_last_late"], of[f"{name}_last_rank"] = part.late.last(), part["rank"].last()
    of["tma_first_rank"] = work[work.assessment_type == "TMA"].groupby(KEY)["rank"].first()
    due = tasks[tasks.due <= day]
    asked = due.groupby(TERM).agg(due=("due", "size"), due_load=("load", "sum"))
    asked["due_tma"] = due[due.assessment_type == "TMA"].groupby(TERM).size()
    found = found.merge(of.reset_index(), on=KEY, how="left").merge(asked.reset_index(), on=TERM, how="left")
    counted = ["n", "tma_n", "cma_n", "done_due", "points", "banked", "due", "due_tma", "due_load"]
    found[counted] = found[counted].fillna(0)
    found["weighted"] = found.points / found.due_load.replace(0, float("nan"))
    found["missing"], found["missing_tma"] = found.due - found.done_due, found.due_tma - found.tma_n
    found["ahead"] = found.n - found.done_due
    found["missing_there"] = found.groupby(TERM).missing.transform("mean")
    found["missing_apart"] = found.missing - found.missing_there
    together = work.groupby(["id_student", "code_presentation"]).score.agg(["sum", "count"]).reset_index()
    own = mine.score.agg(["sum", "count"]).reset_index()
    both = own.merge(together, on=["id_student", "code_presentation"], suffixes=("", "_all"))
    both["elsewhere"] = (both["sum_all"] - both["sum"]) / (both["count_all"] - both["count"]).replace(0, float("nan"))
    return found.merge(both[[*KEY, "elsewhere"]], on=KEY, how="left")


def _before(
    found: pd.DataFrame, whole: pd.DataFrame, tasks: pd.DataFrame, done: pd.DataFrame, day: int
) -> pd.DataFrame:
    """What the same student did in earlier terms by then, and who left the same course until the day."""
    gone = whole.assign(gone=(whole.date_unregistration <= day).astype(float))
    there = gone[~(gone.date_unregistration <= 0)].groupby(TERM).gone.agg(cohort="size", cohort_gone="mean")
    found = found.merge(there.reset_index(), on=TERM, how="left")
    same = gone.groupby(["id_student", "code_presentation"]).agg(courses=("gone", "size"), left_others=("gone", "sum"))
    found = found.merge(same.reset_index(), on=["id_student", "code_presentation"], how="left")
    scores = done.merge(tasks[["id_assessment", *TERM]], on="id_assessment")
    scores["score"] = pd.to_numeric(scores.score, errors="coerce")
    parts, marks = [], []
    for term, began in GIVEN.items():
        for other, other_began in GIVEN.items():
            if other_began >= began:
                continue
            until = began + day - other_began  # the day of the other term on which this is asked
            now = found[found.code_presentation == term][KEY]
            past = whole[whole.code_presentation == other][
                ["id_student", "code_module", "date_unregistration", "final_result"]
            ]
            past = past.rename(columns={"code_module": "other_module"})
            pairs = now.merge(past, on="id_student")
            pairs["left"] = (pairs.date_unregistration <= until).astype(float)
            over = until >= LENGTH
            pairs["failed"] = pairs.final_result.isin(["Fail", "Withdrawn"]).astype(float) if over else float("nan")
            pairs["again"] = (pairs.other_module == pairs.code_module).astype(float)
            parts.append(pairs)
            known = scores[(scores.code_presentation == other) & (scores.date_submitted <= until)]
            means = known.groupby("id_student").score.mean().reset_index()
            marks.append(means.assign(code_presentation=term))
    past = pd.concat(parts).groupby(KEY).agg(
        prior=("left", "size"), prior_left=("left", "sum"), prior_again=("again", "sum"),
        prior_failed=("failed", "mean"),
    )  # fmt: skip
    mark = pd.concat(marks).groupby(["id_student", "code_presentation"]).score.mean().rename("prior_score")
    found = found.merge(past.reset_index(), on=KEY, how="left")
    return found.merge(mark.reset_index(), on=["id_student", "code_presentation"], how="left")


def _lessons(found: pd.DataFrame) -> list[tuple[str, Lesson]]:
    outcome = found.final_result.isin(["Fail", "Withdrawn"]).astype(float)
    left_out = {
        *KEY,
        "final_result",
        "date_unregistration",
        "region",
        "imd_band",
        "highest_education",
        "age_band",
        "points",
    }
    rows = found.drop(columns=[name for name in found if name in left_out]).astype(float)
    names = list(rows)
    return [
        (
            term,
            Lesson(
                str(student),
                {name: None if value != value else value for name, value in zip(names, row, strict=True)},  # noqa: PLR0124 - not a number
                Outcome(came),
            ),
        )
        for term, student, row, came in zip(
            found.code_presentation, found.id_student, rows.to_numpy().tolist(), outcome, strict=True
        )
    ]
