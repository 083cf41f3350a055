"""Staff accounts: passkeys, roles, enrolment, recovery by two people."""
