"""The list of commands that an app shows, in its user's language; admins see theirs too."""

from collections.abc import Sequence
from contextlib import suppress

from telegram import Bot, BotCommand, BotCommandScopeChat
from telegram.error import TelegramError

from bot.messages import Language, say
from bot.settings import Settings, numbers
from bot.telegram.addressing import COMMANDS, FOR_ADMINS


async def register(bot: Bot, settings: Settings) -> None:
    """Register the commands, in both languages; that it fails is no reason not to run."""
    with suppress(TelegramError):
        for code, language in _languages(settings).items():
            await bot.set_my_commands(_listed(COMMANDS, language), language_code=code or None)
        for admin in numbers(settings.admins):
            await register_for_admin(bot, settings, admin)


async def register_for_admin(bot: Bot, settings: Settings, admin: int) -> None:
    """The same for one admin; that it fails, as it does for who has not written to the bot yet, changes nothing."""
    with suppress(TelegramError):
        for code, language in _languages(settings).items():
            everything = _listed(COMMANDS + FOR_ADMINS, language)
            await bot.set_my_commands(everything, scope=BotCommandScopeChat(admin), language_code=code or None)


def codes(settings: Settings) -> list[str]:
    """The codes of languages that commands are registered in."""
    return [*_languages(settings)]


def _languages(settings: Settings) -> dict[str, Language]:
    """The languages that commands are registered in, by the code of the app's; "" is for all others."""
    norwegian = dict.fromkeys(("nb", "no", "nn"), Language.NORWEGIAN)
    others = Language.ENGLISH if settings.language == "en" else Language.NORWEGIAN
    return {"": others, **norwegian, "en": Language.ENGLISH}


def _listed(names: Sequence[str], language: Language) -> list[BotCommand]:
    return [BotCommand(name, say(f"command_{name}", language)) for name in names]
