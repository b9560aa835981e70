"""Small general things that every room may use and that know nothing of health."""
