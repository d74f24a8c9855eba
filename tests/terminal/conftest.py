"""The small archive that the command line is tried on, and made-up answers."""

from tests.cli.conftest import archive, kept, locale, run

__all__ = ["archive", "kept", "locale", "run"]
