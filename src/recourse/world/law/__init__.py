"""Regimes: which elements make a notice valid and which clock it starts."""
