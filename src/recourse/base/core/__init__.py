"""Ids, clock, errors, wiring, safe fetch, sandbox, personal-data markers. No Django."""
