"""What an answer is and what wrong means: one file a kind of problem."""
