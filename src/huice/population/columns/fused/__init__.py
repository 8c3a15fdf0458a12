"""The body that runs a plan as machine code: `program` writes it as text, `body` has it made and runs it."""
