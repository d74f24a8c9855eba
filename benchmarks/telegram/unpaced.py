"""The bot where Telegram sets no pace: what it could do by itself. A second of its pacer is a fiftieth of one."""

import asyncio
import sys
import time
from contextlib import closing

from bot.settings import Settings
from bot.telegram.pacing import Pacer
from bot.telegram.program import serve
from bot.telegram.store import open_store
from bot.wiring import chain_over, open_articles

_HASTE = 50.0


def main() -> int:
    settings = Settings()
    pacer = Pacer(clock=lambda: _HASTE * time.monotonic(), sleep=lambda seconds: asyncio.sleep(seconds / _HASTE))
    with (
        open_articles(settings) as archive,
        open_store(settings.home) as store,
        closing(chain_over(archive, settings)) as chain,
    ):
        return serve(settings, archive, chain, store, pacer=pacer)


if __name__ == "__main__":
    sys.exit(main())
