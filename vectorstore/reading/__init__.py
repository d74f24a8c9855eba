"""Files, feeds and pages → articles.

    for outcome in read(["articles/", "export.jsonl"], Overrides(outlet="Nordlys")):
        match outcome:
            case Article(): ...
            case Rejected(source, reason, hint): ...

One module a format: `plain` (.txt), `markdown` (.md), `webpage` (.html, .htm), `jsonlines` (.jsonl, .json). `folders` and `files` find and open,
`decoding` and `characters` make text of bytes, `cleaning` (with `noise`, `credits`, `labels`) takes away what is not the article, `dates` and `fields` read what is said about it.
"""

from vectorstore.reading.outcome import Overrides, Rejected, Remark
from vectorstore.reading.reader import SUFFIXES, read

__all__ = ["SUFFIXES", "Overrides", "Rejected", "Remark", "read"]
