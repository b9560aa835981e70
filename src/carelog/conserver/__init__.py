"""What a vCon conserver's users bring along: its `config.yml`, its ingress and egress lists, its followers.

The REST paths that answer as its own do are in `carelog.api.conserver`.
"""
