"""What a platform may ask, how much of it, and what it is told. Pure."""
