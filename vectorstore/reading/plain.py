"""`.txt`: text as it is, with front matter if it has one. A web page saved under this name is read as a web page."""

import re

from vectorstore.reading import webpage
from vectorstore.reading.characters import tidied
from vectorstore.reading.cleaning import cleaned
from vectorstore.reading.decoding import decode
from vectorstore.reading.fields import doubts_about, title_in
from vectorstore.reading.front_matter import parted
from vectorstore.reading.outcome import Reading

PAGE = re.compile(rb"\s*(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)


def reading(name: str, raw: bytes) -> Reading:
    """The article in the file, with the name for its id. Raises `ArticleRejected`."""
    if PAGE.match(raw):
        return webpage.reading(name, raw)
    fields, text = parted(tidied(decode(raw)))
    return Reading(cleaned(text, title_in(fields)).article(name, fields), doubts_about(fields))
