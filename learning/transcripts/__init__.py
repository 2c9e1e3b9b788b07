"""From a file or a recording to a transcript, and from a transcript to what a course should learn of it."""
