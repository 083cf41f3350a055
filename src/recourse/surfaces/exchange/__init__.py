"""The exchange: platforms' software fetches hashes, says what they fitted, and has a hash matched. A key for each."""
