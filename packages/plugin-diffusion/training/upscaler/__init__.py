"""Trains the built-in upscaler from nothing, on pictures that are drawn here."""
