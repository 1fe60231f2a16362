"""Where the line reader comes from: its strips, its network and its recipe."""
