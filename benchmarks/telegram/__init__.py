"""Load and kills on Telegram, against the Bot API server of the tests."""
