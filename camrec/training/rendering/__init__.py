"""Draws what there is to learn from: handwriting, sheets, light and camera, as crops, pages and films with their truth."""
