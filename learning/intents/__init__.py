"""What kind of help a question asks for: a small trained head over the question's vector and a few rules."""
