"""Open data: the public figures by machine, read-only."""
