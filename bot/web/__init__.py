"""What the outside sees over HTTP: Telegram's webhook, `/healthz` and `/metrics`; tornado's and prometheus_client's home."""

from bot.web.listening import Address
from bot.web.metrics import Metrics
from bot.web.server import Web

__all__ = ["Address", "Metrics", "Web"]
