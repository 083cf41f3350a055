"""The outside of notices: SMTP out, LMTP in, signatures and the name system."""
