"""Signs of whether a passage carries a claim: how much of the claim stands there, together, in the same relations, and not turned round."""

from dataclasses import dataclass

from bot.proof.signs.ground import Ground
from bot.proof.signs.turned import Turned
from vectorstore.language import ENGLISH

__all__ = ["Ground", "Sign"]


@dataclass(frozen=True)
class Sign(Turned):
    """How a claim stands in one passage."""

    def all(self) -> dict[str, float]:
        share, window = self.best
        content = self.content
        missed = [self.weights[at] * (1 - self.held(at, window)) for at in content]
        nowhere = [self.weights[at] * (1 - self.held(at)) for at in content]
        clause, clause_missed = self._worst_clause()
        single, _ = self.best_window(content, 1)
        names = [at for at in content if self.is_name(at)]
        others = [at for at in content if at not in names]
        whole = sum(self.weights.values()) or 1.0
        return {
            "in window": share,
            "in sentence": single,
            "in passage": self.share(content),
            "in passage itself": self.share(content, heading=False),
            "missed in window": sum(missed),
            "most missed in window": max(missed, default=0.0),
            "missed": sum(nowhere),
            "most missed": max(nowhere, default=0.0),
            "words missed": float(sum(each > 0.35 for each in nowhere)),
            "worst clause": clause,
            "missed in worst clause": clause_missed,
            "missed share": sum(nowhere) / whole,
            "missed in a row": self._missed_in_a_row(),
            "order in clauses": self._order_in_clauses(window),
            "stranger in sentence": self._stranger(lambda word: word.sentence),
            "stranger in clause": self._stranger(lambda word: word.clause),
            "words": float(len(content)),
            "names in window": self.share(names, window) if names else 1.0,
            "others in window": self.share(others, window) if others else 1.0,
            "neighbours": self._neighbours(window),
            "order": self._order(window),
            "window": float(len(window)),
            "crossed": float((self.claim.language == ENGLISH) != (self.ground.body.language == ENGLISH)),
            "name bound": self._bound(self._name_anchors()),
            "number bound": self._bound(self._number_anchors()),
            "swapped": self._swapped(window),
            "names in place": self._in_place(self._name_places()),
            "names of others": self._of_others(),
            "numbers in place": self._in_place(self._number_places()),
            "words in place": self._words_in_place(window),
            "voice changed": self._voice_changed(window),
            "negated": self._negated(window),
            "not negated": self._not_negated(window),
            "negated next": self._negated_next(window),
            "opposite": self._opposite(window),
            "another speaks": self._another_speaks(window),
            "nobody says so": self._nobody_says_so(window),
        }
