"""Exact search among 256-bit hashes: every stored hash within a Hamming distance of at most 31, and no other."""
