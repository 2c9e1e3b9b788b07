"""The coach with its trainer's name and manner: what a trainer sets, and what of it anybody else may see."""
