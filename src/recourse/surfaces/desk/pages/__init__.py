"""What each desk page shows, put into words from opened cases, notices and mails. No request, no decision."""
