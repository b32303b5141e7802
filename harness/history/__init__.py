"""What was asked and what came back: operations, evidence for judges, and their files."""
