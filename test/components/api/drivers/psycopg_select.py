"""Connects with psycopg by nothing but the environment, and prints the result of a query."""

import os

import psycopg

with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    print(connection.execute("SELECT 1").fetchone()[0])
