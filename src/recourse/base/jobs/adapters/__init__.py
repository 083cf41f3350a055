"""Real bodies of ports that the queue's tables provide."""
