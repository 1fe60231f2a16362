"""Pictures in time: where frames come from, what goes on in them, where they go."""
