"""kefu promise: how often the machine may be wrong, proven."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import home, json_option
from kefu.cli.show import as_json, chinese, console, say

if TYPE_CHECKING:
    from kefu.app.promise import Standing
    from kefu.service.promise.certify import Dial, Kept, Label, Outcome

ALPHAS = (0.005, 0.01, 0.02, 0.05, 0.1)


@click.group(
    epilog="""\b
Examples:
  kefu promise show my-school                    what the verdicts so far would buy
  kefu promise certify my-school --alpha 0.02    put a promise into force
  kefu promise withdraw my-school"""
)
def promise() -> None:
    """Promise how often the machine may be wrong, with a statistical certificate.

    It rests on verdicts: set review_share under [promise] in kefu.toml, and judge the
    drawn enquiries at /desk/review.
    """


@promise.command(epilog="\b\nExamples:\n  kefu promise show my-school\n  kefu promise show my-school --json")
@home
@json_option
def show(home: Path, as_json_: bool) -> None:
    """Show the promise in force, the watch over it, and what the verdicts so far would buy."""
    from kefu.service.promise.certify import Aim, dial_of

    found, labels = asyncio.run(_look(home))
    aim = found.certificate.kept.aim if found.certificate else Aim()
    buys = dial_of(labels, ALPHAS, aim)
    if as_json_:
        outcomes = [{"alpha": alpha, "outcome": type(one).__name__, **asdict(one)} for alpha, one in buys]
        certificate = asdict(found.certificate) if found.certificate else None
        state = found.watch.state if found.watch else None
        as_json(
            {"certificate": certificate, "void": found.void, "watch": state, "labels": len(labels), "dial": outcomes}
        )
        return
    _show_standing(found)
    _show_dial(buys, len(labels))


@promise.command(
    epilog="""\b
Examples:
  kefu promise certify my-school
  kefu promise certify my-school --alpha 0.05 --dial selective"""
)
@home
@click.option("--alpha", default=0.02, show_default=True, help="The share that may be wrong.")
@click.option("--delta", default=0.05, show_default=True, help="How likely the certificate itself may be wrong.")
@click.option(
    "--dial",
    type=click.Choice(["joint", "selective"]),
    default="joint",
    show_default=True,
    help="joint: of all enquiries, wrong automatic answers; selective: of automatic answers, wrong ones.",
)
def certify(home: Path, alpha: float, delta: float, dial: Dial) -> None:
    """Choose the threshold with which the promise is kept, and put it into force."""
    from kefu.app.promise import digest_of, write_certificate
    from kefu.service.promise.certify import Aim, Kept
    from kefu.service.promise.certify import certify as prove

    try:
        aim = Aim(alpha, delta, dial)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    _, labels = asyncio.run(_look(home))
    outcome = prove(labels, aim)
    if not isinstance(outcome, Kept):
        say(*refusal(outcome))
        raise click.exceptions.Exit(1)
    skills, version = _reader_of(home)
    write_certificate(home, outcome, version, digest_of(skills))
    say("In force; a running server takes it over within a minute:", "已生效，运行中的服务一分钟内采用：")
    say(*described(outcome))


@promise.command("withdraw", epilog="\b\nExamples:\n  kefu promise withdraw my-school")
@home
def take_back(home: Path) -> None:
    """Take the promise out of force; within a minute the thresholds of kefu.toml hold again."""
    from kefu.app.promise import withdraw

    if withdraw(home):
        say("The promise is withdrawn.", "承诺已撤回。")
    else:
        say("No promise was in force.", "本来就没有生效的承诺。")


def refusal(outcome: Outcome) -> tuple[str, str]:
    """Why there is no certificate, in English and Chinese."""
    from kefu.service.promise.certify import MoreLabels, NoThreshold

    match outcome:
        case MoreLabels(missing):
            return f"{missing} more verdicts needed", f"还需要 {missing} 条评判"
        case NoThreshold(bound):
            return f"no threshold keeps it; best bound {bound:.1%}", f"没有阈值守得住；最好的上界是 {bound:.1%}"
    return "", ""


def described(kept: Kept) -> tuple[str, str]:
    """A promise in a sentence, in English and Chinese."""
    aim, bought = kept.aim, f"{kept.coverage:.0%} ({kept.low:.0%}–{kept.high:.0%})"
    of_what = ("all enquiries", "全部询问") if aim.dial == "joint" else ("automatic answers", "自动回答")
    sure = f"{1 - aim.delta:.0%}"
    en = f"at most {aim.alpha:.1%} of {of_what[0]} go wrong (confidence {sure}, {kept.labels} verdicts); "
    zh = f"{of_what[1]}中出错不超过 {aim.alpha:.1%}（置信度 {sure}，{kept.labels} 条评判）；"
    en += f"kefu acts from probability {kept.threshold:.3f} on, about {bought} of the enquiries."
    return en, f"{zh}概率达到 {kept.threshold:.3f} 时自动处理，约占询问的 {bought}。"


def _reader_of(home: Path) -> tuple[Path, str]:
    """The skills' folder of a project, and the version of its reader."""
    from kefu.app.config import load_config
    from kefu.app.readers import reader_settings
    from kefu.app.training import load_model

    config = load_config(home)
    models = config.home / config.get("reader.model", str)
    reader = load_model(models, reader_settings(config))
    return config.home / config.get("skills.folder", str), reader.version


async def _look(home: Path) -> tuple[Standing, list[Label]]:
    from kefu.app.config import load_config
    from kefu.app.plugins import load_plugin
    from kefu.app.promise import digest_of, labels_of, read_certificate, standing

    config = load_config(home)
    skills, version = _reader_of(home)
    place = {**config.table("store"), "home": str(config.home)}
    async with load_plugin("stores", config.get("store.use", str))(place) as store:
        reviews = await store.reviews(judged=True)
    return standing(read_certificate(config.home), version, digest_of(skills), reviews), labels_of(reviews, version)


def _show_standing(found: Standing) -> None:
    if found.certificate is None:
        say("No promise is in force; the thresholds of kefu.toml hold.", "没有生效的承诺，按 kefu.toml 的阈值工作。")
        return
    made = f"{found.certificate.made:%Y-%m-%d}"
    en, zh = described(found.certificate.kept)
    say(f"Promised on {made}: {en}", f"{made} 承诺：{zh}")
    if found.void:
        say(f"Void: {found.void}. Judge anew, then certify again.", f"已失效：{VOID[found.void]}。请重新评判后再证明。")
    elif found.watch:
        (en, zh), wrong, seen = STATES[found.watch.state], found.watch.wrong, found.watch.seen
        say(f"Watch: {en} ({wrong} wrong of {seen} since).", f"监测：{zh}（此后 {seen} 条中错 {wrong} 条）。")


STATES = {
    "holds": ("it holds", "成立"),
    "at_risk": ("at risk: look at the latest verdicts", "有风险：请看最近的评判"),
    "broken": (
        "broken: nothing is answered automatically until a new certificate",
        "已打破：在重新证明之前不再自动回答",
    ),
}
VOID = {"the reader was trained anew": "模型重新训练过", "the skills were changed": "技能改动过"}


def _show_dial(buys: list[tuple[float, Outcome]], labels: int) -> None:
    from rich.table import Table

    from kefu.service.promise.certify import Kept

    heads = ("最多出错", "阈值", "自动回答") if chinese() else ("at most wrong", "threshold", "answered")
    table = Table(*heads, box=None)
    for alpha, one in buys:
        if isinstance(one, Kept):
            table.add_row(f"{alpha:.1%}", f"{one.threshold:.3f}", f"{one.coverage:.0%} ({one.low:.0%}–{one.high:.0%})")
        else:
            table.add_row(f"{alpha:.1%}", "–", refusal(one)[chinese()])
    say(f"What {labels} verdicts would buy:", f"现有 {labels} 条评判能换来：")
    console.print(table)
