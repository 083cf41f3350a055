"""Every figure of the README, measured side by side with a peer in one run; medians and ratios."""
