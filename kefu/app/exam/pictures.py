"""Pictures of an examination, as SVG whose words stay words; matplotlib is loaded when the first is drawn."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from kefu.ai.training.measures import reliability, risk_coverage
from kefu.app.exam import Exam

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INK, RIGHT, WRONG, FAINT = "#777777", "#2b7fd4", "#d9480f", "#bbbbbb"
"""Colours that can be read on light and on dark ground."""

MOST_INTENTS = 30
"""So many intents fit into a confusion matrix; of more, those that are confused most are shown."""


def draw_all(exam: Exam) -> dict[str, str]:
    """All pictures by name; raises ImportError without matplotlib."""
    drawn = {
        "confusion": _svg(lambda axes: _confusion(axes, exam), 7.5, 6.5),
        "histogram": _svg(lambda axes: _histogram(axes, exam), 6, 3.2),
        "reliability": _svg(lambda axes: _reliability(axes, exam), 4.2, 4),
        "risk_coverage": _svg(lambda axes: _risk_coverage(axes, exam), 6, 3.2),
    }
    return {name: picture for name, picture in drawn.items() if picture}


def _svg(draw: Callable[[Axes], None], width: float, height: float) -> str:
    import matplotlib as mpl
    from matplotlib.figure import Figure

    style: Any = {"svg.fonttype": "none", "font.family": "sans-serif", "font.size": 9, "svg.hashsalt": "kefu"}
    style |= dict.fromkeys(("text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"), INK)
    with mpl.rc_context(style):
        figure = Figure(figsize=(width, height), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        axes.set_facecolor("none")
        draw(axes)
        out = io.StringIO()
        figure.savefig(out, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return out.getvalue()[out.getvalue().index("<svg") :]


def most_confused(exam: Exam) -> list[str]:
    """The intents of the matrix, in alphabetical order."""
    weight: dict[str, int] = {one.name: 0 for one in exam.intents}
    for one in exam.errors:
        for name in (one.intent, one.got):
            weight[name] = weight.get(name, 0) + 1
    chosen = sorted(weight, key=lambda name: -weight[name])[:MOST_INTENTS]
    return sorted(chosen)


def _confusion(axes: Axes, exam: Exam) -> None:
    names = most_confused(exam)
    place = {name: at for at, name in enumerate(names)}
    counts = [[0] * len(names) for _ in names]
    for one in exam.read:
        if one.intent in place and one.got in place:
            counts[place[one.intent]][place[one.got]] += 1
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, alpha=0.85)
    for row, line in enumerate(counts):
        for column, count in enumerate(line):
            if count:
                colour = "white" if shares[row][column] > 0.5 else INK
                axes.text(column, row, str(count), ha="center", va="center", fontsize=6, color=colour)
    axes.set_xticks(range(len(names)), names, rotation=90, fontsize=7)
    axes.set_yticks(range(len(names)), names, fontsize=7)
    axes.set_xlabel("read as")
    axes.set_ylabel("is")


def _histogram(axes: Axes, exam: Exam) -> None:
    right = [one.sure for one in exam.read if one.is_right]
    wrong = [one.sure for one in exam.read if not one.is_right]
    bins: Sequence[float] = [at / 20 for at in range(21)]
    series: list[tuple[list[float], str, str]] = [(right, RIGHT, "right"), (wrong, WRONG, "wrong")]
    if exam.foreign:
        series.append(([one.sure for one in exam.foreign], FAINT, "out of scope"))
    values, colours, labels = ([one[at] for one in series] for at in range(3))
    axes.hist(values, bins=bins, color=colours, label=labels)  # type: ignore[arg-type]
    axes.axvline(exam.answer_at, color=INK, linestyle=":", linewidth=1)
    axes.set_xlabel("probability of the best intent")
    axes.set_ylabel("sentences")
    axes.legend(frameon=False)


def _reliability(axes: Axes, exam: Exam) -> None:
    found = reliability([one.sure for one in exam.read], [one.is_right for one in exam.read])
    axes.plot([0, 1], [0, 1], color=FAINT, linestyle="--", linewidth=1)
    sizes: Any = [12 + 160 * one.count / max(1, len(exam.read)) for one in found]
    axes.plot([one.sure for one in found], [one.right for one in found], color=RIGHT, linewidth=1)
    axes.scatter([one.sure for one in found], [one.right for one in found], s=sizes, color=RIGHT)
    axes.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="probability", ylabel="share that was right")


def _risk_coverage(axes: Axes, exam: Exam) -> None:
    points = risk_coverage([one.sure for one in exam.read], [one.is_right for one in exam.read])
    axes.step([one.coverage for one in points], [one.risk for one in points], where="post", color=RIGHT)
    today = [one for one in points if one.threshold >= exam.answer_at][-1:]
    for one in today:
        axes.scatter([one.coverage], [one.risk], color=WRONG, zorder=3)
        axes.annotate(f"{exam.answer_at:g}", (one.coverage, one.risk), xytext=(4, 6), textcoords="offset points")
    axes.set(xlim=(0, 1.02), ylim=(0, None), xlabel="share answered", ylabel="share of answers wrong")
