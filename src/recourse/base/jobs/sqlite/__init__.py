"""SQLite as a Django engine, with one write gate between all processes and threads."""
