"""Pages for the person who reports: the questions, the code, her case. Works without JavaScript."""
