"""Our own probes of places and the availability they decide; nothing a platform says enters here."""
