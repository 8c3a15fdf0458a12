"""The same measures in two peer rule engines, to compare speed and exactness in one run."""
