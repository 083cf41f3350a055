"""The pure part of statistics: periods, tallies, what may be published, time to removal, the methods in words."""
