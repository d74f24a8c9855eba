"""What an evaluation found, for people: `table` on a screen, `page` as a web page; `wording` says it and `plots` draws it."""

from bot.render.evaluation.page import comparison_page, run_page
from bot.render.evaluation.table import show_comparison, show_run

__all__ = ["comparison_page", "run_page", "show_comparison", "show_run"]
