"""Hashing of pictures and videos and exact search among their hashes; a library that imports nothing of ours."""
