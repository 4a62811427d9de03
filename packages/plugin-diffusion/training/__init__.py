"""Trains the small text-to-image model that this package carries; see README.md."""
