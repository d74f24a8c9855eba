"""`.md`: markup becomes plain text, by way of the HTML that it stands for, so that what a page would hide is hidden here too.

Links become their words, headings their own lines. Lists stay as typed: `12. september 2023` at the beginning of a line is a date,
and `- ` in Norwegian is how speech begins; both would be renumbered or lost as list items.
"""

import re

from vectorstore.errors import ArticleRejected
from vectorstore.reading import webpage
from vectorstore.reading.characters import tidied
from vectorstore.reading.cleaning import cleaned
from vectorstore.reading.decoding import decode
from vectorstore.reading.fields import doubts_about, title_in
from vectorstore.reading.front_matter import parted
from vectorstore.reading.outcome import Reading

# The parser takes 20 s for the worst 2 MB we could think of; a Markdown article has some kilobytes.
LARGEST = 2_000_000


def reading(name: str, raw: bytes) -> Reading:
    """The article in the file, with the name for its id. Raises `ArticleRejected`."""
    if len(raw) > LARGEST:
        raise ArticleRejected(
            f"larger than {LARGEST // 1_000_000} MB, the limit for Markdown", "Save it as .txt, or split it."
        )
    fields, text = parted(tidied(decode(raw)))
    stated = title_in(fields)
    heading, body = webpage.shown(_rendered(text), headed=not stated)
    article = cleaned(re.sub(r"^[*+] ", "• ", body, flags=re.MULTILINE), stated or heading).article(name, fields)
    return Reading(article, doubts_about(fields))


def _rendered(text: str) -> str:
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"breaks": True}).enable("table").disable(["list", "code"])
    return str(markdown.render(text))
