"""Stands in for the product's manage.py in the runtime's tests: prepares nothing, schedules nothing."""

import os
import sys
import time
from pathlib import Path

import psycopg2

if sys.argv[1] == "prepare":
    connection = psycopg2.connect(os.environ["DATABASE_URL"])
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS starts (at timestamptz DEFAULT now())")
        cursor.execute("INSERT INTO starts DEFAULT VALUES")
        cursor.execute("SELECT count(*) FROM starts")
        print(f"Starts so far: {cursor.fetchone()[0]}; apex {sys.argv[3]}")
    connection.close()
    if Path("prepare-fails").exists():
        sys.exit("the preparation found a problem")
elif sys.argv[1] == "run_scheduler":
    time.sleep(600)
