"""Whether a course answers a question that it speaks of: what is learnt beside the search's confidence, and from what."""
