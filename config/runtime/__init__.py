"""Runs the product on one machine: real PostgreSQL and Valkey as child processes under one supervisor.

Nothing here imports Django: the runtime must start, stop and explain itself even when the product cannot.
"""
