"""vPDQ: a video as the PDQ hashes of a frame a second, and how two videos are compared."""
