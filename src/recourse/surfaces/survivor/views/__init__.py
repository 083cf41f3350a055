"""The survivor's pages: the questions, the code, her case."""
