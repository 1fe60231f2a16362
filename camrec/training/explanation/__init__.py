"""Takes a network apart: what it saw of a character, and where it looked."""
