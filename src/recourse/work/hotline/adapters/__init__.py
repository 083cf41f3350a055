"""The hotline's way out: mails that say nothing."""
