"""Webhooks: what happened, told to other programs, signed after Standard Webhooks (standardwebhooks.com)."""
