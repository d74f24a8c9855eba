"""Answers, sources and articles as Telegram messages: plain text, and entities that say what of it is a link, a quote or bold.

`styled` is text with styles; `harmless` keeps what articles and models say from being anything but text, and from being changed by
Telegram on its way; `splitting` cuts it into messages; `answers` and `articles` lay it out.

Nothing here is markup: no text can end a link or begin one. All lengths that Telegram limits are in UTF-16 code units, all others in
code points.
"""

from bot.telegram.rendering.answers import answer_messages, preview, sources_messages
from bot.telegram.rendering.articles import articles_page, passage_messages
from bot.telegram.rendering.harmless import harmless
from bot.telegram.rendering.splitting import plain, split
from bot.telegram.rendering.styled import Kind, Message, Style, Styled

__all__ = [
    "Kind",
    "Message",
    "Style",
    "Styled",
    "answer_messages",
    "articles_page",
    "harmless",
    "passage_messages",
    "plain",
    "preview",
    "sources_messages",
    "split",
]
