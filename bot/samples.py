"""Where the sample articles are."""

from pathlib import Path

_PACKAGE = Path(__file__).parent


def sample_articles_folder() -> Path:
    """The folder of the sample articles: within the package once installed, beside it in a checkout."""
    shipped = _PACKAGE / "seeds"
    return shipped if shipped.is_dir() else _PACKAGE.parent / "seeds"
