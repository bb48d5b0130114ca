"""The command line: parse, call, exit code. One file a command, loaded only when it is called."""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from types import FrameType

import click

from ..corpus.errors import CommuniqueError, UsageError

COMMANDS = {
    "score": "Label statements: the main job.",
    "extract": "Find the statements only: who says what.",
    "train": "Fine-tune a classifier from coded sentences.",
    "evaluate": "Measure a model, or two, on coded sentences.",
    "crossval": "Measure a recipe by grouped cross-validation.",
    "sample": "Draw units to code by hand.",
    "convert": "To and from annotation tools, tables, codebooks.",
    "agreement": "Say how far coders agree, and settle the rest.",
    "estimate": "Correct shares by group for the model's errors.",
    "compare": "Compare who says what.",
    "report": "Write one page to read and to show.",
    "replicate": "Write a folder that somebody else can re-run.",
    "codebook": "Check, show or begin a label scheme.",
    "models": "List, show, verify, export or push models.",
    "doctor": "Show versions, processor, and what is missing.",
}
DONE, FAILED, USAGE, SOME_ERRORS, INTERRUPTED, TERMINATED = 0, 1, 2, 3, 130, 143


class Lazy(click.Group):
    """A group that imports a command's module only when the command is called."""

    def list_commands(self, _: click.Context) -> list[str]:
        """Return the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, _: click.Context, name: str) -> click.Command | None:
        """Import the command `name`."""
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f".{name}", __name__).command
        return command

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="communique")
def group() -> None:
    """Find who says what in the statements of companies and governments, and label every sentence.

    communique score INPUT... -o OUT      is the main job; every command explains itself with --help.
    """
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False


def main() -> None:
    """Run the command line and exit with one of the documented codes."""
    signal.signal(signal.SIGTERM, _terminated)
    try:
        code = group.main(standalone_mode=False)
    except click.exceptions.Abort:  # what click makes of Ctrl-C
        code = _say("interrupted; `--resume` continues a scoring run or a training", INTERRUPTED)
    except click.ClickException as error:
        error.show()
        code = USAGE
    except UsageError as error:
        code = _say(str(error), USAGE)
    except CommuniqueError as error:
        code = _say(str(error), FAILED)
    except BrokenPipeError:
        sys.stderr.close()
        code = FAILED
    except OSError as error:
        code = _say(f"{error.filename or 'input or output'}: {error.strerror or error}", FAILED)
    sys.exit(code if isinstance(code, int) else DONE)


def _say(message: str, code: int) -> int:
    click.echo(f"communique: {message}", err=True)
    return code


def _terminated(_signal: int, _frame: FrameType | None) -> None:
    sys.exit(TERMINATED)
