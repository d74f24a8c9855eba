"""What a question asks for: its terms, the ways each may stand in an article, and the kind of answer wanted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from vectorstore.glossary import is_word
from vectorstore.kinds import Kind, asked
from vectorstore.language import ENGLISH, FUNCTION_WORDS, NORWEGIAN, NYNORSK, detect, tokens
from vectorstore.lexicon import Alternative, Lexicon

EARLIER_WEIGHT = 0.5
"""What the turn before counts, beside the question itself; and each turn before that, beside the one after it."""

_TURNS = 6  # turns further back weigh less than 1/32
_MOST_TERMS = 64  # more carry no more meaning and cost time
_ASKING = (
    (NORWEGIAN, re.compile(r"\b(?:hv(?:a|em|or|ordan|orfor|ilken|ilket|ilke|is)|når)\b", re.IGNORECASE)),
    (NYNORSK, re.compile(r"\b(?:kva|kven|kvar|kor|korleis|kvifor)\b", re.IGNORECASE)),
    (ENGLISH, re.compile(r"\b(?:what|who|whom|whose|where|when|why|how|which|does|did)\b", re.IGNORECASE)),
)
_NAME = re.compile(r"[A-ZÆØÅ][\w-]*")
_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_YEAR_WEIGHT = 0.5  # an article seldom says the year that it is about; its date may


@dataclass(frozen=True, slots=True)
class Term:
    """One word of the question: the ways it may stand in an article, how much it tells (its idf), and the share of passages with it.

    `weight` is 1 for a word of the question itself, and less for one that an earlier turn of the conversation brought in.
    """

    word: str
    alternatives: tuple[Alternative, ...]
    idf: float
    share: float
    name: bool
    year: bool
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Query:
    """A question, made ready for search: its terms, and with falling weight those of the turns before it.

    `texts` are the question and the turns before it, newest first, each with its weight.
    """

    language: str
    kind: Kind
    terms: tuple[Term, ...]
    texts: tuple[tuple[str, float], ...]


def analyse(question: str, lexicon: Lexicon, earlier: Sequence[str] = ()) -> Query:
    """Read a question against the words of an archive.

    `earlier` are the questions asked before it in the same conversation, oldest first.
    """
    texts = [(text, EARLIER_WEIGHT**turn) for turn, text in enumerate([question, *reversed(earlier)])][:_TURNS]
    terms: dict[str, Term] = {}
    for text, weight in texts:
        for term in _terms(text, lexicon):
            if weight < 1 and not term.share:
                continue  # only the question itself may ask for what no article has
            before = terms.get(term.word)
            terms[term.word] = replace(before or term, weight=weight + (before.weight if before else 0.0))
    return Query(language_of(question), asked(question)[0], tuple(terms.values())[:_MOST_TERMS], tuple(texts))


def language_of(question: str) -> str:
    """The language of a question: that of its question word, or else of its function words."""
    return next((language for language, asking in _ASKING if asking.search(question)), "") or detect(question)


def _terms(text: str, lexicon: Lexicon) -> list[Term]:
    language = language_of(text)
    names = _names(text, language)
    content, asking = [word for word in tokens(text) if word not in FUNCTION_WORDS], set(tokens(asked(text)[1]))
    kept = list(dict.fromkeys([word for word in content if word not in asking] or content))[:_MOST_TERMS]
    return [_term(word, language, lexicon, word in names) for word in kept]


def _term(word: str, language: str, lexicon: Lexicon, name: bool) -> Term:
    meaning = lexicon.meaning(word, language, name)
    year = bool(_YEAR.fullmatch(word))
    idf = meaning.idf * (_YEAR_WEIGHT if year else 1)
    return Term(word, meaning.alternatives, idf, meaning.share, name, year)


def _names(text: str, language: str) -> set[str]:
    """The lower-case words that are written with a capital; the first one only where it is no common word."""
    found = [token for match in _NAME.finditer(text) for token in tokens(match[0])]
    opening = tokens(text)[:1]
    content = (token for token in found if token not in FUNCTION_WORDS)
    return {token for token in content if [token] != opening or not is_word(token, language)}
