"""What everything stands on: ledger, jobs, vault, core."""
