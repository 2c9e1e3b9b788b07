"""A teacher's explanation of a syllabus point: from the course, cited, at the learner's level, with a question to check it."""
