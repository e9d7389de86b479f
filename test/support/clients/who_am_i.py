"""A program that runs for long: at each line on stdin it says who it is, with one client of boto3."""
import sys

import shift_clock  # noqa: F401

import boto3  # noqa: E402

client = boto3.client("sts")
for _ in sys.stdin:
    print(client.get_caller_identity()["Arn"], flush=True)
