"""The question answering bot: answers from an archive, and the surfaces that show them."""
