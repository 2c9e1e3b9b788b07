"""Marks for written answers: proposed by rule or by a model, with their reasons and an honest doubt, and ruled on by people."""
