"""Networks: how they are built, trained, calibrated and stored, and the classifier that asks one."""
