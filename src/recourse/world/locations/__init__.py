"""Places: what a link points to, one canonical identity each, no person attached."""
