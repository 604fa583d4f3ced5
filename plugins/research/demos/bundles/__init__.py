"""Model bundles: brought up to date, read and checked."""
