"""What every page shares: hosts, headers, the error page, the style sheet and the frame template."""
