"""A vendor of models that lives on this machine: it speaks the OpenAI protocol, costs nothing and fails as it is told.

For tests, and for seeing the coach stream without a key: `python -m ai.fake_vendor --port 8999`.
"""

from ai.fake_vendor.app import FakeVendor

__all__ = ["FakeVendor"]
