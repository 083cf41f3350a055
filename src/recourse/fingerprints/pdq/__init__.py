"""PDQ: a picture's look in 256 bits, identical to the reference's, in one pass over the pixels."""
