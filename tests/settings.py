"""Settings of the tests: the product's own, on a throw-away database chosen by RECOURSE_TEST_DATABASE."""

from recourse.config.settings import *  # noqa: F403
