"""What the public pages show, made ready for the templates. Reads what was published and nothing else."""
