"""What everybody may see: who was asked, who answered, what is gone; its open data, and the ledger's files."""
