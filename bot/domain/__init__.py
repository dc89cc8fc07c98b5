"""What is worth saying, as pure functions and values: no await, no clock, no technology."""
