"""Real bodies of the vault's ports."""
