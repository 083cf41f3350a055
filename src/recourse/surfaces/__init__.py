"""HTTP and HTML, one package per audience, blind to each other; no decision is taken here."""
