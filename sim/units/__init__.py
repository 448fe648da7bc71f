"""Units of work: what one is, what it comes to, where finished ones are kept, and who works on the others."""
