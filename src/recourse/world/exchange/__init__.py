"""Fingerprints given to platforms: a key for each, pages of what changed, what they say back, a match by hash."""
