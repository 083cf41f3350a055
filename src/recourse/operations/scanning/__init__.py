"""`recourse scan`: many files hashed and compared, on all cores or on a cluster; killed at any moment, it goes on."""
