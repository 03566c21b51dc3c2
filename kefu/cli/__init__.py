"""The commands: one file each. `kefu --help` lists them."""

from __future__ import annotations

import sys

import click

from kefu import __version__
from kefu.cli.audit import audit
from kefu.cli.chat import chat
from kefu.cli.compare import compare
from kefu.cli.config import config
from kefu.cli.data import data
from kefu.cli.doctor import doctor
from kefu.cli.encoder import encoder
from kefu.cli.extract import extract
from kefu.cli.init import init
from kefu.cli.insight import insight
from kefu.cli.knowledge import knowledge
from kefu.cli.model import model
from kefu.cli.people import people
from kefu.cli.predict import predict
from kefu.cli.promise import promise
from kefu.cli.rules import rules
from kefu.cli.run import run
from kefu.cli.sample import sample
from kefu.cli.show import fail
from kefu.cli.skill import skill
from kefu.cli.test import test
from kefu.cli.train import train
from kefu.cli.voice import voice
from kefu.cli.why import why
from kefu.core.errors import KefuError


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  kefu init my-school            make a project from the sample school
  kefu run my-school             train if needed, then serve on http://127.0.0.1:8765
  kefu chat my-school --as L00001   talk to it here, signed in as a sample learner
  kefu doctor my-school          find out what is wrong and how to mend it""",
)
@click.version_option(__version__, prog_name="kefu")
def commands() -> None:
    """Customer service that answers from your own records (客服).

    Exit codes: 0 all is well, 1 something was found or failed, 2 wrong usage.
    """
    from kefu.cli.log import set_up_log

    set_up_log()


for command in (
    init,
    run,
    chat,
    train,
    test,
    compare,
    model,
    encoder,
    extract,
    why,
    config,
    doctor,
    skill,
    data,
    promise,
    predict,
    knowledge,
    people,
    audit,
    rules,
    sample,
    voice,
    insight,
):
    commands.add_command(command)


def main() -> None:
    """Run a command; an error of kefu becomes one clear line and exit code 1."""
    try:
        # Without standalone mode, click returns the exit code that a command asked for.
        sys.exit(commands.main(standalone_mode=False) or 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        sys.exit(130)
    except KefuError as error:
        fail(error)
        sys.exit(1)
