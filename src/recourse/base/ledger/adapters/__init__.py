"""Real bodies of the ledger's ports."""
