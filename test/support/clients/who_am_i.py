"""A program that runs for long: at each line on stdin it says who it is, with one client of boto3."""
import datetime
import os
import sys

real = datetime.datetime


class AnyTime(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)


class Shifted(real, metaclass=AnyTime):
    """The clock, ahead by the milliseconds in the file $CLOCK."""

    @classmethod
    def now(cls, tz=None):
        with open(os.environ["CLOCK"]) as file:
            return real.now(tz) + datetime.timedelta(milliseconds=int(file.read()))


datetime.datetime = Shifted

import boto3  # noqa: E402

client = boto3.client("sts")
for _ in sys.stdin:
    print(client.get_caller_identity()["Arn"], flush=True)
