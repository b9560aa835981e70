"""Storages: copies of finished vCons, one file each."""
