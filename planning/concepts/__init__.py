"""What a learner pursues: adding it, the evidence that moves it, the time it takes, and the pages about it."""
