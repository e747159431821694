"""One suite per port, held against the fake and against the real thing."""
