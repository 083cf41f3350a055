"""The `recourse` command: starting, checking, saving and restoring an installation."""
