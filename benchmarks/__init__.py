"""What is measured, and what logs are made of for it."""
