"""Measures models: how well and how fast they read, what they reject, how they stand worse pictures and one another."""
