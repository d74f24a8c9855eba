"""The JSON that programs read: one object a line, every key always there, what is not known an empty string (a price: null).

Lines are UTF-8. Characters that some programs take for the end of a line, and the controls that a terminal would act on,
are escaped, so a line is a line for everyone.
"""

import json
import re
from collections.abc import Sequence

from bot.answer import Answer, Citation, Claim, Status, Usage
from bot.messages import Language, say
from bot.render.links import link
from bot.render.safe import well_formed
from vectorstore.article import Article, Hit

_UNQUIET = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_DECIMALS = 6  # of probabilities and scores; enough to order by
_TIME_DECIMALS = 4
_DOLLAR_DECIMALS = 8  # a token of the cheapest model costs 2e-8


def answer_line(answer: Answer) -> str:
    """An answer as `kildebot ask --json` prints it."""
    return json_line(_answer(answer))


def failed_answer_line(question: str, error: str) -> str:
    """What stands in the place of an answer to a line that holds no question, or that failed: `not_found`, and an `error`."""
    text = say("not_found", Language.NORWEGIAN)
    nothing = Answer(question, Status.NOT_FOUND, text, confidence=0.0, language=Language.NORWEGIAN, writer="")
    return json_line({**_answer(nothing), "error": error})


def hits_line(question: str, hits: Sequence[Hit]) -> str:
    """Hits as `kildebot search --json` prints them, best first."""
    return json_line({"question": question, "hits": [_hit(each) for each in hits]})


def failed_hits_line(question: str, error: str) -> str:
    return json_line({"question": question, "hits": [], "error": error})


def article_line(article: Article) -> str:
    """An article as `kildebot articles --json` prints it, without its text."""
    return json_line(
        {
            **_described(article),
            "published_from": article.published.provenance.value,
            "outlet": article.outlet,
            "genre": article.genre or "",
            "language": article.language,
            "url": article.url,
            "file": article.file,
            "characters": len(article.text),
        }
    )


def json_line(value: object) -> str:
    """Any value as one line of JSON, without its end."""
    dumped = json.dumps(value, ensure_ascii=False, separators=(", ", ": "))
    return _UNQUIET.sub(lambda found: f"\\u{ord(found[0]):04x}", dumped)


def _answer(answer: Answer) -> dict[str, object]:
    return {
        "question": well_formed(answer.question),
        "status": answer.status.value,
        "text": answer.text,
        "confidence": round(float(answer.confidence), _DECIMALS),
        "language": str(answer.language),
        "writer": answer.writer,
        "model": answer.model,
        "trouble": answer.trouble or "",
        "citations": [_citation(each) for each in answer.citations],
        "claims": [_claim(each) for each in answer.claims],
        "nearest": [_described(each) for each in answer.nearest],
        "usage": _usage(answer.usage),
        "seconds": round(answer.seconds, _TIME_DECIMALS),
    }


def _citation(citation: Citation) -> dict[str, object]:
    article = citation.article
    return {
        "number": citation.number,
        "article": article.id,
        "title": article.title,
        "outlet": article.outlet,
        "published": article.published.iso,
        "published_from": article.published.provenance.value,
        "genre": article.genre or "",
        "url": article.url,
        "link": link(article, citation.quote),
        "quote": citation.quote,
        "start": citation.span.start,
        "end": citation.span.end,
        "proven": citation.proven,
        "also_in": [{**_described(each), "outlet": each.outlet} for each in citation.also_in],
    }


def _claim(claim: Claim) -> dict[str, object]:
    return {"text": claim.text, "citations": list(claim.numbers), "proven": claim.proven}


def _usage(usage: Usage) -> dict[str, object]:
    dollars = None if usage.dollars is None else round(usage.dollars, _DOLLAR_DECIMALS)
    return {"input_tokens": usage.input_tokens, "output_tokens": usage.output_tokens, "dollars": dollars}


def _described(article: Article) -> dict[str, object]:
    return {
        "article": article.id,
        "title": article.title,
        "published": article.published.iso,
        "link": link(article),
    }


def _hit(hit: Hit) -> dict[str, object]:
    article, span = hit.passage.article, hit.passage.span
    return {
        "article": article.id,
        "title": article.title,
        "published": article.published.iso,
        "outlet": article.outlet,
        "url": article.url,
        "start": span.start,
        "end": span.end,
        "text": hit.passage.text,
        "score": round(float(hit.score), _DECIMALS),
    }
