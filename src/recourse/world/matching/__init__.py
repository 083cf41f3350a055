"""Fingerprints of cases: sealed, each with its state. No picture, no place, no name; the case is an opaque id."""
