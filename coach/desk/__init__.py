"""The trainer's desk: the questions that went to a person, answered in one place with the sources in view."""
