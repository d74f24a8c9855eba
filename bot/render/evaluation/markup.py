"""Web pages as trees of elements, so that whatever text they hold is escaped wherever it stands."""

from xml.etree.ElementTree import Element, tostring

from bot.render.safe import shown

Inside = Element | str | None


def el(name: str, /, *inside: Inside, **attributes: object) -> Element:
    """An element with what is inside it; None is nothing. `class_` is class, and an underscore a hyphen; an attribute that is None is left out."""
    made = Element(name, {_attribute(key): _text(str(value)) for key, value in attributes.items() if value is not None})
    for each in inside:
        if isinstance(each, Element):
            made.append(each)
        elif each is not None and len(made):
            made[-1].tail = (made[-1].tail or "") + _text(each)
        elif each is not None:
            made.text = (made.text or "") + _text(each)
    return made


def html(page: Element) -> str:
    """The whole document."""
    return f"<!doctype html>\n{tostring(page, encoding='unicode', method='html')}\n"


def _attribute(name: str) -> str:
    return name.rstrip("_").replace("_", "-")


def _text(text: str) -> str:
    """What a page may hold: no control characters, which HTML forbids, and none that reorder what stands around them."""
    return shown(text)
