"""The desk's pages: queue, case, notice, mail. Each view parses, calls one verb or selector, and renders."""
