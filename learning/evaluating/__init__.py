"""Measurements of the system on questions with known answers. Reads, never writes; the rows it reads are the live ones."""
