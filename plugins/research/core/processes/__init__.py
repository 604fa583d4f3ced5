"""Child processes: those that end with Pelican, and those with limits, which open strangers' files."""
