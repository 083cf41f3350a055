"""The directory of organisations that notices go to, and how each can be reached."""
