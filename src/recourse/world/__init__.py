"""What is outside and what we know of it; nothing about survivors or staff."""
