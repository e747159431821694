"""Tell other programs and chat groups: each kind writes its own request."""
