"""The command line: translates words into use cases. Every command loads only what it needs."""

import sys

import typer

from creditflow.cli.words import _

app = typer.Typer(
    name="creditflow",
    help=_("Credit limits for business customers: evaluated, proposed, decided, explained."),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def run() -> int:
    """Run the command line; a Problem becomes one sentence on stderr and exit status 1."""
    from creditflow.cli import (  # noqa: F401 - each adds its commands
        auditing,
        casework,
        groups,
        hand_ins,
        hooks,
        letters,
        limits,
        messages,
        models,
        monitoring,
        optimising,
        people,
        plans,
        policies,
        portfolio,
        rates,
        replaying,
        requests,
        routes,
        secrets,
        serving,
        templates,
    )
    from creditflow.cli.words import told
    from creditflow.domain.errors import Problem

    try:
        outcome = app(standalone_mode=False)
    except Problem as problem:
        for sentence in problem.details or (problem.sentence,):
            print(told(sentence), file=sys.stderr)
        return 1
    except typer.Abort:
        return 130
    except Exception as error:  # noqa: BLE001 - raised again unless it is one of Click's own
        return _shown(error)
    return int(outcome or 0)


def _shown(error: Exception) -> int:
    """Click's own errors (a wrong option) in its own words; anything else is a defect."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return int(getattr(error, "exit_code", 2))
