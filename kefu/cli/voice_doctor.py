"""kefu voice doctor: what the engines of speech can do on this machine."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kefu.cli.options import json_option
from kefu.cli.show import as_json, chinese, console, plain

if TYPE_CHECKING:
    from kefu.app.voice_check import Measure

MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]![/]", "wrong": "[red]✗[/]"}
NAMES = {
    "detector": "语音检测", "synthesiser": "语音合成", "recogniser": "语音识别", "calls": "通话", "file": "录音",
    "engine": "引擎", "opening": "打开用时", "memory": "内存", "first sound": "首个声音", "real-time factor": "实时率",
    "turns found": "找到的话轮", "vocabulary": "词汇", "heard right": "听对", "at once": "可同时进行",
    "result after the last sound": "说完到出结果", "memory of its decoders": "解码器内存", "length": "时长",
    "rate": "采样率", "level": "音量", "turns": "话轮", "phrases": "限定短语", "open": "不限",
}  # fmt: skip
ADVICE = {
    "slow_voice": ("The voice begins late: a smaller one answers sooner.", "声音出得晚：换更小的语音模型会更快。"),
    "turns": (
        "Not every sentence was one turn: look at voice.silence_ms.",
        "有的句子没有正好算一轮：看看 voice.silence_ms。",
    ),
    "limited": (
        "Limited vocabulary: it hears only phrases expected at the moment. For free speech, name another engine.",
        "词汇有限：只听得懂当下可能说的短语。要自由说话，请换一个引擎。",
    ),
    "misheard": (
        "Its own voice was misheard: is the engine for this language?",
        "连合成的声音都听错：引擎支持这种语言吗？",
    ),
    "slow_ears": (
        "It can hardly keep up with speech: a smaller model, or more cores.",
        "勉强跟得上说话：换小一点的模型或加核。",
    ),
    "few": ("This machine carries few calls at once.", "这台机器能同时承担的通话很少。"),
    "narrow": ("Telephone quality: expect more mistakes than at 16 kHz.", "电话音质：会比 16 kHz 错得多。"),
    "quiet": ("Too quiet: turn the microphone up.", "太小声：把麦克风调大。"),
    "loud": ("Cut off at the top: turn the microphone down.", "声音过大被削顶：把麦克风调小。"),
    "no_speech": ("No speech in it.", "里面没有人声。"),
}


@click.command(
    "doctor",
    epilog="""\b
Examples:
  kefu voice doctor                        the engines that come with kefu[voice]
  kefu voice doctor my-school              those of the project
  kefu voice doctor --wav microphone.wav   also what they make of a recording""",
)
@click.argument("home", type=click.Path(path_type=Path), default=".", metavar="[PROJECT]")
@click.option("--wav", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A recording to listen to.")
@json_option
def voice_doctor(home: Path, wav: Path | None, *, as_json_: bool) -> None:
    """Measure the engines of speech on this machine: speed, memory, how many calls; exit code 1 when one is missing.

    One engine speaks, the other listens: that tells what works and how fast, not how well people are understood.
    """
    from kefu.app.config import load_config
    from kefu.app.voice_check import measure

    config = load_config(home) if (home / "kefu.toml").is_file() else None
    measures = []
    for one in measure(config, wav):
        measures.append(one)
        if not as_json_:
            _show(one)
    if as_json_:
        as_json([asdict(one) | {"advice": ADVICE[one.advice][0] if one.advice else ""} for one in measures])
    if any(one.state == "wrong" for one in measures):
        raise click.exceptions.Exit(1)


def _show(one: Measure) -> None:
    part, what, text = ((NAMES.get(name, name) if chinese() else name) for name in (one.part, one.what, one.text))
    value = "" if one.value is None else f"{one.value:g} {one.unit}"
    console.print(f"{MARKS[one.state]} {part} · {what}: {value}{plain(text)}", soft_wrap=True)
    if one.advice:
        console.print(f"  [dim]{ADVICE[one.advice][chinese()]}[/]", soft_wrap=True)
