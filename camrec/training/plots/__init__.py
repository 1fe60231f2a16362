"""Every picture that the training side draws, one subject a file; ``style`` is shared by all."""
