"""Rules as data: platforms, channels, regimes, each with source and date, checked against a schema."""
