"""The command line as a page: every command with its arguments and options."""

import contextlib
import io
import sys
from collections.abc import Iterator
from typing import Any

import typer

import creditflow.cli

HEAD = """# Commands

Every command answers to `--help`. Messages come in Chinese where the terminal's locale is Chinese or
`CREDITFLOW_LANGUAGE=zh-CN` is set. A problem is one sentence on standard error and exit status 1.
"""


def page() -> str:
    """The reference page, commands in alphabetical order."""
    return "\n".join([HEAD, *(_section(path, command) for path, command in every())])


def every() -> Iterator[tuple[str, Any]]:
    """Every command with the words that call it."""
    # Asking for help loads exactly those commands that a person can call.
    words, sys.argv = sys.argv, ["creditflow", "--help"]
    with contextlib.redirect_stdout(io.StringIO()):
        creditflow.cli.run()
    sys.argv = words
    yield from sorted(_below(typer.main.get_command(creditflow.cli.app), "creditflow"))


def _below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name, sub in inner.items():
        yield from _below(sub, f"{path} {name}")


def _section(path: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option" and not p.hidden]
    words = [path, *(_name(a) for a in arguments)]
    if options:
        words.append("[OPTIONS]")
    lines = [f"## `{path}`", "", command.help or "", "", "```text", " ".join(words), "```", ""]
    rows = [_row(p) for p in (*arguments, *options)]
    if rows:
        lines += ["| | |", "|---|---|", *rows, ""]
    return "\n".join(lines)


def _row(parameter: Any) -> str:
    name = (
        _name(parameter)
        if parameter.param_type_name == "argument"
        else ", ".join([*parameter.opts, *parameter.secondary_opts])
    )
    text = parameter.help or ""
    default = parameter.default
    told = default is not None and default != [] and not callable(default)
    if told and not parameter.required and default is not False:
        text = f"{text} Default: `{default}`."
    if parameter.required and parameter.param_type_name == "option":
        text = f"{text} Required."
    return f"| `{name}` | {text.replace('|', ' or ')} |"


def _name(argument: Any) -> str:
    return str(argument.metavar or argument.name.upper())
