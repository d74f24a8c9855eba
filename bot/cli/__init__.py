"""kildebot, the command line.

`program` is the program and how it ends; the commands are in `asking` (search, ask, chat), `keeping` (ingest, articles, remove),
`evaluating` (eval), `telegramming` (telegram, feedback) and `looking` (doctor). Nothing heavy is imported before a command runs.
"""

from bot.cli.program import program

__all__ = ["main", "program"]


def main() -> None:
    """Run the program with the arguments of the process, and end the process."""
    program(prog_name="kildebot")
