"""Plans made from concepts: what to do on which day, and how that adapts."""
