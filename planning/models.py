"""The tables of exams and plans, each family in a file of its own."""
