"""Type 1 diabetes: glucose and insulin from minute to minute, with meals, a pump, a continuous sensor and controllers.

`DISEASE` draws people, runs their courses fast and checks them against a slow solver. README.md says what it is for and what not.
"""

from xinglin.diseases.diabetes.disease import DISEASE

__all__ = ["DISEASE"]
