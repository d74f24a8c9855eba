"""Word lists as they are written here: words with spaces between them."""


def listed(words: str) -> frozenset[str]:
    return frozenset(words.split())


def ordered(words: str) -> tuple[str, ...]:
    return tuple(words.split())
