"""The control of the kills: python-telegram-bot as its manual has it, with an answer to each message that takes 50 ms."""

import asyncio
import os
from urllib.parse import urlsplit

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

_WORK = 0.05  # seconds


async def answer(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
    """Say something in reply."""
    message = update.effective_message
    if message is not None:
        await asyncio.sleep(_WORK)
        await message.reply_text("Det står i artiklene.", do_quote=True)


def main() -> None:
    given = os.environ
    token, api = given["TELEGRAM_BOT_TOKEN"], given["KILDEBOT_TELEGRAM_API"]
    application = Application.builder().token(token).base_url(f"{api}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, answer))
    if public := given.get("KILDEBOT_WEBHOOK_URL"):
        application.run_webhook(
            "127.0.0.1",
            int(given["KILDEBOT_LISTEN"].rpartition(":")[2]),
            urlsplit(public).path.strip("/"),
            webhook_url=public,
            secret_token=given["KILDEBOT_WEBHOOK_SECRET"],
        )
    else:
        application.run_polling()


if __name__ == "__main__":
    main()
