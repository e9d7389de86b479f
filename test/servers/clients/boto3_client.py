"""A program that lives long: at every line of stdin it says which credentials boto3 would sign with."""
import sys

import boto3

session = boto3.Session(region_name="eu-west-1")
credentials = session.get_credentials()
for _ in sys.stdin:
    print(credentials.method, credentials.get_frozen_credentials().access_key, flush=True)
