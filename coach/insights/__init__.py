"""What happened, in pictures: figures of courses for their trainers and for admins."""
