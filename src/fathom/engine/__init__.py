"""Training: objective, optimizers, schedules, step, loop."""
