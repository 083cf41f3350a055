"""Stand-ins of the outside world for demo and tests. Never imports recourse."""
