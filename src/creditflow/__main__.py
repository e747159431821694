"""python -m creditflow."""

import sys


def main() -> None:
    """Run the command line."""
    from creditflow.cli import run  # noqa: PLC0415 - nothing is loaded before it is needed

    sys.exit(run())


if __name__ == "__main__":
    main()
