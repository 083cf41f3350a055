"""Keys, sealing, keyed look-up, erasing. Plain text leaves only by a named key."""
