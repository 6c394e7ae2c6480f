"""The program, also as python -m convcalc."""

from convcalc.process import begin


def main() -> None:
    """Run the command line and exit."""
    begin()
    from convcalc.cli import main as run

    run()


if __name__ == "__main__":
    main()
