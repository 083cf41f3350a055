"""Public figures: what was asked, answered and seen, counted so that no person can be told from them."""
