"""A program that lives long: at every line of stdin it says which credentials boto3 would sign with."""
import datetime
import sys

import boto3

session = boto3.Session(region_name="eu-west-1")
credentials = session.get_credentials()
clock = credentials._time_fetcher
for line in sys.stdin:
    if line.strip() == "forty minutes later":
        credentials._time_fetcher = lambda: clock() + datetime.timedelta(minutes=40)
    print(credentials.method, credentials.get_frozen_credentials().access_key, flush=True)
