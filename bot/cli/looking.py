"""The command that looks after things: doctor."""

import click

from bot.cli.shared import DONE, FAILED, Command, Shared, print_json


@click.command(cls=Command, short_help="Check the archive, its indexes, the settings and the terminal.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as one JSON object.")
@click.pass_obj
def doctor(shared: Shared, as_json: bool) -> int:
    """Check that all is well, and say what to do where it is not.

    Looks at the installation, the terminal, the settings, the archive and its
    indexes. A chat model, if there is one, is set up but asked nothing, and what
    was spent today is told. An embedding model is asked for a vector. No
    article and no setting is changed; a word index that is missing or behind is
    brought up to date, as by a question. The exit code is 1 if anything is an
    error; warnings are none.
    """
    from bot.doctor import as_object, examine, healthy, show
    from bot.errors import BotError
    from bot.messages import Language
    from bot.render import json_line
    from bot.wiring import language_of_keeping

    screen = shared.screen()
    try:
        settings = shared.settings()
        findings, language = examine(settings, screen), language_of_keeping(settings)
    except BotError as error:
        findings, language = examine(error, screen), Language.ENGLISH
    if as_json:
        print_json(json_line(as_object(findings)))
    else:
        show(screen, findings, language)
    return DONE if healthy(findings) else FAILED
