"""Recourse: one report, a valid notice to every platform, and our own check of what became of it."""
