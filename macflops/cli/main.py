"""The program: finds the command, and turns every error into one line and an exit status."""

from __future__ import annotations

import gc
import io
import os
import sys
from importlib import import_module
from typing import NoReturn

import click

import macflops
from macflops.cli._output import ERRORS, silence
from macflops.errors import SourceError, printable
from macflops.members import members


class Commands(click.Group):
    """The commands are the files beside this one, each with its `command`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, without importing any."""
        return [name for name in members(__file__) if name != "main"]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        """Import a command and return it."""
        if name not in self.list_commands(ctx):
            return None
        return import_module(f"macflops.cli.{name}").command  # type: ignore[no-any-return]

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or say which was meant."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            from difflib import get_close_matches

            close = get_close_matches(args[0], self.list_commands(ctx), 1)
            hint = f"did you mean {close[0]}?" if close else f"use one of {', '.join(self.list_commands(ctx))}"
            raise click.UsageError(f"no command {args[0]!r} ({hint})") from None


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(macflops.__version__, "--version", message="macflops %(version)s")
def program() -> None:
    """Say why a neural network is slow and what to write instead, recounted.

    A SOURCE is a .yaml file (native, or Ultralytics'), an .onnx file, a .pt2 file of torch.export, zoo:NAME,
    torch:MODULE:CALLABLE (imports MODULE, which runs its code), timm:NAME, or - (YAML on standard input).

    \b
      macflops audit model.yaml         what makes it slow: the main job
      macflops count model.yaml         the numbers alone
      macflops rule G1                  what a rule means, and its formula
      macflops zoo list                 the networks that ship
      macflops plot groups              a figure; without a name, their list
    """


def run() -> NoReturn:
    """Run the program as a process of its own, which ends at once: what it holds goes with it.

    To collect garbage on the way and to free every object at the end takes as long as an audit.
    """
    gc.disable()
    try:
        main()
    except SystemExit as stop:
        status = stop.code
    for stream in filter(None, (sys.stdout, sys.stderr)):  # one that is closed is None
        try:
            stream.flush()
        except OSError:  # its reader went away
            silence(stream)
    os._exit(status if isinstance(status, int) else 0)


def main() -> NoReturn:
    """Run the program: status 0, 1 for findings or budgets over the threshold, 2 for wrong input, in one line."""
    speak_utf8()
    try:
        status = program.main(standalone_mode=False)
    except SourceError as error:
        fail(error.shown() if error.location.line else str(error))
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        sys.exit(2)
    except click.ClickException as error:
        fail(f"macflops: error: {one_line(error)}")
    except click.Abort:
        sys.exit(130)
    except OSError as error:
        silence(sys.stdout)
        fail(f"macflops: error: {printable((error.strerror or str(error)).lower())} (look at where its output goes)")
    except RecursionError:
        fail("macflops: error: the input nests too deeply (flatten it)")
    except MemoryError:
        fail("macflops: error: not enough memory for this network (lower its size or the limits)")
    except Exception as error:
        if os.environ.get("MACFLOPS_TRACEBACK"):
            raise
        what = printable(f"{type(error).__name__}: {error}")
        fail(f"macflops: error: {what}, a fault of macflops (report it with what MACFLOPS_TRACEBACK=1 shows)")
    sys.exit(status if isinstance(status, int) else 0)


def speak_utf8() -> None:
    """Print UTF-8 whatever the locale, with what is no text escaped: bars and names of files have to come through."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors=ERRORS)


def one_line(error: click.ClickException) -> str:
    """Return what click says on one line, with what to do."""
    text = printable(" ".join(error.format_message().split()))
    has_hint = "id you mean" in text or "(use one of" in text
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "macflops"
    return text if has_hint else f"{text.rstrip('.')} (see {command} --help)"


def fail(line: str) -> NoReturn:
    """Print an error and leave with status 2."""
    try:
        click.echo(line, err=True)
    except OSError:  # nowhere to say it: the status tells
        silence(sys.stderr)
    sys.exit(2)
