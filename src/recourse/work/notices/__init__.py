"""Requests to recipients: drafting, approval, sending, mail in and out, answers."""
