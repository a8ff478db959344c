"""Plans and schedules that are kept: how jobs make them, and what is shown of them."""
