"""Writers turn findings into answers: one quotes, with no model."""
