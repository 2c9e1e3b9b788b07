"""The trainer's own evaluation: pages and API of sets of questions and of runs over them."""
