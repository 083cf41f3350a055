"""A transparency log (C2SP tlog-tiles) of opaque leaves, and the erasable facts behind them."""
