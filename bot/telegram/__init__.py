"""Questions and answers on Telegram."""
