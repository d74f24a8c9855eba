"""What stands in each sentence of a passage: its stems, names, numbers, and signs of what kind of question it may answer."""

import re
from dataclasses import dataclass
from functools import cached_property

from vectorstore.article import Span
from vectorstore.chunking import sentences
from vectorstore.kinds import Kind, is_number, shows
from vectorstore.language import FUNCTION_WORDS, stems, tokens

_CAPITALISED = re.compile(r"[A-ZÆØÅÄÖÜÉ][\w’'-]*")
_OPENERS = "«“\"'–—-•* ("


@dataclass(frozen=True)
class Sentence:
    """One sentence of a passage. `span` counts from the start of the passage."""

    span: Span
    text: str
    words: tuple[str, ...]
    stems: tuple[str, ...]
    language: str

    @cached_property
    def places(self) -> dict[str, int]:
        """Stem → where it first stands, counted in words."""
        found: dict[str, int] = {}
        for at, stem in enumerate(self.stems):
            found.setdefault(stem, at)
        return found

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        return frozenset(self.words)

    @cached_property
    def run(self) -> str:
        """The sentence in small letters without hyphens, to find a word within a compound: `Korea-ekspert`, `reservesoldater`."""
        return " " + self.text.lower().replace("-", "")

    @cached_property
    def new_places(self) -> tuple[tuple[int, str], ...]:
        """Where names and numbers stand, counted in words, with the word itself."""
        telling = self.names | self.numbers
        return tuple((at, word) for at, word in enumerate(self.words) if word in telling)

    @cached_property
    def names(self) -> frozenset[str]:
        """Lower-case words that are written with a capital although no sentence begins there."""
        opening = len(self.text) - len(self.text.lstrip(_OPENERS))
        found = (match for match in _CAPITALISED.finditer(self.text))
        return frozenset(
            word
            for match in found
            for word in tokens(match[0])
            if match.start() > opening or (word not in FUNCTION_WORDS and "-" in match[0])
        )

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The words that are numbers, in digits or in letters."""
        return frozenset(word for word in self.words if is_number(word, self.language))

    def shows(self, kind: Kind) -> bool:
        """Whether something in this sentence could answer a question of that kind."""
        if kind not in self._shown:
            self._shown[kind] = bool(self.names) if kind is Kind.PERSON else shows(kind, self.text, self.language)
        return self._shown[kind]

    @cached_property
    def _shown(self) -> dict[Kind, bool]:
        """What was found so far, for few kinds are ever asked for."""
        return {}

    @property
    def ends(self) -> bool:
        """Whether it ends as sentences do; headlines, captions and bullets do not."""
        return self.text.rstrip("»”\"')]").endswith((".", "!", "?", "…", ":"))


def annotate(text: str, language: str) -> tuple[Sentence, ...]:
    """The sentences of a passage's text, annotated."""
    found = []
    for span in sentences(text):
        piece = span.of(text)
        words = tokens(piece)
        found.append(Sentence(span, piece, tuple(words), tuple(stems(words, language)), language))
    return tuple(found)
