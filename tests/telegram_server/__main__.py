"""The server alone: prints its port, and runs until it is ended."""

import argparse
import signal
import sys
import threading

from tests.telegram_server.limits import Limits
from tests.telegram_server.server import TOKEN, USERNAME, BotApi


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--port", type=int, default=0)
    asked.add_argument("--token", default=TOKEN)
    asked.add_argument("--username", default=USERNAME)
    asked.add_argument("--limits", choices=["off", "record", "enforce"], default="off")
    said = asked.parse_args()
    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    limits = Limits(mode=said.limits)
    with BotApi(token=said.token, username=said.username, port=said.port, limits=limits) as server:
        sys.stdout.write(f"{server.port}\n")
        sys.stdout.flush()
        ended.wait()


if __name__ == "__main__":
    main()
