"""The case of one survivor: items, assessments, mandates, who opened it and why, erasure."""
