"""Answers, hits and articles as a reader sees them: on a terminal, and as JSON.

`wording` is what is said on any surface; `screen` is where text goes and how wide it may be; `answers` and `listings` lay it out; `streaming` shows an answer while it is
made, in a `region` that is drawn over; `contract` makes the JSON objects; `safe` and `links` keep what articles and questions hold from reaching the terminal as anything but text.
"""

from bot.render.answers import show_answer, show_source, show_sources
from bot.render.contract import answer_line, article_line, failed_answer_line, failed_hits_line, hits_line, json_line
from bot.render.listings import show_articles, show_hits
from bot.render.safe import shown, well_formed
from bot.render.screen import Screen
from bot.render.streaming import Stopped, show_stream

__all__ = [
    "Screen",
    "Stopped",
    "answer_line",
    "article_line",
    "failed_answer_line",
    "failed_hits_line",
    "hits_line",
    "json_line",
    "show_answer",
    "show_articles",
    "show_hits",
    "show_source",
    "show_sources",
    "show_stream",
    "shown",
    "well_formed",
]
