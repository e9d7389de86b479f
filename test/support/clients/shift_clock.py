"""Loaded in front of a program: its clock is ahead by the milliseconds in the file $CLOCK."""
import datetime
import os

real = datetime.datetime


def _ahead():
    with open(os.environ["CLOCK"]) as file:
        return datetime.timedelta(milliseconds=int(file.read()))


class _AnyTime(type):
    def __instancecheck__(cls, value):
        return isinstance(value, real)


class _Shifted(real, metaclass=_AnyTime):
    @classmethod
    def now(cls, tz=None):
        return real.now(tz) + _ahead()

    @classmethod
    def utcnow(cls):
        return real.now(datetime.timezone.utc).replace(tzinfo=None) + _ahead()


datetime.datetime = _Shifted
