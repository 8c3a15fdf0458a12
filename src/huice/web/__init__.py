"""The pages: one profile in, five cities compared, every amount beside the sentence that gives it."""
