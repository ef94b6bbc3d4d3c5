"""The Django project of the talent bank and its domain. Knows nothing of HTTP resources (see `api`)."""
