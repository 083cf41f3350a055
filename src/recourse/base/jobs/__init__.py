"""The lease queue: jobs, timers, events, the outbox, the business clock."""
