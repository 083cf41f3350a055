"""Captures of places: the minimum that proves what was there, never the picture."""
