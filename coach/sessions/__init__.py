"""Coaching sessions: the coach leads by questions, gives hints before answers, and checks at the end what has been understood."""
