"""Charts of our own: from numbers to shapes, with the table behind each. Pages of several rooms draw with them."""
