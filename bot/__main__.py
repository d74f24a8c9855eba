"""`python -m bot` is kildebot."""

from bot.cli import main

main()
