"""What people do here: cases, the hotline, notices."""
