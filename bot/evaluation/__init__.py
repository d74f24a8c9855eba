"""How well a question set is answered: its questions, what became of each, the sums, and whether two runs differ by more than chance.

    file ─→ questions ─→ fitted to the archive ─→ asked ─→ outcomes ─→ measured ─┬→ a run, kept as JSON
                                                                                └→ two runs compared

Nothing here is a model's judgement: an answer is right if what it quotes holds the expected text.
"""

from bot.evaluation.asking import Answers, Finds, asked, failed, outcomes
from bot.evaluation.comparing import Change, Comparison, Verdict, compared
from bot.evaluation.gold import Articles, Fitted, Gold, Misfit, fitted, pattern
from bot.evaluation.measures import (
    BY_NAME,
    GROUPS,
    MEASURES,
    Group,
    Measure,
    Ratio,
    by_sort,
    measured,
    percentile,
    ratio,
    share,
    spent,
)
from bot.evaluation.outcome import Cited, Found, Outcome
from bot.evaluation.questions import SAMPLE_QUESTIONS, Expected, Faulty, Question, read_questions
from bot.evaluation.record import Circumstances, Run, comparison_object, is_run, read_run, run_object

__all__ = [
    "BY_NAME",
    "GROUPS",
    "MEASURES",
    "SAMPLE_QUESTIONS",
    "Answers",
    "Articles",
    "Change",
    "Circumstances",
    "Cited",
    "Comparison",
    "Expected",
    "Faulty",
    "Finds",
    "Fitted",
    "Found",
    "Gold",
    "Group",
    "Measure",
    "Misfit",
    "Outcome",
    "Question",
    "Ratio",
    "Run",
    "Verdict",
    "asked",
    "by_sort",
    "compared",
    "comparison_object",
    "failed",
    "fitted",
    "is_run",
    "measured",
    "outcomes",
    "pattern",
    "percentile",
    "ratio",
    "read_questions",
    "read_run",
    "run_object",
    "share",
    "spent",
]
