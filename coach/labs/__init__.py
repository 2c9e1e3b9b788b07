"""Labs as the coach sees them: what is tried, who is stuck, and help that is offered and never forced."""
