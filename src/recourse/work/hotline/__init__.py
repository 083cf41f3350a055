"""How a person reaches us: drafts, reports, places she named that only a person can read, safe contact."""
