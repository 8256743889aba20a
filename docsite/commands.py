"""The commands' page: what each command's --help says."""

from __future__ import annotations

from collections.abc import Iterator

import click

from macflops.cli.main import program

INTRODUCTION = """# Commands

A SOURCE is a native `.yaml` file, an `.onnx` file, `zoo:NAME`, or `-`: YAML on standard input.

Results go to standard output, everything else to standard error. Exit status: 0 where nothing is wrong, 1 for a verdict
at or over `--fail-on` or a budget exceeded, 2 for wrong input or a wrong call. An error is one line,
`FILE:LINE:COLUMN: error: WHAT (WHAT TO DO)`. Options have [settings](settings.md), and the command line wins.

"""


def pages() -> dict[str, str]:
    """Return the page by its name."""
    with click.Context(program, info_name="macflops", help_option_names=["-h", "--help"]) as context:
        return {"commands.md": INTRODUCTION + "\n\n".join(sections(program, context)) + "\n"}


def sections(group: click.Group, context: click.Context) -> Iterator[str]:
    """Yield each command's help, those of groups in turn."""
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        with click.Context(command, info_name=name, parent=context, terminal_width=80) as inner:
            yield f"## {inner.command_path}\n\n```text\n{command.get_help(inner)}\n```"
            if isinstance(command, click.Group):
                yield from sections(command, inner)
